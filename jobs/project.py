"""Project 投影: what the record queued goes to the search cluster, oldest revision first.

Nothing leaves the queue before the cluster has it, or refused it for good with a reason. A cluster that is
away, full or closed to us costs nothing but lag: we wait, longer each time, and go on by ourselves.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from jobs.reunite import COPIED, reunite
from minyi.clock import local_iso
from minyi.errors import SearchUnavailable
from minyi.store.base import Store
from minyi.store.elastic.answers import Outcome, Verdict, judge_refusal
from minyi.store.elastic.client import Refused
from minyi.store.elastic.sink import MAX_BYTES, Item, Sink
from minyi.store.projection import FILLING, GENERATION, DeadLetter, Queued

BATCH = 500
FLYING = 2
"""Requests under way at once: one is read by the cluster while another is on its way."""

SLICE = 10_000
"""Queue rows read at a time: ordering a long queue for each batch anew would cost more than sending it."""

FIRST_WAIT, LEAST_WAIT, LONGEST_WAIT = 1.0, 0.1, 60.0
"""Seconds: waits double from the first to the longest, each drawn at random below that (full jitter)."""

PAUSED, TROUBLE, PROGRESS = "paused", "trouble", "progress"
"""Notes of the projection: words of a pause, words of a passing trouble, when something last went through."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What a turn did; `wait` seconds are to pass before the next (0 = the queue is empty or time was up)."""

    sent: int = 0
    dead: int = 0
    wait: float = 0.0
    words: str = ""

    def __add__(self, other: Drained) -> Drained:
        return Drained(self.sent + other.sent, self.dead + other.dead, other.wait, other.words)


