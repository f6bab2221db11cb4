"""The whole analysis of lines of JSON, without a record: each line back with what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import analysis
from analysis.clusters import body_of
from analysis.copies import Copies, probe
from analysis.questions import asked
from jobs.judging import judges
from jobs.textlines import FAULTS, read_line, refused, sentiment_values
from minyi.errors import InputError
from minyi.models import Policy, Post, PostId, Precision, SourceId, Stance
from minyi.store import open_store
from minyi.text import normalise

_WHEN = datetime(1970, 1, 1, tzinfo=UTC)  # no time is asked about here
_REMEMBERED = 12_000  # texts a copy is looked for among; the memory of 50 MB
_TEXTS = ("title", "parent_title", "url")


def watched_policies(data: Path) -> list[Policy]:
    """The policies of the record in a data folder; none without a record."""
    file = data / "minyi.db"
    if not file.is_file():
        return []
    store = open_store(file)
    try:
        return store.policies()
    finally:
        store.close()


class Analyser:
    """Analyses a stream of lines; clusters are those of the stream, whose newest texts are kept."""

    def __init__(self, config: Path, data: Path, policies: Sequence[Policy]) -> None:
        """Judge as the office does that has this configuration and data folder; neither need be there.

        Raises:
            ConfigError: the configuration, or the file of own words, has a fault.
            ResourceError: a table, the lexicon or the model is missing or damaged.
        """
        words, model = judges(config, data)
        self._toolkit = analysis.load(data / "cache", policies, own_words=words, model=model)
        self._copies = Copies(capacity=_REMEMBERED)

    def line(self, number: int, line: bytes) -> dict[str, Any]:
        """What the line says and what was found in it; an object with `error` when it cannot be read."""
        try:
            values = _values(line)
            return {**values, **self._found(number, _post(values))}
        except FAULTS as fault:
            return refused(number, fault)

    def _found(self, number: int, post: Post) -> Mapping[str, Any]:
        done = analysis.analyse(post, self._toolkit)
        asks = any(claim.stance is Stance.ASK for claim in done.claims) or bool(asked(post.text))
        return {
            **(sentiment_values(done.sentiment) if done.sentiment else {}),
            "policies": [{"policy": m.policy, "via": m.via, "sure": m.sure} for m in done.matches],
            "misreading": [
                {"policy": c.policy, "claim": c.item, "role": c.stance.value, "cue": c.cue}
                for c in done.claims
            ],
            "asks": asks,
            "terms": list(done.keywords),
            "cluster": self._cluster(number, post),
        }

    def _cluster(self, number: int, post: Post) -> str:
        body = body_of(post.title, post.text)
        if not body.telling:
            return f"line-{number}"
        return self._copies.place(probe(str(number), body)).known.cluster


def _values(line: bytes) -> dict[str, Any]:
    """The line's object, its other texts checked too.

    Raises:
        InputError, ValueError, RecursionError: as `read_line`, or one is no text.
    """
    values = read_line(line)
    for name in _TEXTS:
        if not isinstance(values.get(name) or "", str):
            raise InputError(f"{name} 不是文字")
    return values


def _post(values: Mapping[str, Any]) -> Post:
    text = normalise(values["text"]).text
    title, parent, url = (normalise(values.get(name) or "").text for name in _TEXTS)
    return Post(
        PostId(""),
        SourceId(""),
        "",
        "post",
        text,
        _WHEN,
        Precision.NONE,
        _WHEN,
        url=url or None,
        title=title,
        parent_title=parent,
        official=values.get("official") is True,
    )
