"""Misreading 误读: does a post repeat a wrong claim, rebut it, or ask about it?

Polarity cannot tell: a rumour may be calm and a rebuttal angry. Decided from what the newest writer
says in and around the sentence of the claim, in this order: a question about it asks; a denial that
reaches it, or an authority's voice, rebuts; denial beside mockery or affirmation is unclear; the rest
repeats, hearsay and anger included. Only repeats count as misreading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis import cues, second_reader
from analysis.contradiction import MARK, Signs, signs_against, takes_for_granted
from analysis.passages import Passages
from analysis.safeguard import quotations, withheld
from analysis.watch_items import Item, Place, quoteless
from minyi.models import Claim, Match, Policy, PolicyId, Post, Stance
from minyi.text import opinion_text

_CHAIN = re.compile(r"/{2}\s{0,4}[@＠]")
_SHORT_POST = 120
"""In a post of at most so many characters 请问 anywhere makes it a question."""

_SHORT_REMARK = 25
_REACH = 200  # a sentence without end says nothing new
_BY_WEIGHT = (Stance.UNCLEAR, Stance.REBUT)
_ECHOED = re.compile(f"{MARK}[^,。!?]{{0,6}}\\?(?=[^?!])")

Verdict = tuple[Stance, str]
_DECIDES = 2
_FIRM = re.compile(f"{cues.ASKS_TRUTH.pattern}|{cues.ASKS_POLITELY.pattern}")
_ECHO: Verdict = (Stance.ASK, "?")
"""The claim put as a question and nothing more."""


class Watchlist:
    """The watch items of all policies, ready to be looked for."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        """Fold every wording once."""
        self._items = {
            policy.id: tuple(Item.of(one, policy) for one in policy.watch)
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

    def around(self, policy: PolicyId, item: str, text: str) -> str:
        """A plain post for the second reader: claims as `MARK`, policies unnamed; empty without claim."""
        own = Passages.of(quoteless(opinion_text(text)))
        watched = next(one for one in self._items[policy] if one.id == item)
        places = watched.places(own) or watched.loose_places(own)
        return watched.nameless(_around(own.key, places)) if places else ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the newest writer says (headline and comment), and what the comment quotes."""

    own: Passages
    quoted: Passages
    quotations: frozenset[str]

    @classmethod
    def by(cls, post: Post) -> _Said:
        """Take a post apart."""
        comment = opinion_text(post.text)
        chain = _CHAIN.split(post.text, maxsplit=1)
        headline = post.title if post.title != post.text else ""
        said = f"{headline}\n{comment}" if headline else comment
        behind = Passages.of(quoteless(chain[1]) if len(chain) > 1 else "")
        return cls(Passages.of(quoteless(said)), behind, quotations(said))

    def verdict(self, item: Item, *, official: bool) -> Verdict | None:
        """The stance towards one item; None when the claim is not there."""
        places, quoted = self._places(item)
        if not places and not quoted:
            return None
        if official:
            return Stance.REBUT, "官方信源"
        if places:
            verdict = _weigh([_towards(self.own, place) for place in places])
            return _second_thoughts(verdict, self, places, item)
        remark = _remark_on_quote(self.own.key)
        if remark is None and self.own.key:
            remark = _contradicted(signs_against(self.own.key, item.statement, echoed=False))
        return remark or _weigh([_towards(self.quoted, place) for place in quoted])

    def _places(self, item: Item) -> tuple[list[Place], list[Place]]:
        """Where the claim stands in one's own words, or else in those quoted; as worded, or else loosely."""
        for find in (item.places, item.loose_places):
            if own := find(self.own):
                return own, []
            if quoted := find(self.quoted):
                return [], quoted
        return [], []


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


