"""Misreading 误读: does a post repeat a wrong claim, rebut it, or ask about it?

Polarity cannot tell: a rumour may be calm and a rebuttal angry. Decided from what the newest writer
says in and around the sentence of the claim, in this order: a question about it asks; a denial that
reaches it, or an authority's voice, rebuts; denial beside mockery or affirmation is unclear; the rest
repeats, hearsay and anger included. Only repeats count as misreading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis import cues
from analysis.contradiction import MARK, Signs, signs_against, telling_pieces
from analysis.passages import Condition, Passages, plain_key
from minyi.models import Claim, Match, Policy, Post, Stance, WatchItem
from minyi.text import opinion_text

_QUOTES = str.maketrans("", "", "“”\"‘’'「」『』")
_CHAIN = re.compile(r"/{2}\s{0,4}[@＠]")
_SHORT_POST = 120
"""In a post of at most so many characters 请问 anywhere makes it a question."""

_SHORT_REMARK = 25
_MOST_PLACES = 20  # a text that repeats a claim without end says nothing new
_REACH = 200  # nor does a sentence without end
_BY_WEIGHT = (Stance.UNCLEAR, Stance.REBUT)
_NUMERALS = "0123456789零〇一二两三四五六七八九十百千万亿"
_COUNTED = tuple("家个名件门人份位条字户类项次本张辆台")
_ECHOED = re.compile(f"{MARK}[^,。!?]{{0,6}}\\?(?=[^?!])")

Verdict = tuple[Stance, str]
_DECIDES = 2
_FIRM = re.compile(f"{cues.ASKS_TRUTH.pattern}|{cues.ASKS_POLITELY.pattern}")
_ECHO: Verdict = (Stance.ASK, "?")
"""The claim put as a question and nothing more."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A watch item as plain keys without quotation marks."""

    id: str
    wording: tuple[str, ...]
    words: Condition
    claim: str
    statement: tuple[str, ...]
    """What of the right statement tells it from the claim."""

    def places(self, passages: Passages) -> list[tuple[int, int]]:
        """Where the claim stands, ascending; overlapping wordings are one place."""
        found = [
            (start, start + len(word)) for word in self.wording for start in _occurrences(passages.key, word)
        ]
        if not found:
            found = [place for place in self.words.places(passages) if self._counts_so(passages.key, *place)]
        return _merged(found)[:_MOST_PLACES]

    def _counts_so(self, key: str, start: int, end: int) -> bool:
        """False for 三千家会员 where the claim is about 三千元."""
        if key[end - 1] not in _NUMERALS:
            return True
        counted = key[end + (key[end : end + 1] in ("多", "余", "来")) :][:1]
        return counted not in _COUNTED or f"{key[start:end]}{counted}" in self.claim


