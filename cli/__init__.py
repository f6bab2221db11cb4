"""The command line 命令行: `minyi`. The one room that prints."""

from cli.main import main

__all__ = ["main"]
