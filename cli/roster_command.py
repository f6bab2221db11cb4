"""`minyi roster`: who would be told of an alert, by which way, and when."""

from __future__ import annotations

import argparse

from cli.arguments import level_option, time_option
from cli.opening import opened
from cli.output import print_json, print_table
from jobs.cases import directory
from jobs.finding import find_policy
from minyi.clock import local_iso, local_text
from minyi.models import Level


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    show = actions.add_parser("show", parents=parents, help="出了预警会通知谁")
    show.add_argument("--at", type=time_option, metavar="时间", help="那时（默认现在）")
    show.add_argument("--level", type=level_option, help="只看这一等级：I、II、III（默认都看）")
    show.add_argument("--policy", default="", help="政策编号（默认：没有牵头部门的政策）")
    show.set_defaults(run=run_show)


def run_show(args: argparse.Namespace) -> int:
    """Show who would be told."""
    with opened(args) as context:
        people, at = directory(context.config), args.at or context.clock()
        policy = find_policy(context, args.policy) if args.policy else None
    levels = [args.level] if args.level else [Level.I, Level.II, Level.III]
    found = [(level, told) for level in levels for told in people.told(level, policy, at)]
    if args.json:
        for level, told in found:
            shown = {"level": level.name, "name": told.person.name, "address": told.person.address}
            print_json(shown | {"channel": told.person.channel, "not_before": local_iso(told.not_before)})
        return 0
    rows = [
        (
            level.short,
            told.person.name,
            told.person.address,
            "邮件" if told.person.channel == "email" else told.person.channel,
            local_text(told.not_before) if told.not_before else "立即",
        )
        for level, told in found
    ]
    print_table(("等级", "姓名", "地址", "途径", "何时"), rows, empty="没有人会收到：请加 [[recipient]]")
    return 0
