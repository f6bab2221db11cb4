"""`minyi index`: the search cluster's copy of the record."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.opening import opened
from cli.output import print_json, print_table
from cli.who import tell, who
from jobs import index
from minyi.clock import local_iso
from minyi.config import secret
from minyi.models import PostId
from minyi.store.elastic.verify import SHOWN

KIBANA_PASSWORD = "MINYI_KIBANA_SYSTEM_PASSWORD"  # noqa: S105 - the variable's name


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    setup = actions.add_parser(
        "setup", parents=parents, help="建立模板和索引，可选生成凭据（需要管理员口令）"
    )
    setup.add_argument("--user", default="elastic", help="管理员账号（默认 elastic）")
    setup.add_argument("--keys", type=Path, metavar="目录", help="把三份凭据写到这个目录")
    setup.set_defaults(run=run_setup)
    drain = actions.add_parser("drain", parents=parents, help="把排队的帖文全部写入集群")
    drain.set_defaults(run=run_drain)
    rebuild = actions.add_parser("rebuild", parents=parents, help="把记录库的帖文全部重新写入集群")
    rebuild.add_argument(
        "--fresh", action="store_true", help="写到新的一代索引，核对后一次切换（需要管理员口令）"
    )
    rebuild.add_argument("--user", default="elastic", help="管理员账号（默认 elastic），只用于 --fresh")
    rebuild.set_defaults(run=run_rebuild)
    verify = actions.add_parser("verify", parents=parents, help="核对集群与记录库")
    verify.add_argument("--queries", type=int, default=1_000, help="抽查多少次检索（默认 1000）")
    verify.set_defaults(run=run_verify)
    retire = actions.add_parser("retire", parents=parents, help="删除不再需要的整月索引和旧索引（先看清单）")
    retire.add_argument("--yes", action="store_true", help="真的删除；不加则只列清单")
    retire.set_defaults(run=run_retire)
    off = actions.add_parser("off", parents=parents, help="不再为集群排队")
    off.set_defaults(run=run_off)
    _dead_options(actions.add_parser("dead", help="被集群拒收的帖文"), parents)


def _dead_options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    actions = parser.add_subparsers(dest="dead_action", metavar="动作", required=True)
    listing = actions.add_parser("list", parents=parents, help="列出，带原因")
    listing.set_defaults(run=run_dead_list)
    retry = actions.add_parser("retry", parents=parents, help="重新排队")
    retry.add_argument("posts", nargs="*", metavar="编号", help="只重试这些；不写则全部")
    retry.set_defaults(run=run_dead_retry)


def run_setup(args: argparse.Namespace) -> int:
    """Make the cluster ready; twice does no harm."""
    keys = index.Keys(args.keys, secret(KIBANA_PASSWORD))
    with opened(args) as context:
        index.set_up_index(context, args.user, keys, tell)
        queued, _ = context.store.index_lag()
    if args.json:
        print_json({"queued": queued})
    else:
        print(f"检索集群已就绪；排队 {queued:,} 条")
    return 0


def run_drain(args: argparse.Namespace) -> int:
    """Send all that is queued."""
    with opened(args) as context:
        done = index.drain_index(context, tell)
    return _report(args, done.sent, done.dead)


def run_rebuild(args: argparse.Namespace) -> int:
    """Send everything again."""
    with opened(args) as context:
        if args.fresh:
            generation = index.rebuild_fresh(context, args.user, tell)
            if args.json:
                print_json({"generation": generation})
            else:
                print(f"已切换到第 {generation} 代索引")
            return 0
        done = index.rebuild_index(context, tell)
    return _report(args, done.sent, done.dead)


def _report(args: argparse.Namespace, sent: int, dead: int) -> int:
    if args.json:
        print_json({"sent": sent, "dead": dead})
    else:
        print(f"写入 {sent:,} 条，拒收 {dead:,} 条" + ("；请看 minyi index dead list" if dead else ""))
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Say what differs; exit 1 when something does."""
    with opened(args) as context:
        found = index.verify_index(context, args.queries, tell)
        waiting, _ = context.store.index_lag()
    lists = {
        "cells": found.cells,
        "missing": found.missing,
        "extra": found.extra,
        "changed": found.changed,
        "wrong_queries": found.wrong_queries,
    }
    if args.json:
        counts = {"posts": found.posts, "queries": found.queries, "waiting": waiting}
        print_json({"differences": found.count, **counts, **{name: list(one) for name, one in lists.items()}})
        return 1 if found.count else 0
    print(f"比对 {found.posts:,} 条帖文、{found.queries:,} 次检索：{found.count} 处不同")
    if waiting:
        print(f"另有 {waiting:,} 条在排队，不算不同")
    words = {"cells": "计数不同", "missing": "集群缺少", "extra": "集群多出", "changed": "内容不同"}
    for name, values in lists.items():
        for value in values[:SHOWN]:
            print(f"  {words.get(name, '检索不同')}：{value}")
        if len(values) > SHOWN:
            print(f"  …… 另有 {len(values) - SHOWN:,} 处")
    if found.count:
        print("用 minyi index rebuild 修复；记录库是从旧备份恢复的，用 minyi index rebuild --fresh")
    return 1 if found.count else 0


def run_retire(args: argparse.Namespace) -> int:
    """List, or delete, indices that hold nothing of the record."""
    with opened(args) as context:
        found = index.retire_index(context, who(), really=args.yes)
    if args.json:
        for one in found:
            print_json({"index": one.index, "posts": one.posts, "reason": one.reason, "deleted": args.yes})
        return 0
    rows = [(one.index, f"{one.posts:,}", one.reason) for one in found]
    print_table(("索引", "文档", "原因"), rows, empty="没有可以删除的索引")
    if found:
        print("已删除，并记入审计" if args.yes else "以上尚未删除；加 --yes 删除")
    return 0


def run_off(args: argparse.Namespace) -> int:
    """Stop queueing; what the cluster holds stays there."""
    with opened(args) as context:
        context.store.projection.enable(enabled=False)
    if args.json:
        print_json({"enabled": False})
    else:
        print("不再为检索集群排队；再用时先运行 minyi index setup")
    return 0


def run_dead_list(args: argparse.Namespace) -> int:
    """What the cluster refused for good, and why."""
    with opened(args) as context:
        letters = context.store.projection.dead(1_000)
    if args.json:
        for one in letters:
            values = {"id": one.post, "revision": one.revision, "reason": one.reason}
            print_json({**values, "at": local_iso(one.at)})
        return 0
    rows = [(one.post, local_iso(one.at), one.reason) for one in letters]
    print_table(("编号", "时间", "集群的原话"), rows, empty="没有被拒收的帖文")
    return 0


def run_dead_retry(args: argparse.Namespace) -> int:
    """Queue them again."""
    with opened(args) as context:
        queued = context.store.projection.retry([PostId(one) for one in args.posts], context.clock())
    if args.json:
        print_json({"queued": queued})
    else:
        print(f"已重新排队 {queued:,} 条")
    return 0
