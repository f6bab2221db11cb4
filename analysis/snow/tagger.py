"""Segmentation of a run of Han characters by a character-tag trigram model.

The model is SnowNLP's `CharacterBasedGenerativeModel`: each character gets a tag b, m, e or s
(begin, middle, end, single), the transition weighs log(l1 unigram + l2 bigram + l3 trigram), and
nothing is pruned. Its state is (previous tag, tag), so the best path is found by dynamic programming
over 16 states, linear in the length, where the package copies whole paths.

To agree in every bit, ties must fall as they do there: states stand in the order of the current tag,
then the previous one (index = tag * 4 + previous), and the first of equals is kept. Where a trigram
adds nothing, the best predecessor depends on the previous state's own tag alone, so four maxima serve
sixteen states; adding one number is monotone under rounding, hence only predecessors closer than
`near` can become equal by it, and such a step is computed in full.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from math import inf

from analysis.snow.table import Table

Row = tuple[float, ...]
"""Sixteen weights, by state: those of the step to a character, or of arriving there."""
Back = tuple[int, ...] | list[int]
"""Best tag before the previous one: by previous tag (4 items) or by state (16 items)."""

_OPENED_PAIRS = 60_000
_UNKNOWN_BACK = (3, 3, 3, 3)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two characters seen together.

    `row` weighs the step between them, without trigrams; the trigrams that begin with them stand in
    the table from `start` to `end`.
    """

    row: Row
    start: int
    end: int


@dataclass(slots=True)
class _Path:
    """What the recursion leaves: weights of the final states, and the way back."""

    states: list[float]
    backs: list[Back] = field(default_factory=list)
    unknown: bool = False


