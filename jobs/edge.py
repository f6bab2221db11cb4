"""The outer edge of every job: the one place that catches whatever a job raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from minyi.errors import MinyiError

log = logging.getLogger(__name__)


def attempt(name: str, work: Callable[[], object]) -> Exception | None:
    """Run `work`; log and return what it raised, None when it succeeded."""
    started = time.monotonic()
    try:
        work()
    except MinyiError as fault:  # expected: its words say all
        log.error("%s failed after %.1f s: %s", name, time.monotonic() - started, fault)  # noqa: TRY400 - see above
        return fault
    except Exception as fault:
        log.exception("%s failed after %.1f s", name, time.monotonic() - started)
        return fault
    return None
