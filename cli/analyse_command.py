"""`minyi analyse`: the whole analysis of posts on standard input, line by line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli.output import print_json
from jobs.analysing import Analyser, watched_policies
from minyi.policyfile import load_policies


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="政策文件（默认用已登记的政策；格式同 policies import）"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each line back with what analysis finds, in order; a bad line becomes an error in its place."""
    policies = load_policies(args.policies) if args.policies else watched_policies(args.data)
    analyser = Analyser(args.config, args.data, policies)
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            print_json(analyser.line(number, line))
    return 0
