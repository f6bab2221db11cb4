"""Matching of posts against many policies: how fast, and that no way of naming one is missed or misread.

Policies and posts are invented: titles of places, subjects and kinds of documents; posts that name none, that
name one in any of several ways, and that name two.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from analysis.matcher import Matcher
from benchmarks.report import Row, Section
from minyi.models import Policy, PolicyId, Post, PostId, Precision, SourceId, Words

POLICIES = (10, 100, 500)
POSTS = 10_000
NAMED_SHARE = 0.2
"""Posts that name a policy; of a real stream far fewer do."""

_WHEN = datetime(2026, 3, 2, tzinfo=UTC)
_PLACES = ("青溪", "白石", "临江", "云岭", "望湖", "石桥", "南屏", "东岭", "清泉", "柳河")
_SUBJECTS = (
    "商标", "专利", "地理标志", "商业秘密", "质押融资", "快速审查", "代理监管", "信用评价", "公共服务",
    "海外维权", "数据产权", "公交票价", "店铺招牌", "会费收取", "农贸市场", "停车收费", "老旧小区",
    "校车服务", "垃圾分类", "电动车",
)  # fmt: skip
_KINDS = ("管理办法", "实施细则", "工作方案", "若干措施", "行动计划", "服务规范")
_SAID = (
    "今天去办事大厅排了半天队", "孩子的作业又没写完", "这家店的面条味道不错", "看了半天也没看懂到底要交多少",
    "隔壁老王说他早就办好了", "天气预报说周末有雨", "希望能说得再清楚一些", "晚上和同事聊了很久",
    "群里都在转这个消息",
)  # fmt: skip
_NAMINGS: tuple[Callable[[Policy], str], ...] = (
    lambda policy: policy.title,
    lambda policy: f"《{policy.title}》",
    lambda policy: f"《{policy.title}（试行）》",
    lambda policy: f"关于印发《{policy.title}》的通知",
    lambda policy: policy.doc_number or "",
    lambda policy: (policy.doc_number or "").replace("〔", "[").replace("〕", "]第"),
    lambda policy: (policy.doc_number or "").replace("〔", "（").replace("〕", "）0"),
    lambda policy: policy.aliases[0],
)


def run() -> Section:
    """Speed by number of policies, then what was found of what was named."""
    return Section(
        "Matching of policies",
        "python -m benchmarks matching",
        f"{POSTS:,} invented posts, {NAMED_SHARE:.0%} of which name one or two policies by title, alias or "
        "document number in any brackets; half of the policies also have words. CPU time of one core.",
        tuple(_rows()),
    )


def _rows() -> Iterator[Row]:
    for count in POLICIES:
        chance = random.Random(count)
        policies = invented(count, chance)
        matcher = Matcher(policies)
        posts = [_post(number, policies, chance) for number in range(POSTS)]
        begun = time.process_time()
        found = [{one.policy for one in matcher.match(post) if one.sure} for post, _ in posts]
        seconds = time.process_time() - begun
        yield Row(f"{count} policies: posts a CPU second", f"{POSTS / seconds:,.0f}", ">= 3,000")
        named = sum(len(meant) for _, meant in posts)
        hit = sum(len(meant & got) for (_, meant), got in zip(posts, found, strict=True))
        wrong = sum(len(got - meant) for (_, meant), got in zip(posts, found, strict=True))
        yield Row(f"{count} policies: found of {named:,} namings", f"{hit / named:.4f}", ">= .99")
        yield Row(f"{count} policies: matches nobody meant", f"{wrong:,}", "0")


def invented(count: int, chance: random.Random) -> list[Policy]:
    """Policies with titles of their own, a number, an alias, and every other one with words."""
    titles: dict[str, Policy] = {}
    while len(titles) < count:
        place, kind = chance.choice(_PLACES), chance.choice(_KINDS)
        first, second = chance.sample(_SUBJECTS, 2)
        title, number = f"{place}市{first}与{second}{kind}", len(titles)
        words = Words(must=(f"{place}{first}",), any=("罚款标准", "补贴名额"), none=("广告",))
        titles.setdefault(
            title,
            Policy(
                PolicyId(f"p{number}"),
                title,
                doc_number=f"示知发〔{2020 + number % 7}〕{number + 1}号",
                aliases=(f"{place}{first}{second}{kind}新规",),
                words=words if number % 2 else Words(),
            ),
        )
    return list(titles.values())


def _post(number: int, policies: Sequence[Policy], chance: random.Random) -> tuple[Post, set[PolicyId]]:
    """A post, and the policies it names: none, one or two."""
    parts = chance.sample(_SAID, 3)
    meant: set[PolicyId] = set()
    if chance.random() < NAMED_SHARE:
        for policy in chance.sample(policies, chance.choice((1, 1, 2))):
            parts.insert(chance.randrange(1, len(parts)), chance.choice(_NAMINGS)(policy))
            meant.add(policy.id)
    text = "，".join(parts) + "。"
    post = Post(PostId(str(number)), SourceId("s"), "web", "post", text, _WHEN, Precision.MINUTE, _WHEN)
    return post, meant