def _second_thoughts(verdict: Verdict, said: _Said, places: Sequence[Place], item: Item) -> Verdict:
    """A repetition, or a claim merely echoed, weighed against all that is said around it."""
    thought = _weighed(verdict, said.own.key, places, item)
    if thought[0] is not Stance.REPEAT:
        return thought
    key = said.own.key
    around = _around(key, places, reach=len(key))
    signs = signs_against(around, item.statement, echoed=False)
    doubt = withheld(key, around, said.quotations, places, signs)
    return (Stance.UNCLEAR, doubt) if doubt else thought


def _weighed(verdict: Verdict, key: str, places: Sequence[Place], item: Item) -> Verdict:
    """As `_second_thoughts`, before the safeguard."""
    if verdict[0] in _BY_WEIGHT or (verdict[0] is Stance.ASK and _FIRM.search(verdict[1])):
        return verdict
    text = _around(key, places)
    signs = signs_against(text, item.statement, echoed=_ECHOED.search(text) is not None)
    if verdict[0] is Stance.REPEAT:
        torn = cues.TWO_VOICES.search(text) if signs.weight < _DECIDES else None
        torn = torn or cues.HALF_DENIED.search(text)
        if torn:
            return Stance.UNCLEAR, torn[0][:20]
        return _contradicted(signs) or _unless_doubtful(verdict, text, places, item)
    if verdict == _ECHO and signs.weight < 0:
        return _unless_doubtful((Stance.REPEAT, key[places[0].start : places[0].end]), text, places, item)
    least = _DECIDES if verdict == _ECHO else _DECIDES + 1
    return (Stance.REBUT, signs.cue) if signs.weight >= least else verdict


def _around(key: str, places: Sequence[Place], reach: int = _REACH) -> str:
    """What is said around a claim, which stands as `MARK`."""
    first, last = max(0, places[0].start - reach), places[-1].end + reach
    around, end = [], first
    for place in places:
        around.append(key[end : place.start])
        end = place.end
    return MARK.join((*around, key[end:last]))


def _unless_doubtful(verdict: Verdict, text: str, places: Sequence[Place], item: Item) -> Verdict:
    """A repetition; unclear when the second reader doubts it.

    The second reader must be surer where nothing shows that the claim is believed, and where every wording
    runs on into another word; words that only stand near each other are no claim unless somebody believes it.
    """
    granted = takes_for_granted(text)
    least = second_reader.LEAST if granted else second_reader.PLAIN
    if not any(place.whole for place in places):
        least = second_reader.SURE
    joined = granted or any(place.tight for place in places)
    if joined and second_reader.belief(item.nameless(text), MARK) >= least:
        return verdict
    return Stance.UNCLEAR, verdict[1]


def _contradicted(signs: Signs) -> Verdict | None:
    if signs.weight < 1:
        return None
    return (Stance.REBUT if signs.weight >= _DECIDES else Stance.UNCLEAR), signs.cue


def _towards(passages: Passages, place: Place) -> tuple[Verdict, bool]:
    """The stance towards a claim at a place, and whether a question is plain in its wording."""
    start, end = place.start, place.end
    first, last = passages.span(passages.number_at(start))
    first, last = max(first, start - _REACH), min(max(last, end), end + _REACH)
    sentence = passages.key[first:last]
    following = passages.sentence(passages.number_at(max(end - 1, start)) + 1)[:_REACH]
    if asked := _asked(passages, sentence, following):
        return (Stance.ASK, asked), True
    if place.denied:
        return _denial_by(
            place.denied, f"{passages.key[first:start]} {passages.key[end:last]} {following}"
        ), True
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
    return _denial_by(found[0].strip(" ,。!?:\n")[:20], around) if found else None


def _denial_by(cue: str, around: str) -> Verdict:
    """A denial rebuts, unless what is said around it mocks it or affirms the claim."""
    doubt = cues.MOCKS.search(around) or cues.AFFIRMS.search(around) or cues.QUOTED_DENIAL.search(around)
    doubt = doubt or cues.TORN.search(around)
    return (Stance.UNCLEAR, f"{cue}、{doubt[0]}") if doubt else (Stance.REBUT, cue)
