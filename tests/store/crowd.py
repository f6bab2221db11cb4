"""Several processes on one record: writers that are killed, a reader beside them, and what must hold after."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from minyi.models import PostId
from minyi.store import open_store
from tests.store import invented

ROOT = Path(__file__).parents[2]
Child = subprocess.Popen[str]


@dataclass(frozen=True)
class Told:
    """What writers acknowledged before they died, and their longest wait for the lock in milliseconds."""

    ids: list[PostId]
    longest_wait: float


def child(module: str, *arguments: object) -> Child:
    """One of our programs, talking by pipes."""
    command = [sys.executable, "-m", f"tests.store.{module}", *map(str, arguments)]
    return Child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def fill(path: Path, count: int) -> None:
    """A record of that many posts."""
    store = open_store(path)
    store.save_posts(invented.posts(invented.seeded(0), count), now=invented.NOW)
    store.close()


def killed_writers(path: Path, names: Sequence[str], size: int, chance: Random) -> Told:
    """Writers at once, each killed after some acknowledged saves; what they had acknowledged by then."""
    lines: list[str] = []
    with ExitStack() as stack:
        writers = [stack.enter_context(child("writer", path, name, 1_000_000, size)) for name in names]
        for writer in writers:
            assert writer.stdout is not None
            lines += [writer.stdout.readline() for _ in range(chance.randint(1, 6))]
        for writer in chance.sample(writers, len(writers)):
            writer.kill()
        for writer in writers:
            assert writer.stdout is not None
            lines += writer.stdout.readlines()
    return _told(lines)


def _told(lines: Sequence[str]) -> Told:
    """A line cut by the kill acknowledged nothing."""
    ids: list[PostId] = []
    waits = [0.0]
    for line in lines:
        if line.endswith("\n"):
            wait, *said = line.split()
            waits.append(float(wait))
            ids += map(PostId, said)
    return Told(ids, max(waits))


def stop(reader: Child) -> dict[str, float]:
    """End a reader's input and hear what it measured."""
    said, _ = reader.communicate(timeout=120)
    measured: dict[str, float] = json.loads(said)
    return measured


def idle(path: Path) -> dict[str, float]:
    """What a reader measures alone."""
    with child("reader", path) as reader:
        return stop(reader)


@dataclass(frozen=True)
class Rounds:
    """What rounds of killed writers came to.

    `broken` is in words. Waits of writers in milliseconds; the reader's p95 in milliseconds, by the clock
    and of CPU, beside the writers and right after them alone, as the mean of all rounds.
    """

    acknowledged: int
    broken: list[str]
    longest_wait: float
    beside: dict[str, float]
    alone: dict[str, float]


def rounds(path: Path, count: int, size: int = 500) -> Rounds:
    """Three writers at once, killed in every round, a reader beside them.

    After each round every acknowledged post of it is looked for, and every invariant checked; words after
    the last one. The record grows, so the reader alone is measured anew in every round.
    """
    chance = invented.seeded(20260302)
    acknowledged, longest, broken = 0, 0.0, list[str]()
    beside, alone = [], []
    for turn in range(count):
        with child("reader", path) as reader:
            told = killed_writers(path, [f"w{turn}-{n}" for n in range(3)], size, chance)
            beside.append(stop(reader))
        alone.append(idle(path))
        broken += check(path, told.ids, words=turn == count - 1)
        acknowledged += len(told.ids)
        longest = max(longest, told.longest_wait)
    return Rounds(acknowledged, broken, longest, _mean(beside), _mean(alone))


def _mean(measured: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: sum(one[name] for one in measured) / len(measured) for name in ("wall", "cpu")}


def check(path: Path, acknowledged: Sequence[PostId], *, words: bool) -> list[str]:
    """What is broken: acknowledged posts that are missing, and every invariant that does not hold."""
    store = open_store(path, check=True)
    stored = {
        one.post.id
        for start in range(0, len(acknowledged), 500)
        for one in store.get(acknowledged[start : start + 500])
    }
    missing = [f"lost {post}" for post in acknowledged if post not in stored]
    findings = [str(one) for one in store.care.check(words=words) if one.broken]
    store.close()
    return missing + findings
