"""Clusters 转载群: what of a post is compared, and the cluster of exact and trivial reposts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from minyi.text import search_key

SHORTEST = 12
"""Texts of fewer characters never cluster: a thousand people who write 支持 are a thousand voices."""

_TELLING = 40  # characters after which a text is recognised without its headline
_CHAIN = re.compile(r"/{2}\s{0,4}@[\w·\-]{1,30}\s{0,2}:?")
_NOISE = re.compile(
    r"(?:https?|ftp)://[\x21-\x7e]+|www\.[\x21-\x7e]+|\bt\.cn/\w+|(?:回复)?@[\w·\-]{1,30}:?|\[[^\[\]\s]{1,8}\]"
    r"|转发微博|转发了?(?=[:!。,\s]|$)|repost|(?:\.{2,}|…)\s?(?:\[?(?:阅读|查看|显示)?(?:全文|更多|详情)\]?|展开)|展开全文c?|收起全文d?|o?网页链接|查看图片|\(来源:[^()]{1,20}\)"
)
_DATELINE = re.compile(
    r"^\s*(?:[^。!?,\n]{0,20}(?:日电|日讯|报讯|网讯|社电|社讯)|来源:[^\s。,]{1,15}\s)(?:\([^()]{0,24}\))?"
)
_COUNTERS = re.compile(
    r"(?:阅读|浏览|点击|播放|评论|转发|点赞)(?:量|数|次数)?:?\s?\d+(?:\.\d+)?万?次?"
    r"|(?:发布|更新)(?:时间|日期|于):?\s?[\d\-/.年月日: ]+"
    r"|(?:责任?编辑?|编辑|审核|校对|来源):\s?[^\s。,;]{1,12}(?=\s|$|\))"
)
_DOCUMENT = re.compile("《([^《》\n]{2,60})》")
_MARKS = re.compile(r"[\W_]+")
_MARKS_BUT_POINTS = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)|(?<=\d)[^\w.:/%-]+(?=\d)")
"""All but letters and digits; 1.5元 and 15元 stay two prices."""
_POINT = re.compile(r"\d[.:/%_-]\d")


@dataclass(frozen=True, slots=True)
class Body:
    """What of a post tells it from others: its words without marks, and the titles of documents it names."""

    words: str
    documents: tuple[str, ...] = ()

    @property
    def telling(self) -> bool:
        """False for a text too short to say whose it is."""
        return len(self.words) >= SHORTEST

    @property
    def key(self) -> str:
        """The cluster of all that have these words: 24 hexadecimal characters."""
        return hashlib.blake2b(self.words.encode("utf-8", "replace"), digest_size=12).hexdigest()


@lru_cache(maxsize=1_024)
def body_of(title: str, text: str) -> Body:
    """What of a post is compared.

    1. The newest comment counts; a bare repost joins what it quotes.
    2. Addresses, @names, emoticons, repost marks, datelines, counters and punctuation go; figures stay, as
       A市收费100元 and A市收费300元 are two statements.
    3. A short text is taken together with its headline.
    """
    said, words = "", ""
    for said in _CHAIN.split(search_key(text)):
        words = _words(said)
        if words:
            break
    if len(words) < _TELLING and title:
        key = search_key(title)
        head = _words(key)
        if head not in words:
            said, words = f"{key}\n{said}", head + words
    documents = tuple(_MARKS.sub("", name) for name in _DOCUMENT.findall(said)) if "《" in said else ()
    return Body(words, documents)


def cluster_key(title: str, text: str, post_id: str) -> str:
    """The cluster of a post seen alone, equal for exact copies; of one too short to judge its id."""
    body = body_of(title, text)
    return body.key if body.telling else post_id


def _words(key: str) -> str:
    key = _NOISE.sub(" ", key)
    dateline = _DATELINE.match(key)
    if dateline:
        key = key[dateline.end() :]
    key = _COUNTERS.sub("", key)
    return (_MARKS_BUT_POINTS if _POINT.search(key) else _MARKS).sub("", key)
