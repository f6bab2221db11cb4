"""Invented posts with copies and look-alikes of them: what a clustering is judged on.

A base is put together from our own labelled sentences and one sentence of report with four facts: a place,
a fee, a date, a document. Copies keep the facts; variants change exactly one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from benchmarks.misreading import labelled
from minyi.fold import table

PLACES = (
    "成都市",
    "郑州市",
    "临沂市",
    "海淀区",
    "永嘉县",
    "甲市",
    "泉州市",
    "鼓楼区",
    "曲阳县",
    "B市",
    "昆明",
    "合肥",
)
FEES = ("300元", "三百元", "1200元", "2.5万元", "80块", "八毛", "45元", "3000元")
DATES = ("3月1日", "10月15日", "下周一", "2026年元旦", "明年1月", "六月底", "12月31日", "5月20日")
DOCUMENTS = (
    "《商标代理管理办法》",
    "《专利收费公告》",
    "《店铺招牌规范》",
    "国知办发〔2026〕12号文",
    "国知办发〔2026〕31号文",
    "《地理标志保护规定》",
)
_REPORTS = (
    "{place}从{date}起按{document}办理登记，每件收{fee}。",
    "听说{place}那边{date}开始执行{document}，办一次要{fee}。",
    "根据{document}，{place}的店主{date}前要交{fee}，窗口已经贴出来了。",
    "{date}，{place}有关部门解读{document}，明确工本费为{fee}。",
)
_PROTECTED = re.compile(
    "|".join(map(re.escape, sorted((*PLACES, *FEES, *DATES, *DOCUMENTS), key=len, reverse=True)))
    + r"|[0-9零一二两三四五六七八九十百千万亿]+"
)
_COMMENTS = (
    "大家看看这个：",
    "转给有需要的人",
    "太气人了！",
    "说得对，",
    "有人管管吗？",
    "刚看到的，",
    "收藏了",
)
_COMMON = "的一是了我不在人们有来他这上着个地到大里说就去子得也和那要下看天时过出小么起你都把好还多没为又可家"


@dataclass(frozen=True, slots=True)
class Story:
    """A base: its wording with places for the facts, and the facts."""

    wording: str
    facts: Mapping[str, str]

    @property
    def text(self) -> str:
        """The post."""
        return self.wording.format(**self.facts)


def stories(count: int, seed: int) -> Iterator[Story]:
    """Bases of some 30 to 250 characters; a sentence comes again only when all were used."""
    random = Random(seed)
    sentences = sorted({one.text for one in labelled() if "@" not in one.text and "{" not in one.text})
    rest: list[str] = []
    for _ in range(count):
        wanted = random.choice((1, 2, 2, 3, 4))
        if len(rest) < wanted:
            rest = random.sample(sentences, len(sentences))
        chosen, rest = rest[:wanted], rest[wanted:]
        chosen.insert(random.randrange(len(chosen) + 1), random.choice(_REPORTS))
        yield Story(
            "。".join(part.rstrip("。") for part in chosen),
            {
                "place": random.choice(PLACES),
                "fee": random.choice(FEES),
                "date": random.choice(DATES),
                "document": random.choice(DOCUMENTS),
            },
        )


# --- copies -----------------------------------------------------------------------------------------


def edited(text: str, random: Random, share: float = 0.1) -> str:
    """A tenth of the characters replaced, dropped or followed by others; numbers, dates and names stay."""
    kept = {place for found in _PROTECTED.finditer(text) for place in range(*found.span())}
    free = [place for place in range(len(text)) if place not in kept]
    hit = set(random.sample(free, min(len(free), round(share * len(text)))))
    made = []
    for place, character in enumerate(text):
        if place not in hit:
            made.append(character)
            continue
        way = random.random()
        if way < 0.5:
            made.append(random.choice(_COMMON))
        elif way < 0.75:
            made.append(character + random.choice(_COMMON))
    return "".join(made)


def cut(text: str, random: Random) -> str:
    """A copy cut short, as sites show it."""
    return text[: round(len(text) * random.uniform(0.5, 0.9))] + random.choice(("…", "...全文", " 展开全文"))


def framed(text: str, random: Random) -> str:
    """A comment before, behind or around it."""
    before, behind = random.choice(((1, 0), (0, 1), (1, 1)))
    return before * random.choice(_COMMENTS) + text + behind * random.choice(_COMMENTS)


def site_copy(text: str, random: Random) -> str:
    """Another site's page: its dateline, counters and marks."""
    made = (
        text.replace("，", ", ").replace("。", ".\n") if random.random() < 0.5 else text.replace("。", "！")
    )
    line = random.choice(("本报讯 ", "某某新闻网3月5日电（记者 张三）", "来源：某某网 "))
    return (
        f"{line}{made}\n阅读 {random.randrange(10_000)} 责任编辑：李四 http://t.cn/{random.randrange(10**6)}"
    )


def traditional(text: str, _: Random) -> str:
    """The same in traditional script."""
    return text.translate(_to_traditional())


def _to_traditional() -> dict[int, int]:
    simple = table().simple
    return {simple[old]: old for old in range(0x4E00, 0x9FA6) if simple[old] != old}


COPIES: Mapping[str, Callable[[str, Random], str]] = {
    "10 % edits": edited,
    "cut to 50-90 %": cut,
    "framed by a comment": framed,
    "another site's page": site_copy,
    "traditional script": traditional,
}


# --- variants ---------------------------------------------------------------------------------------

_OTHERS = {"place": PLACES, "fee": FEES, "date": DATES, "document": DOCUMENTS}


def variant(story: Story, fact: str, random: Random) -> Story:
    """The same report with one fact changed."""
    other = random.choice([one for one in _OTHERS[fact] if one != story.facts[fact]])
    return replace(story, facts={**story.facts, fact: other})


FACTS = tuple(_OTHERS)
