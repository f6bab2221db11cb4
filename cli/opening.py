"""Opens the office named on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cli.who import tell
from jobs.context import Context, open_context


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[Context]:
    """The opened office; without a configuration file, and none named, the defaults and a word about it."""
    nameless = not args.config_given and not args.config.exists()
    if nameless:
        print(
            f"提示：没有 {args.config}，使用默认设置（没有信源和收件人）；minyi init 可写一份。",
            file=sys.stderr,
        )
    with open_context(args.config, args.data, missing_ok=nameless, progress=tell) as context:
        yield context
