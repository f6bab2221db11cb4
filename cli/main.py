"""Reads the command line, runs one command, and turns every expected error into words and an exit code.

Exit codes: 0 done; 1 failed; 2 wrong usage, query or configuration; 75 another instance is running.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cli import (
    alerts_command,
    backtest_command,
    crawl_command,
    demo_command,
    health_command,
    init_command,
    policies_command,
    posts_command,
    query_command,
    run_command,
    text_command,
)
from minyi import __version__
from minyi.errors import AlreadyRunning, ConfigError, MinyiError, QueryError

EXIT_FAILED, EXIT_USAGE, EXIT_RUNNING = 1, 2, 75

DEFAULT_CONFIG = Path("config/office.toml")
DEFAULT_DATA = Path("data")

COMMANDS = (
    init_command,
    demo_command,
    run_command,
    crawl_command,
    posts_command,
    query_command,
    alerts_command,
    policies_command,
    health_command,
    text_command,
    backtest_command,
)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese where argparse lets it."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to see the usage; exit 2."""
        self.exit(EXIT_USAGE, f"用法错误：{message}\n请看 {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; --config, --data and --json go before or after the command."""
    parser = Parser(
        prog="minyi", description="Minyi 民意：看公众怎么说每一项政策，早预警、讲得清、答得及时。"
    )
    parser.add_argument("--version", action="version", version=f"minyi {__version__}")
    _add_common(parser)
    common = argparse.ArgumentParser(add_help=False)
    _add_common(common)
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for module in COMMANDS:
        module.add(commands, [common])
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    hidden = argparse.SUPPRESS  # so that a default after the command does not undo a value before it
    parser.add_argument("--config", type=Path, default=hidden, help="配置文件（默认 config/office.toml）")
    parser.add_argument("--data", type=Path, default=hidden, help="数据目录（默认 data）")
    parser.add_argument("--json", action="store_true", default=hidden, help="输出 JSON，列表一行一个")
    parser.add_argument("-v", "--verbose", action="store_true", default=hidden, help="在标准错误输出显示过程")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
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
        print(_words(error), file=sys.stderr)
        return _exit_code(error)


def _exit_code(error: MinyiError) -> int:
    if isinstance(error, AlreadyRunning):
        return EXIT_RUNNING
    return EXIT_USAGE if isinstance(error, ConfigError | QueryError) else EXIT_FAILED


def _words(error: MinyiError) -> str:
    if isinstance(error, QueryError):
        return f"检索式错误（第 {error.position + 1} 个字符）：{error}"
    return f"错误：{error}"
