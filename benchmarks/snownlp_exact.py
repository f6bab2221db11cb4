"""Exactness and speed against SnowNLP itself, through the command an office runs.

With `MINYI_REAL_INPUT` every text of `sentiment/*.csv` in that folder is scored by both as well.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.misreading import labelled
from benchmarks.report import Row, Section

LEAST_TEXTS = 20_000
TIMED, TIMED_STOCK = 3_000, 400
"""Texts scored once by a fresh process, and how many of them, evenly picked, by the package."""

_ROOT = Path(__file__).resolve().parent.parent
_COMMON = "的一是了我不在人们有来他这上着个地到大里说就去子得也和那要下看天时过出小么起你都把好还多没为又可家"
_RARE = "鬓魅憔悴傳產權藉磅礡涕嗽擤噱龘靐齉爩鱻麤龗灪吁鬰圞"
_APART = "，。！？、；：…~ \t\n\u3000\u2028\x85\x1c\u200babcXYZ0129０１%@#[]"
_FAR = "😀👍🏽👨‍👩‍👧🇨🇳𠀀𠀁𪚥𝟙\U000e0041\ud800〇々㐀鿿龥龦豈"
_PLAIN = ("", " ", "。", "的", "好" * 300, "政策" * 400, "傳" * 50, "\x00", "null")


def kinds(seed: int) -> Mapping[str, Sequence[str]]:
    """Texts by kind, `LEAST_TEXTS` or more in all."""
    random = Random(seed)
    every = [chr(code) for code in range(0x4E00, 0x9FA6)]
    own = sorted({one.text for one in labelled()})
    found: dict[str, Sequence[str]] = {
        "public posts": tuple(dict.fromkeys(real_texts())),
        "own sentences": own,
        "random Han": [_drawn(random, every, 60) for _ in range(2_500)],
        "random Han, common and rare": [_drawn(random, _COMMON * 2 + _RARE, 60) for _ in range(2_500)],
        "separators": [_drawn(random, _COMMON + _APART, 80) for _ in range(2_000)],
        "emoji, astral planes, lone surrogates": [
            _drawn(random, _COMMON + _FAR * 2, 60) for _ in range(2_000)
        ],
        "odd": _PLAIN,
    }
    missing = max(0, LEAST_TEXTS - sum(map(len, found.values())))
    found["own sentences, mixed"] = ["".join(random.sample(own, 3)) for _ in range(missing)]
    return found


def real_texts() -> Iterator[str]:
    """Texts of the folder of real input; none without it."""
    root = os.environ.get("MINYI_REAL_INPUT")
    for path in sorted(Path(root).glob("sentiment/*.csv")) if root else ():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (row["text"] for row in csv.DictReader(file))


def _drawn(random: Random, characters: Sequence[str], longest: int) -> str:
    return "".join(random.choices(characters, k=random.randint(1, longest)))


# --- the command ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of `minyi score --raw` printed, its CPU seconds and its largest memory in MB."""

    lines: tuple[dict[str, Any], ...]
    cpu_seconds: float
    megabytes: float


def score_raw(data: Path, texts: Iterable[str | None]) -> Ran:
    """Run the command in a process of its own."""
    source, target = data / "lines.jsonl", data / "scored.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    with source.open("rb") as lines, target.open("wb") as scored:
        command = [sys.executable, "-m", "cli", "--data", str(data), "score", "--raw"]
        process = subprocess.Popen(command, stdin=lines, stdout=scored, cwd=_ROOT)  # noqa: S603 - our own
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"minyi score --raw: {process.returncode}")
    printed = tuple(json.loads(line) for line in target.read_bytes().splitlines())
    return Ran(printed, used.ru_utime + used.ru_stime, used.ru_maxrss / 1_024)


def stock_scores(texts: Sequence[str]) -> list[float]:
    """The package's own answers; `classify` is what `sentiments` returns but for the empty text."""
    classify = import_module("snownlp.sentiment").classify
    return [classify(text) for text in texts]


def differing(data: Path, texts: Sequence[str]) -> int:
    """How many texts the command scores otherwise than the package, in any bit."""
    ours = [line.get("snownlp") for line in score_raw(data, texts).lines]
    assert len(ours) == len(texts)
    parts = [texts[start : start + 500] for start in range(0, len(texts), 500)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        stock = [score for part in pool.map(stock_scores, parts) for score in part]
    return sum(one != other for one, other in zip(ours, stock, strict=True))


# --- speed ------------------------------------------------------------------------------------------


def speeds(cache: str, texts: Sequence[str]) -> tuple[float, float, float]:
    """Texts per CPU second in a process that has seen none: ours, ours again, the package."""
    engine = import_module("analysis.snow").load_engine(Path(cache))
    classify = import_module("snownlp.sentiment").classify
    picked = texts[:: max(1, len(texts) // TIMED_STOCK)]
    return _rate(engine.sentiments, texts), _rate(engine.sentiments, texts), _rate(classify, picked)


def _rate(score: Any, texts: Sequence[str]) -> float:
    start = time.process_time()
    for text in texts:
        score(text)
    return len(texts) / (time.process_time() - start)


def run() -> Section:
    """Measure."""
    with TemporaryDirectory() as folder:
        rows = list(_rows(Path(folder)))
    about = (
        "`minyi score --raw` against snownlp 0.12.3; speed by CPU time of one core on the same texts, which "
        "our process has not seen before."
    )
    command = "MINYI_REAL_INPUT=FOLDER python -m benchmarks snownlp_exact"
    return Section("SnowNLP's score", command, about, tuple(rows))


def _rows(data: Path) -> Iterator[Row]:
    built = score_raw(data, ["政策"])
    ready = min((score_raw(data, ["政策"]) for _ in range(5)), key=lambda one: one.cpu_seconds)
    by_kind = kinds(seed=2026)
    for kind, texts in by_kind.items():
        if texts:
            yield Row(f"{kind}: differing of {len(texts):,}", f"{differing(data, texts):,}", "0")
    strange = score_raw(data, ["", None]).lines
    yield Row(
        "`''` and `null`", f"{strange[0]['snownlp']:.3f}, {'error' in strange[1] and 'an error in its place'}"
    )
    pool = by_kind["public posts"] or by_kind["own sentences, mixed"]
    texts = Random(1).sample(list(pool), min(TIMED, len(pool)))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        ours, again, stock = alone.submit(speeds, str(data / "cache"), texts).result()
    mean = sum(map(len, texts)) / len(texts)
    for name, speed in (("seen once", ours), ("again", again)):
        figure = f"{speed:,.0f} texts/s"
        yield Row(
            f"texts of {mean:.0f} characters, {name}",
            figure,
            ">= 30 x",
            f"{stock:.0f} texts/s",
            f"{speed / stock:.1f} x",
        )
    yield Row(
        "a process with one text",
        f"{ready.cpu_seconds:.2f} s CPU, {ready.megabytes:.0f} MB",
        "< 0.5 s, < 120 MB",
    )
    yield Row(
        "the first ever, building the table",
        f"{built.cpu_seconds:.1f} s CPU, {built.megabytes:.0f} MB",
        "<= 250 MB",
    )
