"""Repeat, rebuttal, question or nothing: judged on our own posts, apart for the half never tuned on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analysis.misreading import Watchlist
from benchmarks.report import Row, Section
from minyi.models import Match, Policy, PolicyId, Post, PostId, Precision, SourceId
from minyi.policyfile import load_policies

FOLDER = Path(__file__).parent / "labelled"
UNTOUCHED = "misreading_untouched"
PARTS = ("misreading", UNTOUCHED)
"""Files of posts and of policies: those cues were written with, and those written afterwards."""
NONE = "none"
"""Label of a post that holds words of the claim and not the claim."""

_WHEN = datetime(2026, 3, 2, tzinfo=UTC)

Confusion = Counter[tuple[str, str]]
"""Posts by what was meant and what was read."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post with the stance a person gave it towards one watch item."""

    policy: PolicyId
    item: str
    meant: str
    text: str
    untouched: bool
    """True for a post that no cue was written with in view."""


def labelled() -> Iterator[Labelled]:
    """The set, in the order of its files."""
    for name in PARTS:
        policy, item = PolicyId(""), ""
        for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
            if line.startswith("["):
                named, item = line.strip("[]").split()
                policy = PolicyId(named)
            elif not line.startswith("#"):
                meant, text = line.split("\t")
                yield Labelled(policy, item, meant, text, name == UNTOUCHED)


def policies() -> list[Policy]:
    """The invented policies with their watch items."""
    return [policy for name in PARTS for policy in load_policies(FOLDER / f"{name}.toml")]


def read(one: Labelled, watchlist: Watchlist) -> str:
    """The stance found in a post of a thread about the policy; `NONE` when the claim is not found."""
    post = Post(PostId("1"), SourceId("s"), "web", "post", one.text, _WHEN, Precision.MINUTE, _WHEN)
    found = watchlist.claims(post, [Match(one.policy, "title", sure=True)])
    return next((claim.stance.value for claim in found if claim.item == one.item), NONE)


def confusion(posts: Sequence[Labelled], watchlist: Watchlist) -> Confusion:
    """What was meant against what was read."""
    return Counter((one.meant, read(one, watchlist)) for one in posts)


def precision(found: Confusion, stance: str) -> float:
    """Share of the posts read so that were meant so; 1 when none was read so."""
    read_so = sum(count for (_, other), count in found.items() if other == stance)
    return found[stance, stance] / read_so if read_so else 1.0


def recall(found: Confusion, stance: str) -> float:
    """Share of the posts meant so that were read so; 1 when none was meant so."""
    meant_so = sum(count for (one, _), count in found.items() if one == stance)
    return found[stance, stance] / meant_so if meant_so else 1.0


def run() -> Section:
    """Measure both parts."""
    watchlist = Watchlist(policies())
    posts = list(labelled())
    rows = []
    for name, part in (
        ("tuned on", [one for one in posts if not one.untouched]),
        ("untouched", [one for one in posts if one.untouched]),
    ):
        found = confusion(part, watchlist)
        rows.append(Row(f"{name}: posts", str(len(part))))
        rows += [
            Row(f"{name}: {stance}, precision / recall", _pair(found, stance), goal)
            for stance, goal in (("repeat", ">= .90 / .80"), ("rebut", ""), ("ask", ""))
        ]
        rows.append(Row(f"{name}: rebuttals read as repeats", str(found["rebut", "repeat"]), "0"))
    about = (
        "Invented posts about invented policies, labelled by hand; the untouched ones, about policies of "
        "their own, served no cue and no lesson; their figures were seen since, none of their rows."
    )
    return Section("Misreading", "python -m benchmarks misreading", about, tuple(rows))


def _pair(found: Confusion, stance: str) -> str:
    return f"{precision(found, stance):.3f} / {recall(found, stance):.3f}"
