"""An article's element as a list of paragraphs, and the rules that cut what is not its text.

The body is rebuilt from its paragraphs: text and links survive, all other markup goes, so that what
is stored is small and the same however the page was laid out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from crawlers.page import UNSEEN, squeeze

_BLOCK_NAMES = """
    address article aside blockquote body br center dd details div dl dt figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul
"""
_BLOCK = frozenset(_BLOCK_NAMES.split())
_CELL = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block: its text, its HTML (text and links only), how many characters stand in links."""

    text: str
    markup: str
    linked: int

    @property
    def link_share(self) -> float:
        """Share of the text that is link text, in [0, 1]."""
        return self.linked / len(self.text) if self.text else 1.0


class _Builder:
    """Gathers runs of text into paragraphs."""

    def __init__(self, base: str) -> None:
        self.done: list[Paragraph] = []
        self._base = base
        self._text: list[str] = []
        self._markup: list[str] = []
        self._linked = 0
        self._href: str | None = None

    def open(self, node: HtmlElement) -> None:
        if node.tag in _BLOCK:
            self.flush()
        elif node.tag in _CELL:
            self.add(" ")
        elif node.tag == "a":
            self._href = _href(node.get("href"), self._base)

    def close(self, node: HtmlElement) -> None:
        if node.tag in _BLOCK:
            self.flush()
        elif node.tag == "a":
            self._href = None

    def add(self, text: str) -> None:
        self._text.append(text)
        if self._href is None:
            self._markup.append(escape(text, quote=False))
            return
        self._linked += len(squeeze(text))
        self._markup.append(f'<a href="{escape(self._href)}">{escape(text, quote=False)}</a>')

    def flush(self) -> None:
        text = squeeze("".join(self._text))
        if text:
            markup = squeeze("".join(self._markup))
            self.done.append(Paragraph(text, markup, min(self._linked, len(text))))
        self._text, self._markup, self._linked = [], [], 0


def _href(raw: str | None, base: str) -> str | None:
    if not raw:
        return ""
    try:
        url = urljoin(base, raw.strip())
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) and len(url) < 2_083 else ""


def paragraphs(element: HtmlElement, base: str) -> list[Paragraph]:
    """The paragraphs of an element in order; links are made absolute against `base`."""
    builder = _Builder(base)
    skip = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        unseen = node.tag in UNSEEN
        if event == "start":
            skip += unseen
            builder.open(node)
            text = node.text
        else:
            skip -= unseen
            builder.close(node)
            text = node.tail if node is not element else None
        if text and not skip:
            builder.add(text)
    builder.flush()
    return builder.done


# --- what is not the article's text ---------------------------------------------------------------

