"""The sink: queued posts become bulk requests, and every answer a verdict on each of them.

Whole documents, `version_type=external_gte`, `version` = the post's revision: sending twice, or late,
changes nothing. The record settles only what has a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii
from typing import Any

from minyi.models import PostId, StoredPost
from minyi.store.elastic import template
from minyi.store.elastic.answers import DONE, NOT_SET_UP, Outcome, Verdict, judge_item, judge_refusal
from minyi.store.elastic.client import Away, Cluster, Refused, to_line
from minyi.store.elastic.document import to_document
from minyi.store.elastic.layout import Layout, month_of
from minyi.store.projection import Queued

MAX_BYTES = 10_000_000
"""Of one bulk request; the cluster's own limit is 100 MB."""


@dataclass(frozen=True, slots=True)
class Item:
    """One queued post, its lines and the index each action goes to; none = there is nothing to send."""

    queued: Queued
    lines: tuple[bytes, ...] = ()
    indices: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(map(len, self.lines)) + len(self.lines)


@dataclass(slots=True)
class Sink:
    """Writes to the generations named; the second is one that is being filled."""

    cluster: Cluster
    layout: Layout
    _months: set[str] = field(default_factory=set)

    def build(
        self,
        rows: Sequence[Queued],
        load: Callable[[Sequence[PostId]], list[StoredPost]],
        generations: Sequence[int],
    ) -> list[Item]:
        """Documents and deletions, in the order of the rows; asks the cluster only where to delete.

        A post that the record no longer holds, though its row does not say so yet, is left to the row of
        its deletion, which comes later.
        """
        stored = {one.post.id: one for one in load([row.post for row in rows if not row.gone])}
        gone = [row for row in rows if row.gone]
        places = self._places([row.post for row in gone], generations) if gone else {}
        return [
            self._deletion(row, places.get(row.post, ()))
            if row.gone
            else self._document(row, stored.get(row.post), generations)
            for row in rows
        ]

    def _document(self, row: Queued, stored: StoredPost | None, generations: Sequence[int]) -> Item:
        if stored is None:
            return Item(row)
        month = month_of(stored.post.first_seen)
        body = to_line(to_document(stored))
        indices = tuple(self.layout.index(generation, month) for generation in generations)
        pairs = ((_action("index", index, row.post, stored.revision), body) for index in indices)
        return Item(row, tuple(line for pair in pairs for line in pair), indices)

    def _deletion(self, row: Queued, indices: Sequence[str]) -> Item:
        lines = tuple(_action("delete", index, row.post, row.revision) for index in indices)
        return Item(row, lines, tuple(indices))

    def _places(self, posts: Sequence[PostId], generations: Sequence[int]) -> dict[PostId, list[str]]:
        """Where posts lie: the record forgets a deleted post's month, so the cluster is asked.

        What was just written is made findable first; one writer at a time, so nothing is missed.
        """
        path = ",".join(self.layout.pattern(one) for one in generations)
        self.cluster.ask("POST", f"/{path}/_refresh")
        found: dict[PostId, list[str]] = {}
        asked = {"query": {"ids": {"values": list(posts)}}, "size": 10_000, "_source": False}
        answer = self.cluster.ask("POST", f"/{path}/_search", asked)
        for hit in answer["hits"]["hits"]:
            found.setdefault(PostId(hit["_id"]), []).append(hit["_index"])
        return found

    def send(self, items: Sequence[Item]) -> list[Verdict]:
        """Send in one request; a verdict an item. Without an answer every item is to be sent again."""
        try:
            self._prepare(items)
            lines = [line for item in items for line in item.lines]
            answers = self.cluster.bulk(lines)["items"] if lines else []
        except Away as error:
            return [Verdict(Outcome.AGAIN, str(error))] * len(items)
        except Refused as error:
            return [judge_refusal(error)] * len(items)
        except NotSetUp:
            return [Verdict(Outcome.PAUSE, NOT_SET_UP)] * len(items)
        return _share_out(items, answers)

    def _prepare(self, items: Sequence[Item]) -> None:
        """Create the months' indices that are missing, from the template, which must be there.

        The index of alerts is made with the template: where it is missing, nobody has set up the cluster.
        """
        for index in sorted({index for item in items for index in item.indices} - self._months):
            if not self._months:
                self._check(self.layout.alerts)
            try:
                self.cluster.ask("PUT", f"/{index}")
            except Refused as error:
                if error.kind != "resource_already_exists_exception":
                    raise
            self._check(index)
            self._months.add(index)

    def _check(self, index: str) -> None:
        try:
            answer = self.cluster.ask("GET", f"/{index}/_mapping")
        except Refused as error:
            raise (NotSetUp() if error.status == 404 else error) from error
        if answer[index]["mappings"].get("_meta", {}).get("schema") != template.SCHEMA:
            raise NotSetUp

    def forget_months(self) -> None:
        """Look again which indices there are, after a pause or an outage in which they may have changed."""
        self._months.clear()


class NotSetUp(Exception):
    """An index came to be without our template, or has another schema."""


def _action(kind: str, index: str, post: PostId, revision: int) -> bytes:
    """Spelt by hand: a tenth of the whole work otherwise; of its values only an id can hold a quote."""
    named = f'"_index":"{index}","_id":{encode_basestring_ascii(post)}'
    return f'{{"{kind}":{{{named},"version":{revision},"version_type":"external_gte"}}}}'.encode()


def _share_out(items: Sequence[Item], answers: Sequence[Mapping[str, Any]]) -> list[Verdict]:
    """The worst of an item's answers, one a generation."""
    verdicts = []
    at = 0
    for item in items:
        mine = [judge_item(answer) for answer in answers[at : at + len(item.indices)]]
        at += len(item.indices)
        bad = [one for one in mine if one.outcome is not Outcome.DONE]
        verdicts.append(bad[0] if bad else DONE)
    return verdicts
