"""What a policy is called: its title as people shorten it, its aliases, its number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from analysis.doc_number import parse_number
from analysis.passages import plain_key
from minyi.models import Policy

SHORT = 3
"""An alias of at most this many characters means too many things to count by itself."""

_LEAST_PLAIN = 6  # a core of fewer characters must end like a document to be told from prose
_MARKS = str.maketrans("", "", "《》〈〉")
_OUTER = re.compile(r"《([^《》]+)》|〈([^〈〉]+)〉")
_EDITION = re.compile(r"\((?=[^()]*(?:稿|试行|暂行|修订|修正|草案|版|年))[^()]{1,20}\)$")
_NOTICE = re.compile(
    r"(?:^|.{0,40}?[局部委院厅办室府会处署行社组法])关于(?P<what>.+?)的?(?P<kind>通知|公告|通告|公示|函|批复|决定|说明|意见|启事)$"
)
_ISSUES = re.compile(r"^(?:印发|发布|公布|颁布|转发|下发|批转|施行|实施|修订|修改)+(?:实施|执行)?(?=.{3})")
_CONSULTS = re.compile(r"(?:面?向社会)?(?:公众)?(?:再次)?公?开?(?:征求|征集)(?:社会)?(?:公众)?(?:各方)?意见$")
_ACTS = re.compile(r"印发|发布|公布|颁布|转发|下发|施行|实施|征求|征集|修订|修改")
_DOCUMENT_END = re.compile(
    r"(?:法|条例|办法|规定|细则|规则|准则|标准|规程|规范|制度|章程|意见|方案|规划|计划|纲要|要点|指南|指引"
    r"|清单|目录|措施|解释|公约|协定|决定|答复)$"
)
_GENERIC = re.compile(
    r"^(?:进一步|切实|持续|全面)?(?:做好|加强|推进|开展|促进|深化|落实|规范|完善|支持|组织|公布)"
)


class Rank(IntEnum):
    """How firmly a name belongs to its policy; the firmer owner wins a shared name."""

    ALIAS = 0
    CORE = 1
    TITLE = 2


@dataclass(frozen=True, slots=True)
class Name:
    """One name, as a plain key. `clear` is False when it needs a second sign to be counted."""

    text: str
    rank: Rank
    clear: bool
    via: str


def names_of(policy: Policy) -> list[Name]:
    """Every name a text may call the policy by, each once, the firmest first; numbers in GB form left out."""
    found = [*_title_names(policy.title)]
    if policy.doc_number and parse_number(policy.doc_number) is None:
        key = plain_key(policy.doc_number)
        found.append(Name(key, Rank.TITLE, len(key) > SHORT + 2, "doc_number"))
    for alias in policy.aliases:
        key = plain_key(alias).translate(_MARKS)
        found.append(Name(key, Rank.ALIAS, len(key) > SHORT, "alias"))
    kept: dict[str, Name] = {}
    for name in found:
        if len(name.text) >= 2:  # a single character is no name; `collisions` says so
            kept.setdefault(name.text, name)
    return list(kept.values())


def _title_names(title: str) -> Iterator[Name]:
    key = plain_key(title)
    only = _OUTER.fullmatch(key)
    key = (only[1] or only[2]) if only else key
    for full in (key, key.translate(_MARKS)):
        yield Name(full, Rank.TITLE, len(full) >= SHORT, "title")
    for core, clear in _cores(key):
        yield Name(core.translate(_MARKS), Rank.CORE, clear, "title")


def core_title(title: str) -> str:
    """The title proper inside 关于印发《…》的通知, in the words of `title`; else `title` itself."""
    notice = _NOTICE.search(plain_key(title))
    inside = _OUTER.search(title.replace("<", "〈").replace(">", "〉"))
    if notice and inside and _ACTS.search(notice["what"]):
        return inside[1] or inside[2]
    return title


def without_edition(title: str) -> str:
    """The title without a closing （征求意见稿） or （试行）; as a plain key."""
    key = plain_key(title)
    while _EDITION.search(key):
        key = _EDITION.sub("", key)
    return key


def _cores(key: str) -> Iterator[tuple[str, bool]]:
    """What remains of a title when its wrapping goes, layer by layer, and whether that is clear."""
    for _ in range(4):
        peeled, clear = _peel(key)
        if peeled == key or len(peeled) < SHORT:
            return
        key = peeled
        ends_well = _DOCUMENT_END.search(key) is not None
        yield key, clear and (ends_well or len(key) >= _LEAST_PLAIN)


def _peel(key: str) -> tuple[str, bool]:
    """One layer less, and False when what is left is as good as ordinary prose."""
    if key.startswith("中华人民共和国"):
        return key.removeprefix("中华人民共和国"), True
    if _EDITION.search(key):
        return _EDITION.sub("", key), True
    notice = _NOTICE.search(key)
    if notice is None:
        return key, True
    what = notice["what"]
    inside = _OUTER.search(what)
    if inside and _ACTS.search(what):
        return inside[1] or inside[2], True
    issued = _CONSULTS.sub("", _ISSUES.sub("", what))
    if issued != what:
        return issued, True
    return what, not _GENERIC.search(what) or any(c.isdigit() for c in what)