class Watchlist:
    """The watch items of all policies, ready to be looked for."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        """Fold every wording once."""
        self._items = {
            policy.id: tuple(_item(one, _topic(policy)) for one in policy.watch)
            for policy in policies
            if policy.watch
        }

    def claims(self, post: Post, matches: Iterable[Match]) -> tuple[Claim, ...]:
        """Stances towards the claims a post makes about policies it surely names; each item at most once.

        Ordered by policies as matched and items as listed. An official source never repeats.
        """
        watched = [one.policy for one in matches if one.sure and one.policy in self._items]
        if not watched:
            return ()
        said = _Said.by(post)
        return tuple(
            Claim(policy, item.id, *verdict)
            for policy in watched
            for item in self._items[policy]
            if (verdict := said.verdict(item, official=post.official))
        )


def _item(item: WatchItem, topic: str) -> _Item:
    wording, some, every, none = (
        tuple(filter(None, (_quoteless(word) for word in group)))
        for group in (item.wording, item.any, item.all, item.none)
    )
    if not (wording or some or every):
        wording = tuple(filter(None, [_quoteless(item.claim)]))
    claim = _quoteless(item.claim)
    pieces = telling_pieces(plain_key(item.statement), (claim, *wording, *every, *some, topic))
    return _Item(item.id, wording, Condition(every, some, none), claim, pieces)


def _topic(policy: Policy) -> str:
    return plain_key(" ".join((policy.title, *policy.aliases)))


def _quoteless(text: str) -> str:
    return plain_key(text).translate(_QUOTES)


def _occurrences(key: str, word: str) -> Iterator[int]:
    start = key.find(word)
    while start >= 0:
        yield start
        start = key.find(word, start + len(word))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@dataclass(frozen=True, slots=True)
class _Said:
    """What the newest writer says (headline and comment), and what the comment quotes."""

    own: Passages
    quoted: Passages

    @classmethod
    def by(cls, post: Post) -> _Said:
        """Take a post apart."""
        comment = opinion_text(post.text)
        chain = _CHAIN.split(post.text, maxsplit=1)
        headline = post.title if post.title != post.text else ""
        own = _quoteless(f"{headline}\n{comment}" if headline else comment)
        return cls(Passages.of(own), Passages.of(_quoteless(chain[1]) if len(chain) > 1 else ""))

    def verdict(self, item: _Item, *, official: bool) -> Verdict | None:
        """The stance towards one item; None when the claim is not there."""
        places = item.places(self.own)
        quoted = [] if places else item.places(self.quoted)
        if not places and not quoted:
            return None
        if official:
            return Stance.REBUT, "官方信源"
        if places:
            verdict = _weigh([_towards(self.own, *place) for place in places])
            return _second_thoughts(verdict, self.own.key, places, item)
        remark = _remark_on_quote(self.own.key)
        if remark is None and self.own.key:
            remark = _contradicted(signs_against(self.own.key, item.statement, echoed=False))
        return remark or _weigh([_towards(self.quoted, *place) for place in quoted])


def _weigh(found: Sequence[tuple[Verdict, bool]]) -> Verdict:
    """One verdict for a post that names the claim several times.

    A denial anywhere means that the rest quotes what is denied; a plain question stands against hearsay,
    but a mere question mark (as over a headline) yields to the claim repeated below it.
    """
    for wanted in _BY_WEIGHT:
        for verdict, _ in found:
            if verdict[0] is wanted:
                return verdict
    asks = [(verdict, firm) for verdict, firm in found if verdict[0] is Stance.ASK]
    repeats = [verdict for verdict, _ in found if verdict[0] is Stance.REPEAT]
    firm = next((verdict for verdict, firm in asks if firm), None)
    return firm or (repeats[0] if repeats else asks[0][0])


def _remark_on_quote(comment: str) -> Verdict | None:
    """What a comment makes of the claim it quotes; None when it says nothing about its truth."""
    if asked := _plain_question(comment):
        return Stance.ASK, asked
    return _denial(cues.DENIES.search(cues.UNDENIED.sub("", comment)), comment)


def _second_thoughts(verdict: Verdict, key: str, places: Sequence[tuple[int, int]], item: _Item) -> Verdict:
    """A repetition, or a claim merely echoed, weighed against all that is said around it."""
    if verdict[0] in _BY_WEIGHT or (verdict[0] is Stance.ASK and _FIRM.search(verdict[1])):
        return verdict
    first, last = max(0, places[0][0] - _REACH), places[-1][1] + _REACH
    around, end = [], first
    for start, stop in places:
        around.append(key[end:start])
        end = stop
    text = MARK.join((*around, key[end:last]))
    signs = signs_against(text, item.statement, echoed=_ECHOED.search(text) is not None)
    if verdict[0] is Stance.REPEAT:
        torn = cues.TWO_VOICES.search(text) if signs.weight < _DECIDES else None
        return (Stance.UNCLEAR, torn[0][:20]) if torn else _contradicted(signs) or verdict
    if verdict == _ECHO and signs.weight < 0:
        return Stance.REPEAT, key[slice(*places[0])]
    least = _DECIDES if verdict == _ECHO else _DECIDES + 1
    return (Stance.REBUT, signs.cue) if signs.weight >= least else verdict


def _contradicted(signs: Signs) -> Verdict | None:
    if signs.weight < 1:
        return None
    return (Stance.REBUT if signs.weight >= _DECIDES else Stance.UNCLEAR), signs.cue


def _towards(passages: Passages, start: int, end: int) -> tuple[Verdict, bool]:
    """The stance towards a claim at a place, and whether a question is plain in its wording."""
    first, last = passages.span(passages.number_at(start))
    first, last = max(first, start - _REACH), min(max(last, end), end + _REACH)
    sentence = passages.key[first:last]
    following = passages.sentence(passages.number_at(max(end - 1, start)) + 1)[:_REACH]
    if asked := _asked(passages, sentence, following):
        return (Stance.ASK, asked), True
    if denied := _denied(passages.key, (first, start, end, last), following):
        return denied, True
    if _echoes(sentence, passages.key[last : last + _REACH]):
        return _ECHO, False
    return (Stance.REPEAT, passages.key[start:end]), True


def _asked(passages: Passages, sentence: str, following: str) -> str:
    """The cue of a plain question about the claim; empty for none, for rhetoric and for other people's."""
    if truth := cues.ASKS_TRUTH.search(sentence):
        return "" if cues.REPORTED.search(sentence) else truth[0]
    angry = cues.RHETORICAL.search(sentence) or cues.OUTRAGE.search(sentence + following)
    if asked := _plain_question(sentence, polite_only=angry is not None):
        return asked
    remark = cues.ASKS_TRUTH.search(following) if len(following) <= _SHORT_REMARK else None
    polite = cues.ASKS_POLITELY.search(passages.key) if len(passages.key) <= _SHORT_POST else None
    found = remark or (None if cues.DENIES.search(sentence) else polite)
    return found[0] if found else ""


