"""The whole analysis of a post: sentiment, policies, claims, cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

from analysis.clusters import cluster_key
from analysis.learner import Model, Opinion, judge_learnt
from analysis.learner_file import read_model
from analysis.lexicon import load_lexicon
from analysis.matcher import Matcher
from analysis.misreading import Watchlist
from analysis.own_words import read_own_words
from analysis.sentiment import judge, tempered_total
from analysis.snow import SnowEngine, load_engine
from analysis.words import Segmenter
from minyi.models import Policy, Post, Sentiment
from minyi.text import normalise, opinion_text, search_key, simplify

HEAD, TAIL = 1_000, 200
"""Of an opinion longer than both together, only its first and last characters are judged."""

_CACHED_TEXTS = 4_096


class Toolkit:
    """Everything analysis needs for one set of policies; keeps the judgements of the newest texts."""

    def __init__(
        self, engine: SnowEngine, policies: Sequence[Policy], own_words: str = "", model: Model | None = None
    ) -> None:
        """Index the policies. A repealed one is still recognised: what was said of it stays on record.

        `own_words` are lexicon lines of the office, `model` what it taught; without one the lexicon judges.
        """
        self.engine = engine
        self._lexicon = load_lexicon(own_words)
        self._model = model
        self._policies = policies
        self._matcher = Matcher(policies)
        self._watchlist = Watchlist(policies)
        self._judge_again = lru_cache(maxsize=_CACHED_TEXTS)(self._judge)

    def judge(self, text: str) -> Sentiment:
        """Sentiment of what the newest writer of `text` says; evidence is counted in that opinion.

        Quoted chains, addresses and @names are no opinion; policy names neither praise nor blame.
        `snownlp` is None when no opinion is left.
        """
        return self._judge_again(text) if len(text) <= HEAD + TAIL else self._judge(text)

    def terms(self, text: str) -> tuple[str, ...]:
        """What a text is about, see `Segmenter.terms`; policy names are words. First loads a dictionary."""
        return self._segmenter.terms(text)

    @cached_property
    def _segmenter(self) -> Segmenter:
        return Segmenter(name for policy in self._policies for name in (policy.title, *policy.aliases))

    @property
    def model_version(self) -> str:
        """What every judgement of this toolkit carries; curves never mix two of them."""
        version = self._lexicon.model_version
        return f"{version}+{self._model.id}" if self._model else version

    def opinion(self, text: str) -> Opinion:
        """What the learnt model reads of a text: the newest writer's words, judged by the lexicon."""
        whole = normalise(text).text
        said, names = self._said(whole)
        judged = judge(said, self._lexicon, self.engine, names)
        head = whole[: HEAD + TAIL]
        quoted = tempered_total(simplify(head), self._lexicon, names) if "//@" in head else 0.0
        return Opinion(said, judged, quoted)

    def match(self, post: Post) -> Post:
        """The post with its policies and claims found anew; everything else is kept."""
        matches = self._matcher.match(post)
        return replace(post, matches=matches, claims=self._watchlist.claims(post, matches))

    def _judge(self, text: str) -> Sentiment:
        if self._model:
            return judge_learnt(self.opinion(text), self._model)
        said, names = self._said(normalise(text).text)
        return judge(said, self._lexicon, self.engine, names)

    def _said(self, whole: str) -> tuple[str, frozenset[str]]:
        """The opinion in a clean text, and the policy names in it."""
        said = opinion_text(whole)
        if len(said) > HEAD + TAIL:
            said = said[:HEAD] + said[-TAIL:]
        return said, self._matcher.names_in(search_key(said))


@cache
def _engine(cache_dir: Path) -> SnowEngine:
    return load_engine(cache_dir)


@lru_cache(maxsize=2)
def _model(folder: Path, name: str) -> Model:
    return read_model(folder, name)


def check_model(folder: Path, name: str) -> None:
    """Read a learnt model, as `load` will.

    Raises:
        ResourceError: it is missing, damaged, or was made by another version.
    """
    _model(folder.resolve(), name)


@lru_cache(maxsize=2)
def _toolkit(
    cache_dir: Path, policies: tuple[Policy, ...], own_words: str, model: tuple[Path, str] | None
) -> Toolkit:
    return Toolkit(_engine(cache_dir), policies, own_words, _model(*model) if model else None)


def load(
    cache_dir: Path,
    policies: Sequence[Policy],
    *,
    own_words: Path | None = None,
    model: tuple[Path, str] | None = None,
) -> Toolkit:
    """The toolkit for these policies. `cache_dir` holds the model's table, built there at first (some 6 s).

    `own_words` is the office's file of words, which need not exist; `model` the folder and id of the learnt
    model. The engine stays in the process, and so does the toolkit until one of them changes.

    Raises:
        ResourceError: a table, the lexicon or the model is missing or damaged.
        ConfigError: the file of own words has a fault.
    """
    words = read_own_words(own_words) if own_words else ""
    named = (model[0].resolve(), model[1]) if model else None
    return _toolkit(cache_dir.resolve(), tuple(policies), words, named)


def analyse(post: Post, toolkit: Toolkit) -> Post:
    """The post with sentiment, matches, claims, keywords and cluster; the same post gives the same result.

    A cluster it is in already stays; a new post gets that of its exact copies (near copies: `Copies`).
    """
    return replace(
        toolkit.match(post),
        sentiment=toolkit.judge(post.text),
        cluster=post.cluster or cluster_key(post.title, post.text, post.id),
        keywords=toolkit.terms(post.text),
    )
