"""Which policies a post is about 政策命中: by number, title, link, alias or words; many-to-many.

Names are looked up by their first two characters, so the time grows with the text, not with the
number of policies. The longest name at a place wins and uses it up: 商标法 inside 商标法实施条例 is
no mention of 商标法.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from analysis.doc_number import find_numbers, parse_number
from analysis.names import Name, names_of
from analysis.passages import Condition, Passages, has_borders, plain_key, without_blanks
from minyi.models import Match, Policy, Post
from minyi.text import search_key
from minyi.urls import canonical_url

_ORDER = {"doc_number": 0, "title": 1, "link": 2, "alias": 3, "words": 4}
"""Which way of naming a policy is told when there are several; sure ones first."""

_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[\x21-\x7e]{3,2000}")
_ADDRESS_END = ".,;:!?)]}>'\""
_SCHEME = re.compile(r"https?://(?:www\.)?")
_GOES_ON = re.compile(r"[》〉]?的?(?:实施(?:条例|细则|办法|规定|意见|方案)|细则|条例|司法解释)")
_RULE_END = re.compile("(?:法|条例|办法|规定|规则)$")
_OPENED = re.compile("[《〈]([^《》〈〉]{0,40})$")
_BEFORE_NAME = re.compile(
    r"(?:关于|印发|发布|公布|实施|施行|贯彻|落实|执行|解读|修改|修订|学习|中华人民共和国|[局部委院厅办室府]|\d{4}年?版?|新版?)$"
)


@dataclass(frozen=True, slots=True)
class _Owner:
    """A policy that has a name; `sure` when the name alone settles it."""

    policy: int
    sure: bool
    via: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name and its owners."""

    text: str
    owners: tuple[_Owner, ...]
    rule: bool
    """True when 实施细则 behind the name would make it another document."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One sign of a policy in a text; an unsure one counts beside a sure sign of the same policy only."""

    policy: int
    via: str
    sure: bool


