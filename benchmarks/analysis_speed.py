"""The whole analysis of a post, from its line of JSON to its cluster, through `minyi analyse`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.report import Row, Section
from benchmarks.snownlp_exact import kinds

POSTS = 8_000

_ROOT = Path(__file__).resolve().parent.parent


def analyse(data: Path, texts: Sequence[str]) -> tuple[float, float]:
    """CPU seconds and megabytes of a process that analyses these posts, its start included."""
    source, target = data / "lines.jsonl", data / "analysed.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    with source.open("rb") as lines, target.open("wb") as analysed:
        command = [sys.executable, "-m", "cli", "--data", str(data), "analyse"]
        process = subprocess.Popen(command, stdin=lines, stdout=analysed, cwd=_ROOT)  # noqa: S603 - our own
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    printed = target.read_bytes().count(b"\n")
    if process.returncode or printed != len(texts):
        raise RuntimeError(f"minyi analyse: {process.returncode}, {printed} lines")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1_024


def run() -> Section:
    """Measure."""
    by_kind = kinds(seed=7)
    pool = by_kind["public posts"] or by_kind["own sentences, mixed"]
    texts = Random(2).sample(list(pool), min(POSTS, len(pool)))
    with TemporaryDirectory() as folder:
        data = Path(folder)
        analyse(data, texts[:1])  # builds the model's table
        start, _ = analyse(data, texts[:1])
        spent, megabytes = analyse(data, texts)
    mean = sum(map(len, texts)) / len(texts)
    rows = (
        Row(
            f"posts of {mean:.0f} characters per CPU second",
            f"{len(texts) / (spent - start):,.0f}",
            ">= 1,500",
        ),
        Row("with the start of the process", f"{len(texts) / spent:,.0f}"),
        Row("memory", f"{megabytes:.0f} MB", "<= 250 MB"),
    )
    about = "`minyi analyse` on posts seen once, pure Python, one core."
    command = "MINYI_REAL_INPUT=FOLDER python -m benchmarks analysis_speed"
    return Section("Whole analysis of a post", command, about, rows)
