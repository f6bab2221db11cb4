"""Document numbers 文号: agency, year and number in any bracket, as 示知发〔2026〕12号."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.passages import plain_key

_LONGEST_AGENCY = 20
_NUMBER = re.compile(
    r"(?<!\d)(?P<open>[〔〖【\[({「<《]?)(?P<year>(?:19|20)\d\d)年?[〕〗】\])}」>》]?年? ?"
    r"第?(?P<number>\d{1,5})号"
)
_AGENCY = re.compile(r"[\u4e00-\u9fff]{1,20}$")
_AGENCY_END = re.compile(r"(?:(?<![转印下颁签])发|[字函办文令规告通综电任议复批呈审政])$")
"""How an agency's part of a number ends (发文代字); a word that merely stands before a number does not."""


@dataclass(frozen=True, slots=True)
class DocNumber:
    """A document number taken apart; numbers that differ only in brackets, blanks or zeros are equal."""

    agency: str
    year: int
    number: int

    def __str__(self) -> str:
        """The form of GB/T 9704: 国知发保字〔2022〕8号."""
        return f"{self.agency}〔{self.year}〕{self.number}号"


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number in a text: `before` are the Han characters right before it, agency and perhaps more.

    `bracketed` is False for 2026年12号, which is a document number only after an agency.
    """

    before: str
    year: int
    number: int
    bracketed: bool

    def names(self, agency: str) -> bool:
        """True when this agency stands right before the number."""
        return self.before.endswith(agency)

    @property
    def lacks_agency(self) -> bool:
        """True when the number stands alone in its brackets, without anybody's 代字."""
        return self.bracketed and not _AGENCY_END.search(self.before)


def parse_number(text: str) -> DocNumber | None:
    """The document number `text` consists of, or None (公告第495号 and the like have another form)."""
    key = plain_key(text)
    found = _NUMBER.search(key)
    if found is None or found.end() != len(key):
        return None
    agency = key[: found.start()].removeprefix("文号:")
    if not _AGENCY.fullmatch(agency):
        return None
    return DocNumber(agency, int(found["year"]), int(found["number"]))


def find_numbers(key: str) -> Iterator[NumberMention]:
    """Every number in a plain key, in order."""
    for found in _NUMBER.finditer(key):
        start = found.start()
        before = _AGENCY.search(key[max(0, start - _LONGEST_AGENCY) : start])
        yield NumberMention(
            before[0] if before else "", int(found["year"]), int(found["number"]), bool(found["open"])
        )
