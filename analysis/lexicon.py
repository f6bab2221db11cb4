"""The opinion lexicon 情感词典: our own entries with what each does to a text, then the office's words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from analysis import manner
from minyi.errors import ResourceError
from minyi.fold import table

CODE_VERSION = "5"
"""Raised whenever the arithmetic of `analysis.sentiment` changes; part of `model_version`."""


class WordClass(StrEnum):
    """What a lexicon entry does."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    OFFENCE = "offence"
    ABUSE = "abuse"
    RHETORIC = "rhetoric"
    EMOTICON = "emoticon"
    TEAR = "tear"
    PARTICLE = "particle"
    NEUTRAL = "neutral"
    NEGATOR = "negator"
    DEGREE = "degree"
    CONTRAST = "contrast"
    MEASURE = "measure"

    @property
    def chinese(self) -> str:
        """The reason users see."""
        return _REASONS[self.value]


_REASONS = {
    "praise": "褒义",
    "complaint": "不满",
    "offence": "不满",
    "abuse": "辱骂",
    "rhetoric": "反问",
    "emoticon": "表情",
    "tear": "表情",
    "particle": "语气",
    "neutral": "中性",
    "negator": "否定",
    "degree": "程度",
    "contrast": "转折",
    "measure": "处置",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One lexicon line; `word` is folded (lower case, half width, simplified)."""

    word: str
    weight: float
    kind: WordClass


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries by their first two characters, the longest first, and by their only one."""

    longer: Mapping[str, tuple[Entry, ...]]
    single: Mapping[str, Entry]
    model_version: str
    """Hash of entries and table of manners, version of the arithmetic; curves never mix two of them."""


@lru_cache(maxsize=2)
def load_lexicon(own: str = "") -> Lexicon:
    """The lexicon that ships with the program, with the office's `own` lines after it.

    Raises:
        ResourceError: a line is damaged.
    """
    shipped = resources.files("analysis").joinpath("lexicon.tsv").read_text("utf-8")
    return parse_lexicon(f"{shipped}\n{own}" if own else shipped, manner.shipped())


def parse_lexicon(text: str, manners: str = "") -> Lexicon:
    """Read `word TAB weight TAB class` lines; a later line overrides an earlier one, `# ` starts a comment.

    `manners`, the table of `analysis.manner`, only tells in `model_version`.

    Raises:
        ResourceError: a line has another shape, or an unknown class.
    """
    words: dict[str, Entry] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        try:
            word, weight, kind = line.split("\t")
            folded = word.translate(table().fold)
            words[folded] = Entry(folded, float(weight), WordClass(kind))
        except ValueError as error:
            raise ResourceError(f"情感词典损坏：{line!r}") from error
    longer: dict[str, list[Entry]] = {}
    for entry in sorted(words.values(), key=lambda entry: -len(entry.word)):
        if len(entry.word) > 1:
            longer.setdefault(entry.word[:2], []).append(entry)
    return Lexicon(
        {start: tuple(entries) for start, entries in longer.items()},
        {word: entry for word, entry in words.items() if len(word) == 1},
        f"lexicon-{_fingerprint(text, manners)}-{CODE_VERSION}",
    )


def _fingerprint(*tables: str) -> str:
    """Eight hexadecimal digits that differ when any of the tables does."""
    whole = hashlib.sha256()
    for one in tables:
        whole.update(hashlib.sha256(one.encode("utf-8")).digest())
    return whole.hexdigest()[:8]
