"""`minyi health`, `sources`, `config check`: is everything as it should be."""

from __future__ import annotations

import argparse
from typing import Any

from cli.opening import opened
from cli.output import print_json, print_table, time_or_dash
from jobs.health import Health, health
from minyi import config
from minyi.clock import local_iso
from minyi.models import SourceHealth


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.set_defaults(run=run_health)


def sources_options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    actions.add_parser("list", parents=parents, help="列出信源").set_defaults(run=run_sources)


def config_options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    actions.add_parser("check", parents=parents, help="检查配置文件").set_defaults(run=run_check)


def run_health(args: argparse.Namespace) -> int:
    """Print how the watch stands; exit 0 also when something is wrong, for the words are the answer."""
    with opened(args) as context:
        found = health(context, context.clock())
        refused = context.store.quarantined(5)
    if args.json:
        print_json(_health_values(found))
        return 0
    print("运行状况：" + ("正常" if not found.problems else "有问题"))
    for problem in found.problems:
        print(f"  · {problem}")
    print_table(*_source_table(found.sources), empty="还没有采集过任何信源")
    print(f"待发邮件 {found.outbox_pending}，未送达 {found.outbox_failed}，待入库文件 {found.spool_files}")
    print(f"磁盘剩余 {found.disk_free / 2**30:.1f} GiB，上次备份 {time_or_dash(found.last_backup)}")
    if found.lag_posts or found.dead_letters:
        behind = f"落后 {found.lag_posts:,} 条、{found.lag_seconds:.0f} 秒"
        print(f"检索集群：{behind}，拒收 {found.dead_letters:,} 条")
    print("服务在运行" if found.service_alive else "服务未运行；minyi run 开始值守")
    for item in refused:
        print(f"隔离：{item.origin} 第 {item.position} 行：{item.reason}")
    return 0


def _source_table(sources: tuple[SourceHealth, ...]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows: list[tuple[str, ...]] = [
        (
            one.source,
            one.state.chinese,
            time_or_dash(one.last_success),
            time_or_dash(one.newest_item),
            time_or_dash(one.blind_since),
        )
        for one in sources
    ]
    return ("信源", "状态", "上次成功", "最新帖文", "自何时无数据"), rows


def _source_values(one: SourceHealth) -> dict[str, Any]:
    return {
        "id": one.source,
        "state": one.state.value,
        "last_success": local_iso(one.last_success),
        "newest_item": local_iso(one.newest_item),
        "blind_since": local_iso(one.blind_since),
    }


def _health_values(found: Health) -> dict[str, Any]:
    return {
        "state": found.state.value,
        "sources": [_source_values(one) for one in found.sources],
        "lag_posts": found.lag_posts,
        "lag_seconds": found.lag_seconds,
        "outbox_pending": found.outbox_pending,
        "outbox_failed": found.outbox_failed,
        "outbox_held": found.outbox_held,
        "spool_files": found.spool_files,
        "quarantined": found.quarantined,
        "dead_letters": found.dead_letters,
        "disk_free": found.disk_free,
        "intake_open": found.intake_open,
        "last_backup": local_iso(found.last_backup),
        "service_alive": found.service_alive,
        "problems": list(found.problems),
    }


def run_sources(args: argparse.Namespace) -> int:
    """List the cards with their health."""
    with opened(args) as context:
        known = {one.source: one for one in health(context, context.clock()).sources}
        cards = context.config.source
    rows = []
    for card in cards:
        one = known.get(card.id)
        if args.json:
            more = {"name": card.name, "kind": card.kind, "url": list(card.url), "every": card.every}
            empty = {"state": None, "last_success": None, "newest_item": None, "blind_since": None}
            print_json({"id": card.id, **more, **(_source_values(one) if one else empty)})
        state, last = (one.state.chinese, one.last_success) if one else ("从未采集", None)
        rows.append((card.id, card.name, card.kind, card.every, state, time_or_dash(last)))
    if not args.json:
        print_table(
            ("编号", "名称", "类型", "间隔", "状态", "上次成功"),
            rows,
            empty="没有信源；在配置中加 [[source]]",
        )
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Read the configuration and say what it means; a fault is an error with its key."""
    from crawlers.cards import check_card  # noqa: PLC0415 - needs lxml, which health does not
    from jobs.judging import check_words  # noqa: PLC0415 - loads analysis, which health does not

    read = config.load(args.config)
    for card in read.source:
        check_card(card)
    words = check_words(read)
    warnings = []
    if not read.source:
        warnings.append("没有信源，不会采集")
    if not read.recipient:
        warnings.append("没有收件人，预警不会寄出")
    elif not read.mail.host:
        warnings.append("没有邮件服务器（mail.host），预警不会寄出")
    if args.json:
        print_json(
            {
                "ok": True,
                "sources": len(read.source),
                "recipients": len(read.recipient),
                "own_words": words,
                "warnings": warnings,
            }
        )
        return 0
    print(
        f"{args.config} 无误：信源 {len(read.source)} 个，收件人 {len(read.recipient)} 人，自备词 {words} 个"
    )
    for warning in warnings:
        print(f"注意：{warning}")
    return 0
