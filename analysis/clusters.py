"""Clusters 转载群 of exact and trivial reposts: the same words, whatever surrounds them."""

from __future__ import annotations

import hashlib
import re

from minyi.text import search_key

SHORTEST = 12
"""Texts of fewer characters never cluster: a thousand people who write 支持 are a thousand voices."""

_TELLING = 40  # characters after which a text is recognised without its headline
_CHAIN = re.compile(r"/{2}\s{0,4}@[\w·\-]{1,30}\s{0,2}:?")
_NOISE = re.compile(
    r"(?:https?|ftp)://[\x21-\x7e]+|www\.[\x21-\x7e]+|\bt\.cn/\w+|(?:回复)?@[\w·\-]{1,30}:?|\[[^\[\]\s]{1,8}\]"
    r"|转发微博|转发了?(?=[:!。,\s]|$)|repost|展开全文c?|收起全文d?|o?网页链接|查看图片|\(来源:[^()]{1,20}\)"
)
_MARKS = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)|(?<=\d)[^\w.:/%-]+(?=\d)")
"""All but letters and digits; 1.5元 and 15元 stay two prices."""


def cluster_key(title: str, text: str, post_id: str) -> str:
    """The cluster of a post; copies of one text have the same, a text too short to judge has `post_id`.

    1. The newest comment counts; a bare repost joins what it quotes.
    2. Addresses, @names, emoticons, repost marks and punctuation go; figures stay, as A市收费100元 and
       A市收费300元 are two statements.
    3. A short text is taken together with its headline.
    """
    body = next(filter(None, map(_words, _CHAIN.split(search_key(text)))), "")
    if len(body) < _TELLING and title:
        head = _words(search_key(title))
        body = body if head in body else head + body
    if len(body) < SHORTEST:
        return post_id
    return hashlib.blake2b(body.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _words(key: str) -> str:
    return _MARKS.sub("", _NOISE.sub(" ", key))