@dataclass(slots=True)
class Projector:
    """Drains the queue; one at a time per record (the caller holds the lock)."""

    store: Store
    sink: Sink
    clock: Callable[[], datetime]
    random: Random = field(default_factory=Random)
    _size: int = BATCH
    _failures: int = 0
    _sent: int = 0
    _dead: int = 0
    _blocked: Verdict | None = None
    _met: bool = False

    def turn(self, stop: Callable[[], bool] = lambda: False) -> Drained:
        """Send until the queue is empty, `stop` says so, or the cluster takes no more for now."""
        self._begin()
        try:
            self._meet()
            while not stop() and self._blocked is None:
                rows = self.store.projection.waiting(SLICE)
                if not rows:
                    break
                self._send_slice(rows, stop)
        except Refused as error:
            self._block(judge_refusal(error))
        except SearchUnavailable as error:
            self._block(Verdict(Outcome.AGAIN, str(error)))
        self._remember()
        if self._blocked is None:
            return Drained(self._sent, self._dead)
        return Drained(self._sent, self._dead, self._next_wait(), self._blocked.reason)

    def _begin(self) -> None:
        self._sent = self._dead = 0
        self._blocked = None

    def _meet(self) -> None:
        """Before the first post: is the record a copy, or an older one than the cluster knows?"""
        words = COPIED if self.store.care.copied() else ""
        if not words and not self._met:
            words = reunite(self.store, self.sink.cluster, self.sink.layout, self.clock())
            self._met = not words
        if words:
            self._block(Verdict(Outcome.PAUSE, words))

    def _send_slice(self, rows: Sequence[Queued], stop: Callable[[], bool]) -> None:
        """Two batches are under way while a third is made ready; after a refusal, one until it is taken.

        No post is in two of them: a slice names each once, and is settled before the next is read.
        """
        with ThreadPoolExecutor(FLYING, thread_name_prefix="project") as pool:
            flying: deque[tuple[list[Item], Future[list[Verdict]]]] = deque()
            for items in self._batches(rows):
                while len(flying) >= (1 if self._failures else FLYING):
                    self._land(flying)
                if self._blocked is not None or stop():
                    break
                flying.append((items, pool.submit(self._deliver, items)))
            while flying:
                self._land(flying)

    def _land(self, flying: deque[tuple[list[Item], Future[list[Verdict]]]]) -> None:
        """Wait for the oldest request and settle what it says."""
        items, answer = flying.popleft()
        self._settle(items, answer.result())

    def _batches(self, rows: Sequence[Queued]) -> Iterator[list[Item]]:
        """Built lazily: at most `_size` posts and `MAX_BYTES` each."""
        generations = read_generations(self.store)
        at = 0
        while at < len(rows):
            chunk = rows[at : at + self._size]
            at += len(chunk)
            batch: list[Item] = []
            size = 0
            for item in self.sink.build(chunk, self.store.get, generations):
                if batch and size + item.size > MAX_BYTES:
                    yield batch
                    batch, size = [], 0
                batch.append(item)
                size += item.size
            yield batch

    def _deliver(self, items: Sequence[Item]) -> list[Verdict]:
        """Send; what is too large is halved at once, down to the one post that is to blame."""
        verdicts = self.sink.send(items)
        if not any(one.outcome is Outcome.SMALLER for one in verdicts):
            return verdicts
        if len(items) == 1:
            return [Verdict(Outcome.DEAD, verdicts[0].reason or "413")]
        half = len(items) // 2
        self._size = min(self._size, max(half, 1))
        return [*self._deliver(items[:half]), *self._deliver(items[half:])]

    def _settle(self, items: Sequence[Item], verdicts: Sequence[Verdict]) -> None:
        now = self.clock()
        done: list[Queued] = []
        dead: list[DeadLetter] = []
        worst: Verdict | None = None
        for item, verdict in zip(items, verdicts, strict=True):
            if verdict.outcome is Outcome.DONE:
                done.append(item.queued)
            elif verdict.outcome is Outcome.DEAD:
                dead.append(DeadLetter(item.queued.post, item.queued.revision, verdict.reason, now))
            elif worst is None or verdict.outcome is Outcome.PAUSE:
                worst = verdict
        self.store.projection.settle(done, dead)
        self._sent += len(done)
        self._dead += len(dead)
        if worst is not None:
            self._block(worst)
        elif done and self._blocked is None:
            self._failures = 0
            self._size = min(self._size * 2, BATCH)

    def _block(self, verdict: Verdict) -> None:
        """Wait longer with each failure and send half as much; look anew at what indices there are.

        What was under way at the same time fails with it, and counts once.
        """
        if self._blocked is None:
            self._failures += 1
            self._size = max(self._size // 2, 1)
        if self._blocked is None or verdict.outcome is Outcome.PAUSE:
            self._blocked = verdict
        self.sink.forget_months()

    def _next_wait(self) -> float:
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._failures - 1, 10))
        return LEAST_WAIT + self.random.uniform(0.0, ceiling - LEAST_WAIT)

    def _remember(self) -> None:
        """Leave words for health, in the record, when they changed."""
        blocked = self._blocked
        pausing = blocked is not None and blocked.outcome is Outcome.PAUSE
        wanted = {
            PAUSED: blocked.reason if blocked and pausing else None,
            TROUBLE: blocked.reason if blocked and not pausing else None,
        }
        if self._sent:
            wanted[PROGRESS] = local_iso(self.clock())
        was = self.store.projection.notes()
        changed = {key: value for key, value in wanted.items() if was.get(key) != value}
        if changed:
            self.store.projection.note(changed)


def read_generations(store: Store) -> list[int]:
    """The generation that is read, then the one being filled, if any."""
    notes = store.projection.notes()
    return [int(notes.get(GENERATION, "1")), *([int(notes[FILLING])] if FILLING in notes else [])]


def drain(
    projector: Projector, *, tell: Callable[[str], None], sleep: Callable[[float], object] = time.sleep
) -> Drained:
    """Send until the queue is empty, however long the cluster is away; `tell` hears of progress."""
    sent = dead = 0
    while True:
        done = projector.turn(_for_seconds(2.0))
        sent, dead = sent + done.sent, dead + done.dead
        left, _ = projector.store.index_lag()
        if not left:
            return Drained(sent, dead)
        tell(
            f"已写入 {sent:,}，排队 {left:,}"
            + (f"；{done.words}，{done.wait:.0f} 秒后再试" if done.words else "")
        )
        sleep(done.wait)


def _for_seconds(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until