class Matcher:
    """All policies, ready to be looked for. Holds no state of posts."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        """Index names, numbers, addresses and words."""
        self.policies = tuple(policies)
        self._conditions = [_condition(policy) for policy in policies]
        self._by_pair: dict[str, tuple[_Entry, ...]] = _by_pair(_entries(policies))
        self._by_number: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
        self._by_link: dict[str, list[int]] = defaultdict(list)
        self._by_anchor: dict[str, list[int]] = defaultdict(list)
        self._anchored: list[int] = []
        """Policies whose condition rests on a single character, looked at in every text."""
        for number, policy in enumerate(policies):
            self._add(number, policy)
        self._parent_signs = lru_cache(maxsize=1024)(self._signs_of_parent)

    def _add(self, number: int, policy: Policy) -> None:
        for parsed in {parse_number(name) for name in (policy.doc_number or "", *policy.aliases)}:
            if parsed:
                self._by_number[parsed.year, parsed.number].append((parsed.agency, number))
        for url in {policy.url, policy.interpretation_url} - {None, ""}:
            self._by_link[_bare(url or "")].append(number)
        anchors = self._conditions[number].anchors
        if any(len(anchor) < 2 for anchor in anchors):
            self._anchored.append(number)
        else:
            for anchor in anchors:
                self._by_anchor[anchor[:2]].append(number)

    def match(self, post: Post) -> tuple[Match, ...]:
        """Policies the post names, each once, in the order of the register; empty for none.

        The headline a comment stands under (`parent_title`) names policies for the comment too.
        """
        key = without_blanks(search_key(f"{post.title}\n{post.text}" if post.title else post.text))
        signs = [*self._signs(key), *self._link_signs(post)]
        if post.parent_title:
            signs += self._parent_signs(post.parent_title)
        return self._settle(signs) if signs else ()

    def names_in(self, key: str) -> frozenset[str]:
        """Names of policies that stand in a search key, as keys without blanks."""
        return frozenset(entry.text for _, entry in self._names(without_blanks(key)))

    def _settle(self, signs: Iterable[_Sign]) -> tuple[Match, ...]:
        by_policy: dict[int, list[_Sign]] = defaultdict(list)
        for sign in signs:
            by_policy[sign.policy].append(sign)
        found = []
        for number in sorted(by_policy):
            best = min(by_policy[number], key=lambda sign: (not sign.sure, _ORDER[sign.via]))
            found.append(Match(self.policies[number].id, best.via, best.sure))
        return tuple(found)

    def _signs_of_parent(self, parent_title: str) -> tuple[_Sign, ...]:
        return tuple(self._signs(plain_key(parent_title)))

    def _signs(self, key: str) -> Iterator[_Sign]:
        yield from self._number_signs(key)
        passages: Passages | None = None
        for start, entry in self._names(key):
            passages = passages or Passages.of(key)
            yield from self._name_signs(passages, start, entry)
        for number in self._word_candidates(key):
            passages = passages or Passages.of(key)
            if next(self._conditions[number].places(passages), None):
                yield _Sign(number, "words", sure=True)

    def _names(self, key: str) -> Iterator[tuple[int, _Entry]]:
        """Names in the order of the text, the longest at each place, none inside another."""
        by_pair, free = self._by_pair, 0
        for start, pair in enumerate(map(add, key, key[1:])):
            if pair in by_pair and start >= free:
                for entry in by_pair[pair]:
                    if key.startswith(entry.text, start):
                        free = start + len(entry.text)
                        if _stands_alone(key, start, free, entry):
                            yield start, entry
                            break
                        free = start

    def _name_signs(self, passages: Passages, start: int, entry: _Entry) -> Iterator[_Sign]:
        contexts = passages.around(start, start + len(entry.text))
        for owner in entry.owners:
            condition = self._conditions[owner.policy]
            if owner.via == "alias" and condition.spoilt(contexts):
                continue
            backed = any(word in one for word in condition.must for one in contexts)
            yield _Sign(owner.policy, owner.via, owner.sure or backed)

    def _number_signs(self, key: str) -> Iterator[_Sign]:
        if "号" not in key or not self._by_number:
            return
        for mention in find_numbers(key):
            known = self._by_number.get((mention.year, mention.number), ())
            named = [number for agency, number in known if mention.names(agency)]
            if named:
                yield from (_Sign(number, "doc_number", sure=True) for number in named)
            elif mention.lacks_agency:
                yield from (_Sign(number, "doc_number", len(known) == 1) for _, number in known)

    def _link_signs(self, post: Post) -> Iterator[_Sign]:
        if not self._by_link:
            return
        addresses = [found[0].rstrip(_ADDRESS_END) for found in _ADDRESS.finditer(post.text)]
        for address in [*addresses, post.url] if post.url else addresses:
            for number in self._by_link.get(_bare(address), ()):
                yield _Sign(number, "link", sure=True)

    def _word_candidates(self, key: str) -> Iterable[int]:
        if not self._by_anchor:
            return self._anchored
        pairs = self._by_anchor.keys() & set(map(add, key, key[1:]))
        return sorted({number for pair in pairs for number in self._by_anchor[pair]} | {*self._anchored})


def _condition(policy: Policy) -> Condition:
    words = policy.words
    must, some, none = (
        tuple(filter(None, map(plain_key, group))) for group in (words.must, words.any, words.none)
    )
    return Condition(must, some, none)


def shared_names(policies: Sequence[Policy]) -> dict[str, list[tuple[int, Name]]]:
    """Names by text, with the policies that have them by number."""
    owners: dict[str, list[tuple[int, Name]]] = defaultdict(list)
    for number, policy in enumerate(policies):
        for name in names_of(policy):
            owners[name.text].append((number, name))
    return owners


def _entries(policies: Sequence[Policy]) -> Iterator[_Entry]:
    for text, owners in shared_names(policies).items():
        top = max(name.rank for _, name in owners)
        alone = sum(name.rank == top for _, name in owners) == 1
        yield _Entry(
            text,
            tuple(
                _Owner(number, name.clear and alone and name.rank == top, name.via) for number, name in owners
            ),
            rule=_RULE_END.search(text) is not None,
        )


def _by_pair(entries: Iterable[_Entry]) -> dict[str, tuple[_Entry, ...]]:
    """Entries by their first two characters, the longest first."""
    found: dict[str, list[_Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: -len(one.text)):
        found[entry.text[:2]].append(entry)
    return {pair: tuple(group) for pair, group in found.items()}


def _stands_alone(key: str, start: int, end: int, entry: _Entry) -> bool:
    """False inside a longer Latin word, or inside the title of another document."""
    if not has_borders(key, start, end):
        return False
    if entry.rule and _GOES_ON.match(key, end):
        return False
    opened = _OPENED.search(key, max(0, start - 41), start)
    return opened is None or not opened[1] or _BEFORE_NAME.search(opened[1]) is not None


def _bare(address: str) -> str:
    """An address as compared: canonical, without scheme and `www.`."""
    address = address if "://" in address else f"http://{address}"
    return _SCHEME.sub("", canonical_url(address)).rstrip("/")
