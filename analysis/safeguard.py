"""Safeguard: what keeps a post from counting as a repetition of a claim, however angry or sure it sounds.

A repetition accuses somebody of passing on what is wrong, so it must speak for itself. Where the writer
denies anything, holds the claim at arm's length, talks of the message that carries it, or only quotes it, a
person decides. All work on plain keys but `quotations`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from analysis import cues
from analysis.contradiction import MARK, Signs
from analysis.watch_items import Place, quoteless

_OF_THE_MESSAGE = re.compile(
    r"截图|截屏|传单|小广告|标题|文案|段子|博主|楼主|up主|群主|播主|主播|图源|落款|出处|原话|谣|讹|(?:公章|台标|水印|文号|日期|编号)[^,。!?]{0,6}(?:假|反|错|糊|不对|查不到|对不上|p的)"
    r"|(?:这|那|此)(?:句|种|类|个|番|套|条)?(?:话|说法|传言|传闻|消息|帖子?|图|视频|截图)(?!通知)|(?:发|转|写|传|编|说)这(?:条|图|张|个|帖|话|些)"
    r"|越传|传得|传成|传之前|转之前|传出来|宣称|声称|号称|言之凿凿|散播|散布|编的|编出|编造|[两三四五六七八九]个(?:大)?字|致歉|道歉了|已道歉|撤下|撤回|已删|删文"
)
"""Talk of the message and its carrier instead of the matter: 落款日期是2月30日."""
_NOT_ASSERTED = re.compile(
    rf"(?:如果|要是|假如|倘若|假设|若是|若真|要真|真要|要说|就算|即便|除非)[^,。!?]{{0,8}}{MARK}"
    rf"|(?:喊|说|信|传|讲|写|嚷|吼|吵|转|鼓吹)(?:着|了|过|起|什么)?{MARK}[^,。!?]{{0,4}}(?<!真)的"
    rf"|{MARK}[^,。!?]{{0,3}}(?:要是|如果|倘若|若|真)(?:能|真)?(?:的话|成立|属实|是真|靠谱)"
    rf"|{MARK}[^,。!?]{{0,2}}(?:传|流传|刷屏|[登上冲]{{1,2}}了?热搜)"
    rf"|(?:对|把|拿|以){MARK}[^,。!?]{{0,6}}(?:信|当|说事|做文章|为由|为名|读|解)"
)
"""The claim supposed, or named as what others say and believe."""
_TURNS_OUT = re.compile(
    rf"{MARK}[^{MARK}]{{0,60}}?(?:结果|其实(?!是为|就是)|原来|实际上|事实上|才知道|才发现|才明白|才晓得|(?:一|细|再|我)(?:问|看|查|打听|翻|核对)(?=[,,才就]))"
    r"|放心|虚惊|松了?一?口气|[白瞎](?:担心|愁|紧张|操心|着急)|哭笑不得|破涕|打脸了|被打脸|不攻自破|照旧|照样|照常|照用|照刷|照办|没[^,。!?]{0,3}(?:这回事|这事|的事|影)"
)
"""What follows sets the claim right, or relieves: nobody is relieved of what is true."""
_ANGERS = re.compile(rf"{MARK}[,。!?]{{0,3}}(?:{cues.RHETORICAL.pattern}|{cues.OUTRAGE.pattern})")
"""Who is angry at once about a claim he quotes believes it."""
_QUOTED = re.compile("[“\"‘'「『]([^“”\"‘’'「」『』\n]{2,60})[”\"’'」』]")
_LEAST_QUOTED = 4
"""A quotation of fewer characters inside a claim is emphasis."""


def quotations(text: str) -> frozenset[str]:
    """What a text puts in quotation marks, as plain keys without them."""
    return frozenset(filter(None, (quoteless(found[1]) for found in _QUOTED.finditer(text))))


def withheld(key: str, around: str, quoted: Collection[str], places: Iterable[Place], signs: Signs) -> str:
    """The wording for which a post must not count as a repetition; empty when it may.

    `around` is the text with the claims hidden, `key` the same with the claims at `places`.
    """
    said = cues.UNDENIED.sub("", around)
    denial = cues.DENIES.search(said) or _first(said, _OF_THE_MESSAGE, _NOT_ASSERTED, _TURNS_OUT)
    if denial:
        return denial[0].replace(MARK, "")[:20]
    if signs.distance:
        return signs.distance
    claims = [key[place.start : place.end] for place in places]
    if not _ANGERS.search(around) and all(_is_quoted(claim, quoted) for claim in claims):
        return claims[0][:20]
    return ""


def _first(text: str, *patterns: re.Pattern[str]) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.search(text))), None)


def _is_quoted(claim: str, quoted: Collection[str]) -> bool:
    return any(claim in one or (len(one) >= _LEAST_QUOTED and one in claim) for one in quoted)