_BYLINES = (
    r"原标题 原题 (?:责任|本文|网络|值班|实习|文字|美术)?编辑 责编 编审 审核 审校 校对 初审 复审 终审 "
    r"监制 签发 (?:本文|文章|信息|稿件|内容|图片)?来源 转载自 作者 记者 通讯员 供稿 "
    r"发布(?:时间|日期|人|机构|单位)? 发表于 时间 日期 更新时间 (?:浏览|阅读|点击|访问)(?:次数|量|数)? "
    r"字号 字体(?:大小)? 关键[词字] 标签 分享(?:到|至)? 打印(?:本页)? 信息索引 主题词"
)
_LINE_NOISE = re.compile(rf"[（(【\[]?\s*(?:{'|'.join(_BYLINES.split())})\s*[:：丨|].{{0,80}}")
_BUTTONS = (
    r"打印(?:本页|本文|文章)? 关闭(?:窗口|本页)? 返回(?:顶部|列表|首页)? 收藏(?:本文|本页)? "
    r"分享(?:到|至|给好友)?.{0,20} 点赞\d* 纠错 举报 投诉 字[号体].{0,12} 大\s?中\s?小 扫一扫.{0,30} "
    r"上一[篇页条].{0,60} 下一[篇页条].{0,60} 展开全文 阅读全文 查看更多 微信 微博 QQ空间 QQ好友 朋友圈 "
    r"复制链接 我要评论.{0,8} 评论\(?\d*\)? 首页 尾页 END end 【?详细】? 更多>* 免责声明.{0,200} "
    r"版权声明.{0,200} 特别声明.{0,200} 本文为.{0,20}(?:原创|自媒体).{0,60} "
    r"(?:点击|长按|识别|扫描).{0,12}二维码.{0,20} (?:未经授权|转载请).{0,60}"
)
_BUTTON = re.compile(rf"[\s\[【(（]*(?:{'|'.join(_BUTTONS.split())})[\s\]】)）|丨]*")
_BUTTON_ROW = re.compile(
    r"(?:[\s\[【(（]*(?:打印(?:本页|本文|文章)?|关闭(?:窗口|本页)?|返回(?:顶部|列表|首页)?|收藏(?:本文|本页)?|分享|纠错|字号|大|中|小)"
    r"[\s\]】)）|丨:：]*){2,8}"
)
_FOOTER = re.compile(
    r".{0,200}(?:ICP备|公网安备|网站标识码|版权所有|copyright|©|all rights reserved).{0,200}", re.IGNORECASE
)
_ONLY_TIME = re.compile(r"(?:(?:19|20)\d\d[年/.-])?\d{1,2}[月/.-]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?")
_READING = (
    r"(?:推荐|相关|延伸|扩展|热门|精彩|更多|往期|猜你喜欢|为您|为你|编辑|猜您喜欢|大家都在|今日|最新|网友)+"
    r"(?:阅读|新闻|链接|推荐|文章|报道|资讯|内容|精彩|回顾|专题|文档|解读|搜|看|热点|评论|喜欢)"
)
_CUT = re.compile(rf"[\s【\[■▼◆●>]*{_READING}[\s】\]:：>▼]*")
_TAIL_SHARE = 0.4  # at most this share of the text may be cut behind a "related reading" heading


def trim(body: Sequence[Paragraph], title: str) -> list[Paragraph]:
    """Cut headings, bylines, buttons and reading lists that stand around an article's text.

    1. Behind a heading such as 相关阅读 in the second half nothing belongs to the article.
    2. From the top: the title and time again, bylines, lines of links; from the bottom: bylines, buttons,
    lists of links, the site's imprint.
    3. Inside, only buttons go. Empty when nothing else is left.
    """
    kept = _before_reading_list(list(body))
    start, end = 0, len(kept)
    while start < end and (_is_opening(kept[start].text, title) or _is_furniture(kept[start])):
        start += 1
    while end > start and _is_furniture(kept[end - 1]):
        end -= 1
    return [one for one in kept[start:end] if not _is_button(one.text)]


def _before_reading_list(body: list[Paragraph]) -> list[Paragraph]:
    total = sum(len(one.text) for one in body)
    before = 0
    for number, one in enumerate(body):
        if len(one.text) <= 14 and _CUT.fullmatch(one.text) and total - before <= total * _TAIL_SHARE:
            return body[:number]
        before += len(one.text)
    return body


def _is_opening(text: str, title: str) -> bool:
    """The title again, or a time standing alone; at the end a date signs the document and stays."""
    again = text == title or (len(text) >= 8 and title.startswith(text))
    return again or _ONLY_TIME.fullmatch(text) is not None


def _is_button(text: str) -> bool:
    return _BUTTON.fullmatch(text) is not None or _BUTTON_ROW.fullmatch(text) is not None


def _is_furniture(one: Paragraph) -> bool:
    if _is_button(one.text) or _LINE_NOISE.fullmatch(one.text) or _FOOTER.fullmatch(one.text):
        return True
    ends = one.text.endswith(("。", "！", "？", "”", "；", "："))
    return one.link_share > 0.7 and not ends


def to_html(body: Sequence[Paragraph]) -> str:
    """The paragraphs as `<p>` elements; empty for none."""
    return "".join(f"<p>{one.markup}</p>" for one in body)


def plain(body: Sequence[Paragraph]) -> str:
    """The paragraphs' text, one a line."""
    return "\n".join(one.text for one in body)
