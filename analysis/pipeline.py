"""The whole analysis of a post: sentiment, policies, claims, cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from analysis.clusters import cluster_key
from analysis.matcher import Matcher
from analysis.misreading import Watchlist
from analysis.sentiment import judge, load_lexicon
from analysis.snow import SnowEngine, load_engine
from minyi.models import Policy, Post, Sentiment
from minyi.text import normalise, opinion_text, search_key

HEAD, TAIL = 1_000, 200
"""Of an opinion longer than both together, only its first and last characters are judged."""

_CACHED_TEXTS = 4_096


class Toolkit:
    """Everything analysis needs for one set of policies; keeps the judgements of the newest texts."""

    def __init__(self, engine: SnowEngine, policies: Sequence[Policy]) -> None:
        """Index the policies. A repealed one is still recognised: what was said of it stays on record."""
        self.engine = engine
        self._lexicon = load_lexicon()
        self._matcher = Matcher(policies)
        self._watchlist = Watchlist(policies)
        self._judge_again = lru_cache(maxsize=_CACHED_TEXTS)(self._judge)

    def judge(self, text: str) -> Sentiment:
        """Sentiment of what the newest writer of `text` says; evidence is counted in that opinion.

        Quoted chains, addresses and @names are no opinion; policy names neither praise nor blame.
        `snownlp` is None when no opinion is left.
        """
        return self._judge_again(text) if len(text) <= HEAD + TAIL else self._judge(text)

    def match(self, post: Post) -> Post:
        """The post with its policies and claims found anew; everything else is kept."""
        matches = self._matcher.match(post)
        return replace(post, matches=matches, claims=self._watchlist.claims(post, matches))

    def _judge(self, text: str) -> Sentiment:
        opinion = opinion_text(normalise(text).text)
        if len(opinion) > HEAD + TAIL:
            opinion = opinion[:HEAD] + opinion[-TAIL:]
        names = self._matcher.names_in(search_key(opinion))
        return judge(opinion, self._lexicon, self.engine, names)


@cache
def _engine(cache_dir: Path) -> SnowEngine:
    return load_engine(cache_dir)


@lru_cache(maxsize=2)
def _toolkit(cache_dir: Path, policies: tuple[Policy, ...]) -> Toolkit:
    return Toolkit(_engine(cache_dir), policies)


def load(cache_dir: Path, policies: Sequence[Policy]) -> Toolkit:
    """The toolkit for these policies. `cache_dir` holds the model's table, built there at first (some 6 s).

    The engine stays in the process, and so does the toolkit until policies change.

    Raises:
        ResourceError: a table, the lexicon or the model is missing or damaged.
    """
    return _toolkit(cache_dir.resolve(), tuple(policies))


def analyse(post: Post, toolkit: Toolkit) -> Post:
    """The post with sentiment, matches, claims and cluster; the same post gives the same result."""
    return replace(
        toolkit.match(post),
        sentiment=toolkit.judge(post.text),
        cluster=cluster_key(post.title, post.text, post.id),
        keywords=(),
    )
