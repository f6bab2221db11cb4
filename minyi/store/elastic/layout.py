"""Names in the cluster: one index a month and generation, an alias to read by, templates beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from minyi.clock import LOCAL


@dataclass(frozen=True, slots=True)
class Layout:
    """Names under one prefix; offices use `minyi`, tests one of their own each.

    A post lies in the month it was first seen, Asia/Shanghai, which never changes: ids are unique within
    an index only, so a post placed by its published time could come to lie in two. A generation is one
    filling of all months; a new one is filled beside the old when the schema breaks or the record is an
    older copy, and the alias then moves in one step.
    """

    prefix: str = "minyi"

    @property
    def posts(self) -> str:
        """The alias all reading goes through."""
        return f"{self.prefix}-posts"

    @property
    def policies(self) -> str:
        """Index of the watched policies."""
        return f"{self.prefix}-policies"

    @property
    def alerts(self) -> str:
        """Index of the alerts."""
        return f"{self.prefix}-alerts"

    @property
    def health(self) -> str:
        """Index of the sources' health by hour."""
        return f"{self.prefix}-health"

    def template(self, generation: int) -> str:
        """Index template of a generation."""
        return f"{self.posts}-v{generation}"

    def pattern(self, generation: int) -> str:
        """All months of a generation."""
        return f"{self.posts}-v{generation}-*"

    def index(self, generation: int, month: str) -> str:
        """One month's index."""
        return f"{self.posts}-v{generation}-{month}"

    def read_index(self, name: str) -> tuple[int, str] | None:
        """(generation, month) of an index of posts; None for any other name."""
        found = re.fullmatch(rf"{re.escape(self.posts)}-v(\d+)-(\d+\.\d\d)", name)
        return (int(found[1]), found[2]) if found else None


def month_of(first_seen: datetime) -> str:
    """`2026.11`, Asia/Shanghai."""
    local = first_seen.astimezone(LOCAL)
    return f"{local.year:04}.{local.month:02}"
