"""What the query language needs to know of this office: names of policies and sources, the author key."""

from __future__ import annotations

from jobs.context import Context
from minyi.store.query import NameBook


def name_book(context: Context) -> NameBook:
    """Names and ids that `policy:`, `source:` and `author:` may hold; an import's source is its own name."""
    imported = {source: str(source) for source in context.store.first_success()}
    return NameBook(
        policies=context.store.policies(),
        sources=imported | {card.id: card.name for card in context.config.source},
        hash_author=lambda name: _pseudonym(name, context.author_key),
    )


def _pseudonym(name: str, key: bytes) -> str:
    from analysis.post import pseudonym  # noqa: PLC0415 - loading analysis takes longer than most answers

    return pseudonym(name, key)
