"""`minyi claims`, `minyi questions`, `minyi hot-words`: what the public says of one policy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cli.opening import opened
from cli.output import print_json, print_table, time_or_dash
from jobs import heard
from jobs.heard import ClaimView, ConcernView
from minyi.clock import local_iso, parse_time
from minyi.errors import ConfigError
from minyi.models import Post, Stance

_MOST_WORDS = 100
_QUOTE = 60


def claims_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    _about_a_policy(parser)
    parser.set_defaults(run=run_claims)


def questions_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    _about_a_policy(parser)
    parser.set_defaults(run=run_questions)


def hot_words_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    _about_a_policy(parser, since_needed=True)
    parser.add_argument("--until", metavar="时间", help="止（不含；默认到现在）")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="最多几个词，1-100（默认 20）")
    parser.set_defaults(run=run_hot_words)


def _about_a_policy(parser: argparse.ArgumentParser, *, since_needed: bool = False) -> None:
    parser.add_argument("--policy", required=True, metavar="编号", help="政策编号，见 minyi policies list")
    parser.add_argument("--since", required=since_needed, metavar="时间", help="发布时间从何时起（含）")


def run_claims(args: argparse.Namespace) -> int:
    """Print the policy's watch-list with its counts."""
    since = _time(args.since, "--since")
    with opened(args) as context:
        found = heard.claims(context, args.policy, since)
    if args.json:
        for one in found:
            print_json(_claim_values(one))
        return 0
    header = ("编号", "错误说法", "复述", "独立声音", "信源", "辟谣", "询问", "待核", "最早", "最近")
    rows = [
        (
            one.item.id,
            one.item.claim,
            one.roles[Stance.REPEAT],
            one.voices,
            one.sources,
            *(one.roles[role] for role in (Stance.REBUT, Stance.ASK, Stance.UNCLEAR)),
            time_or_dash(one.first),
            time_or_dash(one.last),
        )
        for one in found
    ]
    print_table(header, rows, empty="这项政策没有误读清单；在政策文件的 watch 中填写")
    return 0


def run_questions(args: argparse.Namespace) -> int:
    """Print what people ask about the policy, most voices first."""
    since = _time(args.since, "--since")
    with opened(args) as context:
        found = heard.questions(context, args.policy, since)
    if args.json:
        for one in found:
            print_json(_concern_values(args.policy, one))
        return 0
    header = ("问题", "独立声音", "帖文", "信源", "最早", "最近", "例帖")
    rows = [
        (
            one.question,
            one.voices,
            one.posts,
            one.sources,
            time_or_dash(one.first),
            time_or_dash(one.last),
            one.examples[0].id[:8],
        )
        for one in found
    ]
    print_table(header, rows)
    return 0


def run_hot_words(args: argparse.Namespace) -> int:
    """Print the words said more than usual, most typical first."""
    since, until = _time(args.since, "--since"), _time(args.until, "--until")
    if since is None:
        raise ConfigError("不能为空", key="--since")
    if not 1 <= args.limit <= _MOST_WORDS:
        raise ConfigError(f"应为 1-{_MOST_WORDS}", key="--limit")
    with opened(args) as context:
        found = heard.words(context, args.policy, since, until, args.limit)
    if args.json:
        for one in found.words:
            values = {"word": one.word, "voices": one.voices, "baseline": one.baseline, "score": one.score}
            shares = {"voices_total": found.voices, "baseline_total": found.baseline}
            print_json({**values, "rising": one.rising, **shares})
        return 0
    rows = [(w.word, w.voices, w.baseline, f"{w.score:.1f}", "↑" if w.rising else "") for w in found.words]
    print_table(("词", "独立声音", "平时", "得分", "上升"), rows)
    capped = f"（只看最新 {heard.NEWEST} 条）" if found.capped else ""
    print(f"本段 {found.voices} 个独立声音，平时 {found.baseline} 个{capped}")
    return 0


def _claim_values(one: ClaimView) -> dict[str, Any]:
    item = one.item
    return {
        "policy": one.policy,
        "id": item.id,
        "claim": item.claim,
        "statement": item.statement,
        "clause": item.clause,
        "department": item.department,
        **{role.value: one.roles[role] for role in Stance},
        "voices": one.voices,
        "sources": one.sources,
        "first_seen": local_iso(one.first_seen),
        "first": local_iso(one.first),
        "last": local_iso(one.last),
        "examples": _examples(one.examples),
    }


def _concern_values(policy: str, one: ConcernView) -> dict[str, Any]:
    return {
        "policy": policy,
        "question": one.question,
        "voices": one.voices,
        "posts": one.posts,
        "sources": one.sources,
        "first": local_iso(one.first),
        "last": local_iso(one.last),
        "examples": _examples(one.examples),
    }


def _examples(posts: Sequence[Post]) -> list[dict[str, Any]]:
    return [
        {"id": post.id, "url": post.url, "source": post.source, "text": post.text[:_QUOTE]} for post in posts
    ]


def _time(text: str | None, flag: str) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise ConfigError(f"不是时间：{text[:40]!r}；如 2026-03-02 或 2026-03-02T10:00", key=flag) from None