def _plain_question(text: str, *, polite_only: bool = False) -> str:
    """The cue of a question in wording; a question mark alone is none, nor is an angry 是不是."""
    if cues.REPORTED.search(text):
        return ""
    if found := cues.ASKS_TRUTH.search(text):
        return found[0]
    if cues.RHETORICAL.search(text):
        return ""
    found = cues.ASKS_POLITELY.search(text) or (None if polite_only else _grammar_of_question(text))
    return found[0] if found else ""


def _grammar_of_question(text: str) -> re.Match[str] | None:
    ending = text.rstrip()
    if ending.endswith(("!", "??")) or (cues.MOCKS.search(text) and cues.DENIES.search(text)):
        return None
    found = cues.ASKS_BY_GRAMMAR.search(ending)
    if found is None and ending.endswith("?"):
        found = cues.INTERROGATIVE.search(ending)
    return found


def _echoes(sentence: str, rest: str) -> bool:
    """True for 带地名都要交会费？ left open; False when the writer goes on as if it were so."""
    ending = sentence.rstrip()
    if not ending.endswith("?") or ending.endswith(("??", "!?")) or cues.RHETORICAL.search(ending):
        return False
    if len(re.split("[,:]", ending)[-1]) > _SHORT_REMARK or cues.RHETORICAL.search(rest[:_SHORT_REMARK]):
        return False
    return not (
        cues.OUTRAGE.search(sentence) or cues.OUTRAGE.search(rest) or cues.INCREDULOUS.search(rest.lstrip())
    )


def _denied(key: str, borders: tuple[int, int, int, int], following: str) -> Verdict | None:
    """The verdict when a denial reaches the claim; `borders`: of the sentence, the claim's in between."""
    first, start, end, last = borders
    outside = f"{key[first:start]} {key[end:last]}"  # the claim's own words deny nothing
    found = (
        cues.DENIES.search(cues.UNDENIED.sub("", outside))
        or _negated(key[first:start])
        or cues.NEGATED_BEHIND.search(key[end:last])
        or cues.DENIAL_FOLLOWS.search(following)
        or _answered(key[start:last], following)
        or cues.LABEL.search(key)
    )
    return _denial(found, f"{outside} {following}")


def _answered(claim: str, following: str) -> re.Match[str] | None:
    """A denial in the short sentence after the claim put as a question."""
    asked = claim.rstrip().endswith("?") and len(following) <= _SHORT_REMARK
    return cues.DENIES.search(cues.UNDENIED.sub("", following)) if asked else None


def _negated(before: str) -> re.Match[str] | None:
    found = cues.NEGATED_BEFORE.search(before)
    return found if found and not cues.NOT_REACHING.search(found["between"]) else None


def _denial(found: re.Match[str] | None, around: str) -> Verdict | None:
    if found is None:
        return None
    cue = found[0].strip(" ,。!?:\n")[:20]
    doubt = cues.MOCKS.search(around) or cues.AFFIRMS.search(around) or cues.QUOTED_DENIAL.search(around)
    return (Stance.UNCLEAR, f"{cue}、{doubt[0]}") if doubt else (Stance.REBUT, cue)
