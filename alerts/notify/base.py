"""What every channel offers; a new channel is one file beside this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for any channel: a one-line subject, plain text, and the same as HTML (may be empty).

    `picture` is a PNG that the HTML shows as `cid:curve`; empty = none.
    """

    subject: str
    text: str
    html: str = ""
    picture: bytes = b""


PICTURE = "curve"
"""Content id of a letter's picture."""


class Notifier(Protocol):
    """One channel."""

    @property
    def channel(self) -> str:
        """The word stored with each notification."""

    def deliver(
        self,
        letter: Letter,
        *,
        recipient: str,
        key: str,
        now: datetime,
        on_accepted: Callable[[], None],
        thread: str | None = None,
    ) -> None:
        """Send to one recipient under a key that is equal for every try of the same message.

        `thread` is the key of the first message about the same thing, so that this one is filed under it.

        Calls `on_accepted` once, directly after the other side took the message and before anything else that
        can fail; what it raises is passed on.

        Raises:
            SendError: not accepted; `permanent` says whether to try again.
        """
