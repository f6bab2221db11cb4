"""`minyi score` and `minyi normalise`: the text tools on standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

import analysis
from cli.output import print_json
from jobs.judging import standalone
from minyi.text import search_key


def score_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("--raw", action="store_true", help="不规整，按原文打 SnowNLP 分")
    parser.set_defaults(run=run_score)


def normalise_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.set_defaults(run=run_normalise)


def run_normalise(_: argparse.Namespace) -> int:
    """Print the search key of the whole input."""
    text = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    sys.stdout.write(search_key(text))
    if not text.endswith("\n"):
        sys.stdout.write("\n")
    return 0


def run_score(args: argparse.Namespace) -> int:
    """Print each line back with its scores, in order; a bad line becomes an error in its place."""
    toolkit = analysis.load(args.data / "cache", ()) if args.raw else standalone(args.config, args.data)
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            values = _values(line)
        except (ValueError, RecursionError) as error:
            print_json({"error": f"第 {number} 行不是带 text 的 JSON：{error}", "line": number})
            continue
        text = values["text"]
        print_json({**values, **(_raw(toolkit, text) if args.raw else _judged(toolkit, text))})
    return 0


def _values(line: bytes) -> dict[str, Any]:
    """The line's object; what Python reads but JSON does not allow, as NaN or 1e999, is refused.

    Raises:
        ValueError, RecursionError: it cannot be read, or could not be printed again.
    """
    values = json.loads(line.decode("utf-8-sig"))
    if not isinstance(values, dict) or not isinstance(values.get("text"), str):
        raise ValueError("缺少 text，或 text 不是文字")  # noqa: TRY004 - every bad line is answered alike
    json.dumps(values, allow_nan=False)
    return values


def _raw(toolkit: analysis.Toolkit, text: str) -> Mapping[str, Any]:
    return {"snownlp": toolkit.engine.sentiments(text)}


def _judged(toolkit: analysis.Toolkit, text: str) -> Mapping[str, Any]:
    judged = toolkit.judge(text)
    return {
        "snownlp": judged.snownlp,
        "polarity": judged.polarity,
        "label": judged.label.value,
        "evidence": [
            {"word": e.word, "start": e.start, "end": e.end, "weight": e.weight, "reason": e.reason}
            for e in judged.evidence
        ],
        "model": judged.model_version,
    }
