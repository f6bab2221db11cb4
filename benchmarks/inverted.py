"""The peer: tantivy, given the record's own tokens ready cut, with fast fields to sort and group by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import tantivy

from benchmarks.questions import Ask
from minyi.models import Post
from minyi.store import tokens
from minyi.text import search_key

_HEAP = 256 << 20
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Cut:
    """A post with the tokens of its title and text, separated by blanks."""

    post: Post
    body: str


class Inverted:
    """One index on disk."""

    def __init__(self, path: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", tokenizer_name="whitespace", index_option="position")
        for name in ("policy", "source", "label"):
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        for name in ("published", "polarity"):
            builder.add_integer_field(name, fast=True, indexed=True)
        self._schema = builder.build()
        path.mkdir()
        self._index = tantivy.Index(self._schema, str(path))

    def insert_all(self, cut: Iterable[Cut]) -> None:
        """On two threads, one commit, all merging done."""
        writer = self._index.writer(_HEAP, _THREADS)
        for one in cut:
            post, feeling = one.post, one.post.sentiment
            document = tantivy.Document(body=one.body, source=post.source)
            document.add_integer("published", int(post.published.timestamp()))
            if feeling:
                document.add_text("label", feeling.label.value)
                document.add_integer("polarity", round(feeling.polarity * 1_000))
            for match in post.matches:
                document.add_text("policy", match.policy)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def newest(self, ask: Ask) -> int:
        """Newest 20 and the total."""
        return self._total(self._query(ask), "published")

    def best(self, ask: Ask) -> int:
        """The best 20 of all hits by bm25, and the total."""
        return self._total(self._query(ask), None)

    def _total(self, query: tantivy.Query, order: str | None) -> int:
        found = self._index.searcher().search(query, limit=20, count=True, order_by_field=order)
        total: int = found.count  # type: ignore[attr-defined]  # left out of its stubs
        return total

    def curve(self, ask: Ask, step: int) -> int:
        """Buckets of a curve by label; `step` in seconds."""
        labels = {"terms": {"field": "label"}, "aggs": _MEAN}
        histogram = {"histogram": {"field": "published", "interval": step}, "aggs": {"labels": labels}}
        found = self._index.searcher().aggregate(self._query(ask), {"curve": histogram})
        return len(found["curve"]["buckets"])

    def facet(self, ask: Ask) -> int:
        """Counts by policy."""
        terms = {"terms": {"field": "policy", "size": 50}, "aggs": _MEAN}
        return len(self._index.searcher().aggregate(self._query(ask), {"facet": terms})["facet"]["buckets"])

    def _query(self, ask: Ask) -> tantivy.Query:
        occur = tantivy.Occur
        parts = [(occur.Must, self._word(word)) for word in ask.words]
        parts += [(occur.MustNot, self._word(word)) for word in ask.without]
        if ask.one_of:
            either = tantivy.Query.boolean_query([(occur.Should, self._word(word)) for word in ask.one_of])
            parts.append((occur.Must, either))
        for field, value in (("policy", ask.policy), ("source", ask.source), ("label", ask.label)):
            if value:
                term = tantivy.Query.term_query(self._schema, field, str(value), "basic")
                parts.append((occur.Must, term))
        if ask.below is not None:
            parts.append((occur.Must, self._range("polarity", None, round(ask.below * 1_000))))
        if ask.since or ask.until:
            low, high = (int(one.timestamp()) if one else None for one in (ask.since, ask.until))
            parts.append((occur.Must, self._range("published", low, high)))
        return tantivy.Query.boolean_query(parts) if parts else tantivy.Query.all_query()

    def _range(self, field: str, low: int | None, high: int | None) -> tantivy.Query:
        """Low included, high not."""
        return tantivy.Query.range_query(
            self._schema, field, tantivy.FieldType.Integer, low, high, include_upper=False
        )

    def _word(self, word: str) -> tantivy.Query:
        cut = tokens.phrase(search_key(word))[0].split()
        if len(cut) == 1:
            return tantivy.Query.term_query(self._schema, "body", cut[0])
        return tantivy.Query.phrase_query(self._schema, "body", list(cut))


_MEAN = {"mean": {"avg": {"field": "polarity"}}}
