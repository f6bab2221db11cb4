"""`minyi policies set`, `retire`, `merge`: what the office watches, changed after a look at the effects."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cli.opening import opened
from cli.output import print_json
from cli.who import who
from jobs import register
from jobs.context import Context
from jobs.finding import find_policy
from jobs.register import Effects, Plan
from minyi.errors import ConfigError
from minyi.models import Policy, PolicyStatus, Post

_QUOTE = 40
_UNASKED = 2
"""Exit code when nobody could be asked."""

_SINGLE = (("title", "标题"), ("number", "文号"), ("department", "牵头部门"))
_WORDS = (("must", "须同时出现的词"), ("any", "出现其一即可的词"), ("none", "出现即排除的词"))


def register_options(
    actions: argparse._SubParsersAction[Any], parents: list[argparse.ArgumentParser]
) -> None:
    """Set up the three actions."""
    change = actions.add_parser("set", parents=parents, help="改一项政策的名称、别名、限定词")
    change.add_argument("id", help="政策编号")
    for name, words in _SINGLE:
        change.add_argument(f"--{name}", help=words)
    change.add_argument("--status", choices=[one.value for one in PolicyStatus], help="状态")
    change.add_argument("--add-alias", action="append", default=[], metavar="别名", help="加一个别名")
    change.add_argument("--drop-alias", action="append", default=[], metavar="别名", help="去掉一个别名")
    for name, words in _WORDS:
        change.add_argument(f"--{name}", action="append", metavar="词", help=f"{words}（可多次；空 = 不限）")
    change.set_defaults(run=run_set)
    retiring = actions.add_parser("retire", parents=parents, help="废止：不再预警，已有的帖文仍可检索")
    retiring.add_argument("id", help="政策编号")
    retiring.set_defaults(run=run_retire)
    merging = actions.add_parser("merge", parents=parents, help="把重复登记的一项并入另一项")
    merging.add_argument("gone", metavar="多余的编号")
    merging.add_argument("into", metavar="保留的编号")
    merging.set_defaults(run=run_merge)
    for action in (change, merging):
        action.add_argument("--yes", action="store_true", help="看过影响之后，不再询问")


def run_set(args: argparse.Namespace) -> int:
    """Change a policy and match stored posts anew, after showing how many that concerns."""
    with opened(args) as context:
        before = find_policy(context, args.id)
        plan = register.plan_change(context, before, _changed(args, before))
        return _carry_out(args, context, plan, f"政策 {before.id} 已改")


def run_merge(args: argparse.Namespace) -> int:
    """Merge one entry into another and match stored posts anew, after showing how many that concerns."""
    with opened(args) as context:
        left = register.finish_merge(context, args.gone, args.into, context.clock())
        if left is not None:
            _say(args, {"applied": True, "rematched": left}, f"此前已并入；又重新匹配 {left} 帖")
            return 0
        gone, into = find_policy(context, args.gone), find_policy(context, args.into)
        plan = register.plan_merge(context, gone, into)
        return _carry_out(args, context, plan, f"政策 {gone.id} 已并入 {into.id}")


def run_retire(args: argparse.Namespace) -> int:
    """End the watch of a policy."""
    with opened(args) as context:
        policy = find_policy(context, args.id)
        line = register.retire(context, policy, who=who(), now=context.clock())
    _say(
        args,
        {"id": policy.id, "status": PolicyStatus.REPEALED.value, "audit": line.seq},
        f"政策 {policy.id} 已标为废止，不再预警；帖文和曲线仍在。"
        f"要恢复：minyi policies set {policy.id} --status {policy.status.value}",
    )
    return 0


def _changed(args: argparse.Namespace, before: Policy) -> Policy:
    """The policy as the options say.

    Raises:
        ConfigError: an alias to drop is none.
    """
    aliases = [one for one in before.aliases if one not in args.drop_alias]
    missing = [one for one in args.drop_alias if one not in before.aliases]
    if missing:
        held = "、".join(before.aliases) or "无"
        raise ConfigError(f"没有别名 {missing[0]!r}；现有：{held}", key="--drop-alias")
    aliases += [one.strip() for one in args.add_alias if one.strip() and one.strip() not in aliases]
    given: dict[str, tuple[str, ...]] = {
        name: tuple(word.strip() for word in getattr(args, name) if word.strip())
        for name, _ in _WORDS
        if getattr(args, name) is not None
    }
    after = replace(before, aliases=tuple(aliases), words=replace(before.words, **given))
    if args.title is not None:
        after = replace(after, title=args.title.strip())
    if args.number is not None:
        after = replace(after, doc_number=args.number.strip() or None)
    if args.department is not None:
        after = replace(after, department=args.department.strip() or None)
    return replace(after, status=PolicyStatus(args.status)) if args.status else after


def _carry_out(args: argparse.Namespace, context: Context, plan: Plan, told: str) -> int:
    effects = plan.effects
    if not args.json:
        for line in _effect_lines(effects):
            print(line)
    if not args.yes and not _agreed(args):
        _say(args, {"applied": False, **_values(effects)}, "没有改动。确认无误后加 --yes 再运行")
        return _UNASKED
    done = register.carry_out(context, plan, who=who(), now=context.clock())
    _say(
        args,
        {"applied": True, **_values(effects), "rematched": done.rematched, "audit": done.line.seq},
        f"{told}，{done.rematched} 帖重新匹配",
    )
    return 0


def _agreed(args: argparse.Namespace, ask: Callable[[str], str] = input) -> bool:
    """A person's yes; nobody there means no."""
    return (
        not args.json and sys.stdin.isatty() and ask("照此改动？[y/N] ").strip().lower() in {"y", "yes", "是"}
    )


def _effect_lines(effects: Effects) -> list[str]:
    lines = [
        f"已入库的帖文中 {effects.looked:,} 帖提到有关名称：新命中 {effects.gained:,} 帖，"
        f"不再命中 {effects.lost:,} 帖"
        + (f"，另有 {effects.others:,} 帖对别的政策的命中会变" if effects.others else "")
    ]
    lines += _quoted("新命中，如", effects.gained_examples) + _quoted("不再命中，如", effects.lost_examples)
    return lines + [f"注意：{one}" for one in effects.collisions]


def _quoted(head: str, posts: Sequence[Post]) -> list[str]:
    return [f"  {head} {post.id[:8]} {_line(post.text)}" for post in posts]


def _line(text: str) -> str:
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return shown if len(shown) <= _QUOTE else f"{shown[:_QUOTE]}…"


def _values(effects: Effects) -> dict[str, Any]:
    return {
        "looked": effects.looked,
        "gained": effects.gained,
        "lost": effects.lost,
        "others": effects.others,
        "collisions": list(effects.collisions),
    }


def _say(args: argparse.Namespace, values: dict[str, Any], words: str) -> None:
    if args.json:
        print_json(values)
    else:
        print(words)
