"""Segmentation of a run of Han characters by a character-tag trigram model.

The model is SnowNLP's `CharacterBasedGenerativeModel`: each character gets a tag b, m, e or s
(begin, middle, end, single), a transition weighs log(l1 unigram + l2 bigram + l3 trigram), and
nothing is pruned. Its state is (tag, previous tag), so the best path is found by dynamic programming,
linear in the length, where the package copies whole paths.

1. Forward, weights alone. A state weighs the most that any predecessor gives it. Unless a bigram or trigram
   holds the state, its own share depends on the tag only; adding one number keeps order under rounding, so
   the best such state of a tag is the best of all before plus that share: one sum in the place of sixteen.
2. Back, along the best path alone: the predecessor is the first whose sum is the state's weight. So ties fall
   as in the package, where states stand in the order of the tag, then of the previous one, and the first of
   equals is kept.

Sums are formed in the package's order, hence the words agree always, not nearly always.
"""

# ruff: noqa: PLR1730 - a call of max() takes twice the time of a comparison
from __future__ import annotations

from collections.abc import Sequence

from analysis.snow.table import PAIR, START, Table

Character = tuple[float, float, float, float, int, int]
"""What each tag of a character weighs by itself; where the pairs that begin with it start and end."""
Sums = dict[int, float]
"""Weights by state (tag * 4 + previous tag): those that a bigram or trigram holds, or all sixteen."""
Step = tuple[Sequence[float], Sums, Character, int, int, int]
"""A character of a run: the best weight of each tag; `Sums`; itself; where the entries of the pair it ends
start; where the trigrams it ends start and end."""

_E, _S = 2, 3
_OPENING = (0, 3)  # b and s
_TAGS = range(4)
_UNKNOWN: Character = (0.0, 0.0, 0.0, 0.0, 0, 0)


