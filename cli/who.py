"""Who types: the login name, for the audit trail."""

from __future__ import annotations

import getpass
import os
import sys


def who() -> str:
    """The login name, else the user's number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user number without a name, as in some containers
        return f"uid {os.getuid()}"


def tell(words: str) -> None:
    """Show a step of a long job on standard error."""
    print(f"… {words}", file=sys.stderr, flush=True)
