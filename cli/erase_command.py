"""`minyi erase` and `minyi retention`: posts that must go, at a person's wish or because they are old."""

from __future__ import annotations

import argparse

from cli.opening import opened
from cli.output import print_json, print_table
from cli.who import tell, who
from jobs.erasure import Erased, author_target, erase, finish, post_target
from jobs.retention import expirable, expire, is_set, retain
from minyi.clock import local_text


def erase_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--author", metavar="作者", help="这位作者的全部帖文（名字，或 minyi show 给出的匿名编号）"
    )
    what.add_argument("--post", metavar="编号", help="一帖（编号、原编号或网址）")
    what.add_argument("--finish", action="store_true", help="把此前删除的残留清理完")
    parser.set_defaults(run=run_erase)


def retention_options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    run = actions.add_parser("run", parents=parents, help="删除超过留存天数的帖文，曲线里的数保留")
    run.add_argument("--dry-run", action="store_true", help="只说会删多少")
    run.set_defaults(run=run_retention)


def run_erase(args: argparse.Namespace) -> int:
    """Erase for good; exit 1 when something is left to do."""
    with opened(args) as context:
        if args.finish:
            done = finish(context, tell)
            _say(args, {"scrubbed": done}, "清理完毕" if done else "还有程序在读，请稍后再试")
            return 0 if done else 1
        target = author_target(context, args.author) if args.author else post_target(context, args.post)
        erased = erase(context, target, who=who(), now=context.clock(), progress=tell)
    if args.json:
        print_json(_values(erased))
    else:
        _print_erased(erased)
    return 0 if erased.scrubbed and not erased.left else 1


def _say(args: argparse.Namespace, values: dict[str, object], words: str) -> None:
    if args.json:
        print_json(values)
    else:
        print(words)


def _values(erased: Erased) -> dict[str, object]:
    return {
        "posts": erased.line.detail["posts"],
        "spool_lines": erased.spool_lines,
        "quarantined": erased.quarantined,
        "mails": erased.mails,
        "copies": erased.copies,
        "scrubbed": erased.scrubbed,
        "left": list(erased.left),
        "mentions": list(erased.mentions),
        "audit": erased.line.seq,
    }


def _print_erased(erased: Erased) -> None:
    if not erased.line.detail["posts"]:
        print("没有找到要删的帖文；作者名须与来源所写完全一致")
    counts = f"帖文 {erased.line.detail['posts']}，待入库 {erased.spool_lines}，隔离 {erased.quarantined}"
    print(f"已删除：{counts}，存下的邮件 {erased.mails}")
    if erased.copies:
        print(f"恢复时留下的旧记录库也已清理：{erased.copies} 个")
    print(f"审计第 {erased.line.seq} 行：{erased.line.digest[:16]}")
    print("此前做的备份不改动，随轮换删除；此前导出的文件请自行处理")
    if not erased.scrubbed:
        print("别的程序正在读，文件中的残留稍后由值守服务清理，或运行 minyi erase --finish")
    for words in erased.left:
        print(f"注意：{words}")
    if erased.mentions:
        print(f"别人的帖文提到这个名字（{len(erased.mentions)} 帖，未删）：minyi erase --post 编号")
        for post in erased.mentions:
            print(f"  {post}")


def run_retention(args: argparse.Namespace) -> int:
    """Delete what is older than the configuration keeps, or say how much that would be."""
    with opened(args) as context:
        now = context.clock()
        wanted = retain(context.config, now)
        if not is_set(wanted):
            _say(args, {"posts": 0, "before": None}, "没有设留存天数（retention.days），帖文长期保留")
            return 0
        edge = local_text(wanted.before) if wanted.before else None
        if args.dry_run:
            counts = {str(source): count for source, count in expirable(context, now).items()}
        else:
            line = expire(context, who=who(), now=now, progress=tell)
            prefix = "source:"
            counts = {k.removeprefix(prefix): int(n) for k, n in line.detail.items() if k.startswith(prefix)}
    if args.json:
        total = sum(counts.values())
        print_json({"posts": total, "before": edge, "sources": counts, "dry_run": args.dry_run})
        return 0
    print_table(("信源", "帖文"), list(counts.items()), empty="没有到期的帖文")
    verb = "将删除" if args.dry_run else "已删除"
    print(f"{verb} {sum(counts.values()):,} 帖" + (f"（首次见到早于 {edge}）" if edge else "") + "；曲线不变")
    return 0
