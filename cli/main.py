"""Reads the command line, runs one command, and turns every expected error into words and an exit code."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cli import faults
from cli.commands import COMMANDS, Parser
from minyi import __version__
from minyi.errors import MinyiError

DEFAULT_CONFIG = Path("config/office.toml")
DEFAULT_DATA = Path("data")


def build_parser(*, complete: bool = True) -> argparse.ArgumentParser:
    """The command line; --config, --data and --json go before or after the command.

    Not `complete`, the options of a command are added when it is chosen.
    """
    parser = Parser(
        prog="minyi", description="Minyi 民意：看公众怎么说每一项政策，早预警、讲得清、答得及时。"
    )
    parser.add_argument("--version", action="version", version=f"minyi {__version__}", help="显示版本")
    _add_common(parser)
    common = Parser(add_help=False)
    _add_common(common)
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for command in COMMANDS:
        set_up = partial(command.set_up, parents=[common])
        below = commands.add_parser(command.name, help=command.help, parents=[common], set_up=set_up)
        if complete:
            below.complete()
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    hidden = argparse.SUPPRESS  # so that a default after the command does not undo a value before it
    parser.add_argument("--config", type=Path, default=hidden, help="配置文件（默认 config/office.toml）")
    parser.add_argument("--data", type=Path, default=hidden, help="数据目录（默认 data）")
    parser.add_argument("--json", action="store_true", default=hidden, help="输出 JSON，列表一行一个")
    parser.add_argument("-v", "--verbose", action="store_true", default=hidden, help="在标准错误输出显示过程")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign is no reason to fail
    args = build_parser(complete=False).parse_args(argv)
    args.config_given = hasattr(args, "config")
    for name, default in (
        ("config", DEFAULT_CONFIG),
        ("data", DEFAULT_DATA),
        ("json", False),
        ("verbose", False),
    ):
        setattr(args, name, getattr(args, name, default))
    level = logging.INFO if args.verbose else logging.WARNING
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        return int(args.run(args))
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; keep the interpreter's own flush quiet too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except MinyiError as error:
        print(faults.words(error, getattr(args, "expression", "")), file=sys.stderr)
        return faults.exit_code(error)
