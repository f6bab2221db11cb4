"""What the office watches: a policy with its keywords and its list of wrong claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minyi.models.ids import PolicyId


class PolicyKind(StrEnum):
    """What a watched policy is."""

    DOCUMENT = "document"
    DRAFT = "draft"
    DISCLOSURE_REPLY = "disclosure_reply"


class PolicyStatus(StrEnum):
    """Where a policy stands; `REPEALED` 废止 ends its watch."""

    PLANNED = "planned"
    CONSULTING = "consulting"
    RELEASED = "released"
    REPEALED = "repealed"

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {
            "planned": "拟制定",
            "consulting": "征求意见",
            "released": "已发布",
            "repealed": "已废止",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Words:
    """Keyword condition of a policy: all of `must`, one of `any` (if given), none of `none`."""

    must: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchItem:
    """A wrong claim about a policy (误读清单) with the right statement beside it.

    A post is about the claim when it holds one of `wording`, or satisfies `any`/`all`/`none`.
    """

    id: str
    claim: str
    statement: str
    wording: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    clause: str | None = None
    department: str | None = None
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A released document, draft or disclosure reply the office watches."""

    id: PolicyId
    title: str
    doc_number: str | None = None
    kind: PolicyKind = PolicyKind.DOCUMENT
    status: PolicyStatus = PolicyStatus.RELEASED
    released_at: datetime | None = None
    consult_from: datetime | None = None
    consult_to: datetime | None = None
    department: str | None = None
    interpretation_url: str | None = None
    interpretation_at: datetime | None = None
    no_interpretation_reason: str | None = None
    aliases: tuple[str, ...] = ()
    words: Words = Words()
    clauses: tuple[str, ...] = ()
    watch: tuple[WatchItem, ...] = ()
    url: str | None = None
    """Where the policy itself was found."""