class Tagger:
    """Splits runs of Han characters into words; its caches are bounded."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._chars = [chr(code) for code in table.characters]
        self._start = len(self._chars)
        single = table.single
        self._known = {
            char: (at, tuple([weight for weight in single[at * 4 : at * 4 + 4] for _ in range(4)]))
            for at, char in enumerate(self._chars)
        }
        self._followers: dict[str, dict[str, _Pair | int]] = {}
        self._opened = 0
        self._firsts: dict[str, list[float]] = {}

    def words(self, run: str) -> list[str]:
        """The words of a non-empty run, in order."""
        words: list[str] = []
        begin = 0
        for at, tag in enumerate(self._tags(run)):
            if tag == 2:  # e closes
                words.append(run[begin : at + 1])
                begin = at + 1
            elif tag != 1 and begin < at:  # b and s open, and close what stayed open
                words.append(run[begin:at])
                begin = at
        if begin < len(run):
            words.append(run[begin:])
        return words

    def _tags(self, run: str) -> list[int]:
        first = self._firsts.get(run[0]) or self._first(run[0])
        if len(run) == 1:
            return [first.index(max(first))]
        path = _Path(self._second(run[0], run[1], first))
        self._forward(run, path)
        path.unknown = path.unknown or run[0] not in self._known or run[1] not in self._known
        return self._backward(run, path)

    def _backward(self, run: str, path: _Path) -> list[int]:
        """The tags of the best path, the first of equals."""
        state = path.states.index(max(path.states))
        tags = [state >> 2, state & 3]
        for at in range(len(run) - 1, 1, -1):
            back = path.backs[at - 2]
            before = back[state & 3] if len(back) == 4 else back[state]
            # A state that its character never has weighs -inf whatever comes before, so the first
            # predecessor is kept. Only the step over an unknown character, which keeps the last, can
            # leave nothing but such states.
            if path.unknown and run[at] in self._known and self._known[run[at]][1][state] == -inf:
                before = 0
            state = (state & 3) * 4 + before
            tags.append(before)
        tags.reverse()
        return tags

    # --- the recursion ------------------------------------------------------------------------------

    def _first(self, char: str) -> list[float]:
        """Weight of each tag of the first character."""
        weights = [0.0] * 4
        if char in self._known:
            third = self._known[char][0]
            row = self._open(self._find_pair(self._start, third), char).row
            weights = [row[tag * 4] for tag in range(4)]
            outer = self._open(self._find_pair(self._start, self._start), "")
            for at in range(self._find_third(outer, third), outer.end):
                if self._table.triple_thirds[at] != third:
                    break
                weights[self._table.triple_codes[at] >> 4 & 3] = self._table.triple_values[at]
        self._firsts[char] = weights
        return weights

    def _second(self, before: str, char: str, first: list[float]) -> list[float]:
        """Weights of the states of the second character: one predecessor each."""
        if char not in self._known:
            return first * 4
        third, base = self._known[char]
        pair = self._pair(before, char)
        row = list(pair.row if pair else base)
        if before in self._known:
            outer = self._open(self._find_pair(self._start, self._known[before][0]), before)
            for at in range(self._find_third(outer, third), outer.end):
                if self._table.triple_thirds[at] != third:
                    break
                row[self._table.triple_codes[at] >> 2 & 15] = self._table.triple_values[at]
        return [first[state & 3] + row[state] for state in range(16)]

    def _forward(self, run: str, path: _Path) -> None:  # noqa: C901, PLR0912, PLR0915 - unrolled inner loop
        """Carry the states from the second character to the last."""
        near = 1e-9 * (1 + len(run) / 1000)
        known, followers, backs = self._known, self._followers, path.backs
        thirds, values, codes = self._table.triple_thirds, self._table.triple_values, self._table.triple_codes
        states = path.states
        b = run[1]
        before = self._pair(run[0], b) if b in known else None
        for c in run[2:]:
            if c not in known:
                # nothing is added, and of the predecessors the last one overwrites the others
                states = states[3::4] * 4
                backs.append(_UNKNOWN_BACK)
                path.unknown, before, b = True, None, c
                continue
            third, row = known[c]
            found = followers[b].get(c) if b in followers else self._pair(b, c)
            pair = self._pair(b, c) if isinstance(found, int) else found
            if pair is not None:
                row = pair.row
            (best0, w1, w2, w3, best1, x1, x2, x3, best2, y1, y2, y3, best3, z1, z2, z3) = states
            back0 = back1 = back2 = back3 = 0
            tie = False
            if w1 > best0:
                tie = tie or w1 - best0 < near
                best0, back0 = w1, 1
            if w2 > best0:
                tie = tie or w2 - best0 < near
                best0, back0 = w2, 2
            if w3 > best0:
                tie = tie or w3 - best0 < near
                best0, back0 = w3, 3
            if x1 > best1:
                tie = tie or x1 - best1 < near
                best1, back1 = x1, 1
            if x2 > best1:
                tie = tie or x2 - best1 < near
                best1, back1 = x2, 2
            if x3 > best1:
                tie = tie or x3 - best1 < near
                best1, back1 = x3, 3
            if y1 > best2:
                tie = tie or y1 - best2 < near
                best2, back2 = y1, 1
            if y2 > best2:
                tie = tie or y2 - best2 < near
                best2, back2 = y2, 2
            if y3 > best2:
                tie = tie or y3 - best2 < near
                best2, back2 = y3, 3
            if z1 > best3:
                tie = tie or z1 - best3 < near
                best3, back3 = z1, 1
            if z2 > best3:
                tie = tie or z2 - best3 < near
                best3, back3 = z2, 2
            if z3 > best3:
                tie = tie or z3 - best3 < near
                best3, back3 = z3, 3
            r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15 = row
            after = [
                best0 + r0, best1 + r1, best2 + r2, best3 + r3,
                best0 + r4, best1 + r5, best2 + r6, best3 + r7,
                best0 + r8, best1 + r9, best2 + r10, best3 + r11,
                best0 + r12, best1 + r13, best2 + r14, best3 + r15,
            ]  # fmt: skip
            back = (back0, back1, back2, back3)
            by_state: list[int] | None = None
            if before is not None and before.start < before.end:
                at = bisect_left(thirds, third, before.start, before.end)
                while at < before.end and thirds[at] == third:
                    code = codes[at]
                    target, tag = code >> 2 & 15, code & 3
                    value = states[code >> 6] + values[at]
                    gain = value - after[target]
                    if (by_state[target] if by_state else back[target & 3]) == tag:
                        after[target] = value
                    elif gain > near:
                        after[target] = value
                        by_state = by_state or [*back, *back, *back, *back]
                        by_state[target] = tag
                    elif gain > -near:
                        tie = True
                    at += 1
            if tie:
                after, by_state = self._in_full(states, row, before, third)
            backs.append(by_state or back)
            states, before, b = after, pair, c
        path.states = states

    def _in_full(
        self, states: list[float], row: Row, before: _Pair | None, third: int
    ) -> tuple[list[float], list[int]]:
        """One step over all 64 transitions, the first of equals kept."""
        weights: dict[tuple[int, int], float] = {}
        if before is not None:
            for at in range(self._find_third(before, third), before.end):
                if self._table.triple_thirds[at] != third:
                    break
                code = self._table.triple_codes[at]
                weights[code >> 6, code >> 2 & 15] = self._table.triple_values[at]
        after: list[float] = []
        back: list[int] = []
        for target in range(16):
            sources = range((target & 3) * 4, (target & 3) * 4 + 4)
            sums = [states[source] + weights.get((source, target), row[target]) for source in sources]
            best = max(sums)
            after.append(best)
            back.append(sums.index(best))
        return after, back

    # --- looking weights up -------------------------------------------------------------------------

    def _pair(self, before: str, char: str) -> _Pair | None:
        """The pair, None if it was never seen; `char` is known."""
        if before not in self._known:
            return None
        followers = self._followers.get(before)
        if followers is None:
            followers = self._followers[before] = self._read_followers(self._known[before][0])
        found = followers.get(char)
        if not isinstance(found, int):
            return found
        if self._opened >= _OPENED_PAIRS:
            self._opened = 0
            self._followers.clear()
        self._opened += 1
        pair = followers[char] = self._open(found, char)
        return pair

    def _read_followers(self, before: int) -> dict[str, _Pair | int]:
        """Every character that follows this one somewhere, with the pair's place in the table."""
        size = self._start + 1
        keys, chars = self._table.pair_keys, self._chars
        start, end = bisect_left(keys, before * size), bisect_left(keys, (before + 1) * size)
        return {chars[keys[at] - before * size]: at for at in range(start, end)}

    def _open(self, pair: int, char: str) -> _Pair:
        """The pair at a place in the table; at -1, the weights of the character alone."""
        table = self._table
        row = list(self._known[char][1]) if char else []
        if pair < 0:
            return _Pair(tuple(row), 0, 0)
        for at in range(table.pair_starts[pair], table.pair_starts[pair + 1]):
            row[table.pair_codes[at]] = table.pair_values[at]
        return _Pair(tuple(row), table.triple_starts[pair], table.triple_starts[pair + 1])

    def _find_pair(self, before: int, char: int) -> int:
        """A pair's place in the table, -1 if it was never seen."""
        key = before * (self._start + 1) + char
        keys = self._table.pair_keys
        at = bisect_left(keys, key)
        return at if at < len(keys) and keys[at] == key else -1

    def _find_third(self, pair: _Pair, third: int) -> int:
        return bisect_left(self._table.triple_thirds, third, pair.start, pair.end)
