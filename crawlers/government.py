"""The public-directory block 公开目录 of government pages, document numbers and deadlines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawlers.page import Page, squeeze

_LABELS = {
    "index_number": "索引号 信息索引号 索取号",
    "issuer": "发文机关 发文单位 制发机关 发布机构 发布机关 发布单位 公开主体",
    "issued_on": "成文日期 成文时间 生成日期 发文日期 印发日期 制发日期 签发日期",
    "doc_number": "发文字号 文号 文件编号 公文字号 文件字号",
    "published": "发布日期 公开日期 发布时间 公开时间",
    "title": "标题 名称 信息名称 文件名称",
    "other": "主题分类 主题词 主题 分类 组配分类 体裁分类 公文种类 关键词 有效性 信息有效性 效力状态 "
    "公文时效 失效日期 废止日期 施行日期 实施日期 生效日期 服务对象 公开方式 公开范围 公开程序 内容概述",
}


def _spaced(label: str) -> str:
    """Labels are set in columns with blanks between their characters: 文　　号."""
    return r"[\s\u3000]*".join(label)


_FIELD = {re.sub(r"\s", "", label): field for field, labels in _LABELS.items() for label in labels.split()}
_ALL = "|".join(_spaced(label) for label in sorted(_FIELD, key=len, reverse=True))
_LABEL = re.compile(rf"(?:^|(?<=[\s|｜;；】\]]))[【\[〖]?\s*({_ALL})\s*[】\]〗]?\s*(?:[:：]|(?=$))")
_EMPTY = re.compile(r"[-—/\s\u3000无]*")
_YEAR_NUMBER = re.compile(
    r"([\u4e00-\u9fff]{1,20}?)\s*[〔［\[(（【]\s*((?:19|20)\d\d)\s*[〕］\])）】]\s*(第?)\s*(\d{1,5})\s*号"
)
_COUNT = r"[一二三四五六七八九十百〇零\d]{1,6}"
_ORDINAL = re.compile(rf"(?:令?第{_COUNT}号令?|\d{{4}}年\s*第\s*\d{{1,4}}\s*号)")
_DATE = r"(?:20\d\d\s*[年/.-]\s*)?\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?(?:\s*\d{1,2}[:：时]\d{0,2})?"
_DEADLINE = re.compile(
    rf"(?:截[至止](?:日期|时间)?(?:到|至|为|是)?\s*[:：为]?\s*({_DATE}))"
    rf"|(?:[于在]?\s*({_DATE})\s*[（(]?[^。；，,]{{0,12}}?(?:之?前|以前)[^。；]{{0,60}}?"
    r"(?:反馈|提出|提交|发送|寄|报送|告知))"
)
_PERIOD_END = re.compile(
    rf"(?:征求意见|公示|意见反馈)(?:期限|时间|日期)[^。；]{{0,12}}?{_DATE}\s*(?:至|到|—|-|~)+\s*({_DATE})"
)


@dataclass(frozen=True, slots=True)
class Directory:
    """What a government page says about its document; absent is None. Dates are the page's own wording."""

    index_number: str | None = None
    issuer: str | None = None
    issued_on: str | None = None
    doc_number: str | None = None
    published: str | None = None
    title: str | None = None


def read_directory(page: Page) -> Directory:
    """The block's fields, wherever each first stands with a value."""
    found: dict[str, str] = {}
    lines = [chunk.text for chunk in page.chunks if len(chunk.text) <= 500]
    for number, line in enumerate(lines):
        for field, value in _fields(line, lines[number + 1 : number + 3]):
            if value and not _EMPTY.fullmatch(value):
                found.setdefault(field, value[:200])
    found.pop("other", None)
    if "doc_number" in found:
        found["doc_number"] = tidy_number(found["doc_number"])
    return Directory(**found)


def _fields(line: str, following: list[str]) -> list[tuple[str, str]]:
    labels = list(_LABEL.finditer(line))
    if not labels:
        return []
    ends = [label.start() for label in labels[1:]] + [len(line)]
    fields = []
    for label, end in zip(labels, ends, strict=True):
        value = squeeze(line[label.end() : end].strip(" :：|｜;；"))
        if not value and end == len(line):
            value = _next_value(following)
        fields.append((_FIELD[re.sub(r"[\s\u3000]", "", label[1])], value))
    return fields


def _next_value(following: list[str]) -> str:
    """The value stands in the next cell, unless that is a label again; a lone colon is passed over."""
    for text in following:
        value = text.strip(" :：\u3000")
        if value:
            return "" if _LABEL.match(text) else value
    return ""


def tidy_number(raw: str) -> str:
    """A document number with the brackets of GB/T 9704 and without blanks: 国知发保字〔2022〕8号."""
    found = _YEAR_NUMBER.search(raw)
    if found:
        return f"{found[1]}〔{found[2]}〕{found[3]}{found[4]}号"
    return squeeze(raw)


def number_in_text(title: str, text: str) -> str | None:
    """The document number in a title, or alone on one of the first lines of a text; else None.

    A number inside a sentence names another document.
    """
    found = _YEAR_NUMBER.search(title)
    if found:
        return tidy_number(found[0])
    for line in text.split("\n")[:8]:
        plain = squeeze(line)
        if len(plain) <= 40 and (_YEAR_NUMBER.fullmatch(plain) or _ORDINAL.fullmatch(plain)):
            return tidy_number(plain)
    return None


def find_deadline(text: str) -> str | None:
    """The day comments are due (截至…, …前反馈, 征求意见时间…至…), in the page's own wording; else None."""
    found = _PERIOD_END.search(text) or _DEADLINE.search(text)
    return next((squeeze(group) for group in found.groups() if group), None) if found else None
