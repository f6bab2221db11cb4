"""The one normaliser of Minyi, the same at index time and at query time.

`normalise` makes of a plain string the text people see (clean, personal data masked) and the key
that is searched, matched and scored (NFKC, lower case, simplified characters), with the position
of every key character in the text. Every function here accepts any string whatever and runs in
linear time; `normalise` is idempotent: text and key of a text or key are themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import combining

from minyi.fold import apply_phrases, fold_slowly, table
from minyi.markup import html_to_text
from minyi.personal import MAYBE_PERSONAL, mask, masks

__all__ = ["Normalised", "html_to_text", "normalise", "opinion_text", "sanitise", "search_key", "simplify"]


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` as shown, `key` as searched; `positions[i]` is the index in `text` of `key[i]`.

    `positions` has len(key) + 1 entries, never decreases and ends with len(text).
    """

    text: str
    key: str
    positions: Sequence[int]


@lru_cache(maxsize=32)
def normalise(plain: str) -> Normalised:
    """Clean, mask and fold one plain text (markup is `html_to_text`'s work)."""
    text, folded = _clean(plain)
    positions: Sequence[int] = range(len(text) + 1)
    if not unicodedata.is_normalized("NFKC", folded):
        folded, positions = fold_slowly(folded)
        folded, positions = _remask(folded, positions)
    if table().trigger.search(folded):
        folded = apply_phrases(folded)
    return Normalised(text, folded, positions)


def search_key(plain: str) -> str:
    """The key alone: what a query or a policy's name is compared by."""
    return normalise(plain).key


def _clean(plain: str) -> tuple[str, str]:
    """Text as shown, and its fold of the same length."""
    text = sanitise(plain)
    if not text.isascii() and _BRACKET.search(text):
        text = _PINYIN_NOTES.sub("", text)
    folded = text.translate(table().fold)
    if MAYBE_PERSONAL.search(folded):
        text, folded = mask(text, folded)
    return text, folded


# --- 1. what no reader sees -------------------------------------------------------------------------

_DROPPED = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
_UNSEEN = re.compile(f"[{_DROPPED}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ODD = re.compile(f"[{_DROPPED}\r\x0b\x0c\x85\u2028\u2029\ud800-\udfff]")
_MATH_DIGIT = re.compile("[\U0001d7ce-\U0001d7ff\U0001fbf0-\U0001fbf9]")
_DIGITS = {cp: str(unicodedata.digit(chr(cp))) for cp in (*range(0x1D7CE, 0x1D800), *range(0x1FBF0, 0x1FBFA))}
_KEPT_MARKS = 10  # a run of more combining marks is vandalism, and canonical ordering would be quadratic


def sanitise(plain: str) -> str:
    """Drop NUL and other controls, zero-width, bidi, variation and tag characters and lone surrogates.

    Line separators become line feeds, surrogate pairs the character they mean, digits of the
    mathematical alphabets plain ones, at most ten combining marks follow each other; result in NFC.
    """
    if plain.isascii() and not _ODD.search(plain):
        return plain
    suspects, far, near, all_planes = _suspects()
    if suspects.search(plain):  # one look at nearly every text, where four would cost as much as the rest
        plain = plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        plain = _UNSEEN.sub("", _BREAKS.sub("\n", plain))
        if _MATH_DIGIT.search(plain):
            plain = plain.translate(_DIGITS)
        marks = all_planes if far.search(plain) else near
        plain = marks.sub(lambda found: found[0][:_KEPT_MARKS], plain)
    return plain if unicodedata.is_normalized("NFC", plain) else unicodedata.normalize("NFC", plain)


@cache
def _suspects() -> tuple[re.Pattern[str], ...]:
    """Characters that may have to go or change; runs of too many marks that canonical ordering may move.

    Then a mark beyond U+FFFF, and the runs: of marks up to there, and of all. Beyond, each character named
    costs a comparison for every other: so all there are suspect, and the last is for texts that need it.
    """
    marks = "".join(c for c in map(chr, [*range(0x300, 0x11FFF), *range(0x16AF0, 0x1E94B)]) if combining(c))
    near = "".join(c for c in marks if c <= "\uffff")
    return (
        re.compile(f"{_ODD.pattern[:-1]}{near}\U00010000-\U0010ffff]"),
        re.compile(f"(?=[\U00010000-\U0010ffff])[{marks[len(near) :]}]"),
        re.compile(f"[{near}]{{{_KEPT_MARKS + 1},}}"),
        re.compile(f"[{marks}]{{{_KEPT_MARKS + 1},}}"),
    )


# --- 2. pinyin notes --------------------------------------------------------------------------------

_BRACKET = re.compile("[(（﹙⁽₍]")
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿếềêĀÁǍÀĒÉĚÈŌÓǑÒ"
_LATIN = f"A-Za-züÜɑɡａ-ｚＡ-Ｚ{_TONED}"
_PINYIN_NOTES = re.compile(
    # after a Han character, so that (CNIPA), (app) and (一) stay; several notes in a row go together
    f"(?<=[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af])"
    f"(?:[(（﹙⁽₍](?=[{_LATIN}]{{0,5}}[{_TONED}])[{_LATIN}]{{1,6}}[)）﹚⁾₎])+"
)


# --- 3. the key -------------------------------------------------------------------------------------


def _remask(key: str, positions: list[int]) -> tuple[str, list[int]]:
    """Notes and personal data that only folding brought to light must not stand in the key."""
    notes = [(_PINYIN_NOTES, "")] if _BRACKET.search(key) else []
    for pattern, token in [*notes, *(masks(key) if MAYBE_PERSONAL.search(key) else ())]:
        for found in reversed(list(pattern.finditer(key))):
            start, end = found.span()
            key = key[:start] + token + key[end:]
            positions[start:end] = [positions[start]] * len(token)
    return key, positions


def simplify(text: str) -> str:
    """Traditional to simplified characters and nothing else; as long as `text`."""
    folding = table()
    text = text.translate(folding.simple)
    return apply_phrases(text) if folding.trigger.search(text) else text


# --- 4. what the writer of a post says --------------------------------------------------------------

_QUOTED = re.compile(r"/{2}\s{0,4}[@＠][\w·\-]{0,30}\s{0,2}[:：]?")
_NOTHING = re.compile(r"[\s0-9!-/:-@\[-`{-~]*")
_ADDRESS = re.compile(r"(?:https?|ftp)://[\x21-\x7e]+|www\.[\x21-\x7e]+|\bt\.cn/[0-9A-Za-z]+", re.IGNORECASE)
_NAMES = re.compile(r"(?:回复)?[@＠][\w·\-]{1,30}[:：]?")
_PHRASES = re.compile(
    r"转发微博|转发了?[:：]?$|展开全文c?|收起全文d?|O?网页链接|查看图片|秒拍视频|的微博视频"
)


@lru_cache(maxsize=32)
def opinion_text(text: str) -> str:
    """What the newest commenter wrote, simplified: without quoted chain, addresses, @names and filler.

    The chain starts at the first `//@`; a bare repost (nothing, or a stray figure, before the chain) says
    what it quotes. Empty for a lone @name or 转发微博.
    """
    for comment in _QUOTED.split(simplify(text)):
        for pattern in (_ADDRESS, _NAMES, _PHRASES):
            if pattern.search(comment):
                comment = pattern.sub(" ", comment)  # noqa: PLW2901 - rewritten step by step
        if not _NOTHING.fullmatch(comment):
            return comment.strip()
    return ""
