"""What the public says of one policy: wrong claims, questions and hot words, counted in the record.

Counted in voices: a post and its copies are one. Everything is read from stored posts, nothing is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from analysis.hotwords import Counted, HotWord, count, hot_words
from analysis.questions import Question, asked, concerns
from analysis.words import Segmenter
from jobs.context import Context
from jobs.finding import find_policy
from minyi.models import Policy, PolicyId, Post, PostId, Stance, WatchItem
from minyi.store.base import Store
from minyi.store.query import Query
from minyi.text import search_key

NEWEST = 2_000
"""Posts looked at for words and questions: the newest."""

_FEW = 30  # voices of a baseline that say what is usual
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ClaimView:
    """How a wrong claim stands: posts by role, and how far its repetition has spread.

    `voices` and `sources` are those of repeats, and so are the times: `first_seen` by Minyi, published
    `first` and `last` (None without any). `examples` are posts that repeat it, one a cluster, oldest first.
    """

    policy: PolicyId
    item: WatchItem
    roles: dict[Stance, int]
    voices: int
    sources: int
    first_seen: datetime | None
    first: datetime | None
    last: datetime | None
    examples: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class ConcernView:
    """What several people want to know: one wording, how many ask, from when to when, three posts."""

    question: str
    voices: int
    posts: int
    sources: int
    first: datetime
    last: datetime
    examples: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Hot words of a window, and the voices counted; `capped` when older posts were left out."""

    words: tuple[HotWord, ...]
    voices: int
    baseline: int
    capped: bool


# --- claims -----------------------------------------------------------------------------------------


def claims(context: Context, wanted: str, since: datetime | None = None) -> list[ClaimView]:
    """The policy's watch-list in its order; `since` counts posts published from then on.

    Raises:
        ConfigError: no such policy.
    """
    policy = find_policy(context, wanted)
    found: dict[str, dict[Stance, list[Post]]] = defaultdict(lambda: defaultdict(list))
    if policy.watch:
        for post in _posts(context.store, policy, since, None):
            for claim in post.claims:
                if claim.policy == policy.id:
                    found[claim.item][claim.stance].append(post)
    return [_claim_view(policy.id, item, found[item.id]) for item in policy.watch]


def _claim_view(policy: PolicyId, item: WatchItem, by_role: dict[Stance, list[Post]]) -> ClaimView:
    repeats = sorted(by_role[Stance.REPEAT], key=_by_time)
    return ClaimView(
        policy,
        item,
        {role: len(by_role[role]) for role in Stance},
        len({_voice(post) for post in repeats}),
        len({post.source for post in repeats}),
        min((post.first_seen for post in repeats), default=None),
        repeats[0].published if repeats else None,
        repeats[-1].published if repeats else None,
        _one_a_voice(repeats),
    )


# --- questions --------------------------------------------------------------------------------------


def questions(context: Context, wanted: str, since: datetime | None = None) -> list[ConcernView]:
    """What the newest posts about a policy ask, most voices first; an office's own posts ask nothing.

    Raises:
        ConfigError: no such policy.
    """
    policy = find_policy(context, wanted)
    names = (policy.title, *policy.aliases)
    segmenter, topic = Segmenter(names), _topic(policy)
    by_id: dict[str, Post] = {}
    found = []
    for post in islice(_posts(context.store, policy, since, None), NEWEST):
        sentence = "" if post.official else asked(post.text)
        if sentence:
            by_id[post.id] = post
            terms = frozenset(word for word in segmenter.terms(sentence) if word not in topic)
            found.append(Question(post.id, post.cluster, sentence, terms))
    return [
        _concern_view([by_id[one.post] for one in group.questions], group.questions[-1].sentence)
        for group in concerns(found)
    ]


def _concern_view(posts: list[Post], sentence: str) -> ConcernView:
    posts.sort(key=_by_time)
    return ConcernView(
        sentence,
        len({_voice(post) for post in posts}),
        len(posts),
        len({post.source for post in posts}),
        posts[0].published,
        posts[-1].published,
        _one_a_voice(posts),
    )


# --- words ------------------------------------------------------------------------------------------


def words(
    context: Context, wanted: str, since: datetime, until: datetime | None = None, size: int = 20
) -> Words:
    """Words that posts about a policy say from `since` to `until` more than before it.

    Where there are hardly any posts before, what the office hears of everything is usual.

    Raises:
        ConfigError: no such policy.
    """
    store = context.store
    policy = find_policy(context, wanted)
    segmenter, topic = Segmenter((policy.title, *policy.aliases)), _topic(policy)
    window, seen = _counted(_posts(store, policy, since, until), segmenter)
    before, _ = _counted(_posts(store, policy, None, since), segmenter)
    office, _ = _counted(_every(store, since), segmenter)
    baseline = before if before.voices >= _FEW else office
    found = hot_words(window, baseline, office, skip=lambda word: word in topic, size=size)
    return Words(tuple(found), window.voices, baseline.voices, seen >= NEWEST)


def _counted(posts: Iterator[Post], segmenter: Segmenter) -> tuple[Counted, int]:
    newest = list(islice(posts, NEWEST))
    terms = ((post.cluster, post.keywords or segmenter.terms(post.text)) for post in newest)
    return count(terms), len(newest)


# --- posts ------------------------------------------------------------------------------------------


def _posts(store: Store, policy: Policy, since: datetime | None, until: datetime | None) -> Iterator[Post]:
    query = Query(policies=(policy.id,), published=(since, until))
    return (stored.post for stored in store.iterate(query))


def _every(store: Store, until: datetime) -> Iterator[Post]:
    return (stored.post for stored in store.iterate(Query(published=(None, until))))


def _topic(policy: Policy) -> str:
    return search_key(" ".join((policy.title, *policy.aliases)))


def _by_time(post: Post) -> tuple[datetime, PostId]:
    return post.published, post.id


def _voice(post: Post) -> str | PostId:
    return post.cluster or post.id


def _one_a_voice(posts: Sequence[Post]) -> tuple[Post, ...]:
    first: dict[str, Post] = {}
    for post in posts:
        first.setdefault(_voice(post), post)
    return tuple(first.values())[:_EXAMPLES]
