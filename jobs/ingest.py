"""Ingest 入库: raw posts, from the spool or a file, become analysed posts in the record.

A spool file's last transaction carries the source's cursor and run; the file is removed after it, so
a crash means doing the file again, and doing it again changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import analysis
from analysis.policies import policy_from_raw
from analysis.post import SourceFacts, to_post
from jobs.clusters import join_clusters
from jobs.context import Context
from jobs.edge import attempt
from jobs.judging import toolkit_for_intake
from jobs.policies import adopt_policies
from minyi import spool
from minyi.clock import LOCAL
from minyi.errors import BadPost, StoreError
from minyi.models import CrawlRun, Post, Quarantined, RawPost, Saved, SourceId, SourceState
from minyi.spool import BadLine, Trailer
from minyi.store.base import SpoolCommit

log = logging.getLogger(__name__)

BATCH = 500
"""Posts a transaction."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one file or import came to; saved and quarantined together are all its lines."""

    source: SourceId | None
    saved: Saved
    quarantined: int
    policies: int = 0
    """Policies newly found."""


def ingest_spool(context: Context, now: datetime) -> list[Ingested]:
    """Ingest every complete spool file, oldest first."""
    files = spool.pending(context.spool)
    if not files:
        return []
    toolkit = toolkit_for_intake(context)
    results = []
    for file in files:
        ingest = Ingest(context, toolkit, now, origin=file.name)
        fault = attempt(f"ingest of {file.name}", lambda: results.append(ingest.run_file(file)))  # noqa: B023 - run at once
        if isinstance(fault, StoreError):
            raise fault  # the record's trouble, not the file's: it stays for the next turn
        if fault is None:
            file.unlink(missing_ok=True)
        else:
            _set_aside(context, file, fault, now)
        toolkit = ingest.toolkit
    spool.sync_folder(context.spool)
    return results


def _set_aside(context: Context, file: Path, fault: Exception, now: datetime) -> None:
    """Keep a file that broke the program out of the way of the others, and its source's silence known."""
    aside = context.spool / "aside"
    aside.mkdir(exist_ok=True)
    reason = f"入库时程序出错（{type(fault).__name__}），文件移至 {aside / file.name}"
    context.store.quarantine([Quarantined(file.name, 0, file.name, reason, now)])
    runs = [one.run for one in spool.read(file) if isinstance(one, Trailer)]
    for run in runs:
        context.store.record_run(replace(run, state=SourceState.BROKEN, reasons=(reason, *run.reasons)))
    file.rename(aside / file.name)


class Ingest:
    """One pass over raw posts of one origin."""

    def __init__(self, context: Context, toolkit: analysis.Toolkit, now: datetime, *, origin: str) -> None:
        """`origin` names the file in the quarantine."""
        self._context, self._now, self._origin = context, now, origin
        self.toolkit = toolkit
        self._facts: dict[SourceId, SourceFacts] = {}
        self._bad = 0
        self._policies = 0

    def run_file(self, file: Path) -> Ingested:
        """Ingest one spool file, its cursor and run in the last transaction."""
        saved, seen = Saved(), 0
        waiting: list[RawPost] = []
        commit: SpoolCommit | None = None
        for one in spool.read(file):
            if isinstance(one, Trailer):
                commit = SpoolCommit(_quiet_if(one.run, empty=not seen), one.cursor)
            elif isinstance(one, BadLine):
                self.refuse(one.number, one.raw, one.reason)
            else:
                seen += 1
                waiting.append(one)
            if len(waiting) > BATCH:  # the last batch is never empty here, and goes with the trailer
                saved += self.save(waiting[:BATCH])
                waiting = waiting[BATCH:]
        saved += self.save(waiting, commit)
        log.info("ingested %s: %s, %d quarantined", file.name, saved, self._bad)
        return Ingested(commit.run.source if commit else None, saved, self._bad, self._policies)

    def run_rows(self, rows: Iterable[RawPost | BadLine]) -> Ingested:
        """Ingest rows of an import."""
        saved = Saved()
        for batch in _batches(iter(rows)):
            good = [one for one in batch if isinstance(one, RawPost)]
            for one in batch:
                if isinstance(one, BadLine):
                    self.refuse(one.number, one.raw, one.reason)
            saved += self.save(good)
        return Ingested(None, saved, self._bad)

    def save(self, raws: Sequence[RawPost], commit: SpoolCommit | None = None) -> Saved:
        """Normalise, analyse and store one batch."""
        posts = []
        for number, raw in enumerate(raws):
            try:
                post = to_post(
                    raw, self._source_facts(raw), author_key=self._context.author_key, now=self._now
                )
            except BadPost as error:
                self.refuse(number, spool.encode_raw(raw)[:20_000], str(error))
                continue
            posts.append(post)
            if raw.is_policy:
                self._found_policy(raw, post)
        analysed = [analysis.analyse(post, self.toolkit) for post in posts]
        joined = join_clusters(self._context.store, analysed, self._now)
        return self._context.store.save_posts(joined, now=self._now, commit=commit)

    def refuse(self, position: int, raw: str, reason: str) -> None:
        """Keep what cannot be read, with the reason."""
        item = Quarantined(self._origin, position, raw, reason, self._now)
        self._context.store.quarantine([item])
        self._bad += 1

    def _found_policy(self, raw: RawPost, post: Post) -> None:
        policy = policy_from_raw(raw, post.text, now=self._now)
        if adopt_policies(self._context, [policy], self._now):
            self._policies += 1
            self.toolkit = toolkit_for_intake(self._context)

    def _source_facts(self, raw: RawPost) -> SourceFacts:
        facts = self._facts.get(raw.source)
        if facts is None:
            facts = self._facts[raw.source] = source_facts(self._context, raw.source)
        return facts


def source_facts(context: Context, source: SourceId) -> SourceFacts:
    """What the source's card says about its posts; an import without a card is a plain source."""
    card = context.config.find_source(source)
    if card is None:
        return SourceFacts(platform=source, content="post", zone=LOCAL)
    return SourceFacts.of_card(card)


def _quiet_if(run: CrawlRun, *, empty: bool) -> CrawlRun:
    """A good run that brought nothing is quiet, which is not blind."""
    return replace(run, state=SourceState.QUIET) if empty and run.state is SourceState.OK else run


def _batches(rows: Iterator[RawPost | BadLine]) -> Iterator[list[RawPost | BadLine]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
