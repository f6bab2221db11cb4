"""`minyi score` and `minyi normalise`: the text tools on standard input."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import analysis
from cli.output import print_json
from jobs.judging import standalone
from jobs.textlines import FAULTS, read_line, refused, sentiment_values
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
            values = read_line(line)
        except FAULTS as fault:
            print_json(refused(number, fault))
            continue
        text = values["text"]
        if args.raw:
            found: dict[str, Any] = {"snownlp": toolkit.engine.sentiments(text)}
        else:
            found = sentiment_values(toolkit.judge(text))
        print_json({**values, **found})
    return 0