class Tagger:
    """Splits runs of Han characters into words; keeps nothing of them but their first characters."""

    def __init__(self, table: Table) -> None:
        self._table = table
        single, starts = table.single, table.pair_starts
        tags = (single[tag::4] for tag in _TAGS)
        self._known: dict[str, Character] = dict(
            zip(table.characters, zip(*tags, starts, starts[1:], strict=False), strict=True)
        )
        self._firsts: dict[str, tuple[Step, int, int]] = {}

    def words(self, run: str) -> list[str]:
        """The words of a non-empty run, in order."""
        return self._cut(run, self._forward(run)) if len(run) > 1 else [run]

    def _forward(self, run: str) -> list[Step]:  # noqa: C901, PLR0912, PLR0915 - the inner loop
        """The weights at every character."""
        table, known = self._table, self._known
        find_second, find_third, unpack = table.pair_seconds.find, table.triple_thirds.find, PAIR.unpack_from
        pairs, size, codes, values = table.pairs, PAIR.size, table.entry_codes, table.entry_values
        thirds, triple_codes, triple_values = table.triple_thirds, table.triple_codes, table.triple_values
        step, start, end = self._firsts.get(run[0]) or self._first(run[0])
        best, sums, (*_, here, there), *_ = step
        steps = [step]
        for char in run[1:]:
            alone = known.get(char, _UNKNOWN)
            if alone is _UNKNOWN:
                best, sums = _overwritten(steps)
                start = end = here = there = 0
                steps.append((best, sums, alone, 0, 0, 0))
                continue
            top, w1, w2, w3 = best
            if w1 > top:
                top = w1
            if w3 > w2:
                w2 = w3
            if w2 > top:
                top = w2
            pair = find_second(char, here, there)
            u0, u1, u2, u3, here, there = alone
            now = [top + u0, top + u1, top + u2, top + u3]
            if pair < 0:
                best, sums, start, end = now, {}, 0, 0
                steps.append((best, sums, alone, 0, 0, 0))
                continue
            entry, count, code, value, next_start, next_end = unpack(pairs, pair * size)
            held = {code: best[code & 3] + value}
            if count > 1:
                for at in range(entry + 1, entry + count):
                    code = codes[at]
                    held[code] = best[code & 3] + values[at]
            found = last = find_third(char, start, end) if start < end else -1
            if found >= 0:
                # the pairs of a trigram were seen too, so both its states are held
                while last < end and thirds[last] == char:
                    code = triple_codes[last]
                    weight = sums[code >> 6] + triple_values[last]
                    last += 1
                    if weight > held[code >> 2 & 15]:
                        held[code >> 2 & 15] = weight
            for state, weight in held.items():
                if weight > now[state >> 2]:
                    now[state >> 2] = weight
            steps.append((now, held, alone, entry, found, last))
            best, sums, start, end = now, held, next_start, next_end
        return steps

    def _cut(self, run: str, steps: list[Step]) -> list[str]:  # noqa: C901, PLR0912, PLR0915 - as `_forward`
        """The words along the best path: one ends before b and s, and behind e."""
        codes, values = self._table.entry_codes, self._table.entry_values
        triple_codes, triple_values = self._table.triple_codes, self._table.triple_values
        tag, before = _last_state(steps)
        words: list[str] = []
        end = len(run)
        _, sums, alone, entry, start, stop = steps[-1]
        best, earlier, alone_1, entry_1, start_1, stop_1 = steps[-2]
        for at in range(end - 1, 0, -1):
            if tag in _OPENING or before == _E:
                words.append(run[at:end])
                end = at
            if at == 1:
                break
            outer, earliest, alone_2, entry_2, start_2, stop_2 = steps[at - 2]
            state, first = tag * 4 + before, before * 4
            tag, before = before, _S
            if alone is not _UNKNOWN:  # else the last previous state overwrote the others
                if state in sums:
                    while codes[entry] != state:
                        entry += 1
                    share, weight = values[entry], sums[state]
                else:
                    share = alone[state >> 2]
                    weight = best[tag] + share
                if start < stop:
                    for there in range(start, stop):
                        code = triple_codes[there]
                        if code >> 2 & 15 == state and earlier[code >> 6] + triple_values[there] == weight:
                            before = code >> 6 & 3
                            break
                if (earlier[first] if first in earlier else outer[0] + alone_1[tag]) + share == weight:
                    before = 0
                elif (
                    before
                    and (earlier[first + 1] if first + 1 in earlier else outer[1] + alone_1[tag]) + share
                    == weight
                ):
                    before = 1
                elif (
                    before > 1
                    and (earlier[first + 2] if first + 2 in earlier else outer[2] + alone_1[tag]) + share
                    == weight
                ):
                    before = 2
            sums, alone, entry, start, stop = earlier, alone_1, entry_1, start_1, stop_1
            best, earlier, alone_1, entry_1, start_1, stop_1 = (
                outer,
                earliest,
                alone_2,
                entry_2,
                start_2,
                stop_2,
            )
        words.append(run[:end])
        words.reverse()
        return words

    def _first(self, char: str) -> tuple[Step, int, int]:
        """The step of a first character, and where the trigrams that go on from it start and end.

        It has one previous state; its weights are set for every previous tag.
        """
        weights = [0.0] * 4
        start = end = 0
        if char in self._known:
            table, held = self._table, {}
            entry, count, start, end = self._pair(START, char)
            for at in range(entry, entry + count):
                held[table.entry_codes[at]] = table.entry_values[at]
            _, _, outer, outer_end = self._pair(START, START)
            at = table.triple_thirds.find(char, outer, outer_end)
            while 0 <= at < outer_end and table.triple_thirds[at] == char:
                held[table.triple_codes[at] >> 2 & 15] = table.triple_values[at]
                at += 1
            weights = [held.get(tag * 4, self._known[char][tag]) for tag in _TAGS]
        sums = {tag * 4 + before: weights[tag] for tag in _TAGS for before in _TAGS}
        step = weights, sums, self._known.get(char, _UNKNOWN), 0, 0, 0
        made = self._firsts[char] = step, start, end
        return made

    def _pair(self, first: str, second: str) -> tuple[int, int, int, int]:
        """Where the pair's entries start, how many they are, and its trigrams; zeros if it was never seen."""
        pair = self._table.pair_seconds.find(second, *self._known[first][4:])
        if pair < 0:
            return 0, 0, 0, 0
        entry, count, _, _, start, end = PAIR.unpack_from(self._table.pairs, pair * PAIR.size)
        return entry, count, start, end


def _last_state(steps: list[Step]) -> tuple[int, int]:
    """Tag and previous tag of the best state of the last character."""
    best, sums, alone, *_ = steps[-1]
    earlier = steps[-2][0]
    weight = max(best)
    tag = best.index(weight)
    for before in _TAGS:
        state = tag * 4 + before
        if (sums[state] if state in sums else earlier[before] + alone[tag]) == weight:
            break
    return tag, before


def _overwritten(steps: list[Step]) -> tuple[list[float], Sums]:
    """The weights at an unknown character: nothing is added, the last previous state overwrites the rest."""
    _, sums, alone, *_ = steps[-1]
    last = [sums[tag * 4 + _S] if tag * 4 + _S in sums else steps[-2][0][_S] + alone[tag] for tag in _TAGS]
    return [max(last)] * 4, {tag * 4 + before: last[before] for tag in _TAGS for before in _TAGS}
