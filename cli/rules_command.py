"""`minyi rules check`: what rules would have said of the last days, before they are saved."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from alerts.explain import explain
from cli.alert_values import spike_values
from cli.arguments import time_option
from cli.opening import opened
from cli.output import print_json, print_table
from jobs.history import try_rules
from jobs.letters import names_of
from minyi import config
from minyi.clock import local_text
from minyi.models import Spike


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    check = actions.add_parser("check", parents=parents, help="试算：拟用的规则在最近几天会报什么（不保存）")
    check.add_argument("file", nargs="?", type=Path, help="取此文件的 [rules]；不写则取现行配置")
    check.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="键=值",
        dest="settings",
        help="在其上改一项，如 volume.sparse_score=4.5；可重复",
    )
    check.add_argument("--days", type=int, default=30, help="最近几天（默认 30）")
    check.add_argument("--until", type=time_option, metavar="时间", help="到何时为止（默认现在）")
    check.add_argument("--policy", help="只试算这一项政策")
    check.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the alerts under the rules in force and under those tried, and what differs."""
    with opened(args) as context:
        rules = config.load_rules(args.file or context.config.path, args.settings)
        span = timedelta(days=max(1, args.days))
        trials = try_rules(context, rules, span, args.until or context.clock(), only=args.policy)
        names = names_of(context)
    if args.json:
        for trial in trials:
            for name, spikes in (("gone", trial.gone), ("kept", trial.kept), ("new", trial.new)):
                for spike in spikes:
                    print_json({"change": name, **spike_values(spike, names)})
        return 0
    print_table(
        ("政策", "现行", "拟用", "不再报", "新增"),
        [
            (names.policy(t.policy), len(t.before), len(t.after), len(t.gone), len(t.new))
            for t in trials
            if t.before or t.after
        ],
        empty=f"最近 {args.days} 天，现行与拟用的规则都没有预警。",
    )
    gone = [spike for trial in trials for spike in trial.gone]
    new = [spike for trial in trials for spike in trial.new]
    for title, found in (("不再报", gone), ("新增", new)):
        _list(title, found, [explain(spike, names) for spike in found])
    return 0


def _list(title: str, spikes: Sequence[Spike], texts: Sequence[str]) -> None:
    if spikes:
        print(f"\n{title}：")
    for spike, text in zip(spikes, texts, strict=True):
        print(f"- {local_text(spike.window.end)} {spike.rule.chinese} {spike.level.short}　{text}")
