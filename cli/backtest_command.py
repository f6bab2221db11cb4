"""`minyi backtest`: what the rules would have said of the past."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from alerts.backtest import backtest
from alerts.countsfile import Count, read_counts, write_alerts
from alerts.onsets import onset_of
from cli.alert_values import spike_values
from cli.opening import opened
from cli.output import print_json, print_table, time_or_dash
from jobs.history import replay, stored_counts
from minyi import config
from minyi.clock import LOCAL, parse_time
from minyi.errors import ConfigError
from minyi.models import Spike
from minyi.rules import Rules

STEPS = {"5m": timedelta(minutes=5), "15m": timedelta(minutes=15), "1h": timedelta(hours=1)}


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("--counts", nargs="+", type=Path, metavar="文件", help="计数文件（timestamp,value）")
    parser.add_argument(
        "--negatives", nargs="+", type=Path, metavar="文件", help="与 --counts 依次配对的负面计数"
    )
    parser.add_argument("--policy", help="回放库中这项政策的帖文")
    parser.add_argument("--from", dest="begin", metavar="时间", help="回放的起点（含）")
    parser.add_argument("--to", dest="end", metavar="时间", help="回放的终点（不含）")
    parser.add_argument(
        "--rules", type=Path, metavar="文件", help="取此文件的 [rules]（默认用本软件的默认值）"
    )
    parser.add_argument("--step", choices=list(STEPS), default="5m", help="计数的间隔（默认 5m）")
    parser.add_argument("--alerts-out", type=Path, metavar="目录", help="每个序列写一个预警时间文件")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each series' alerts, and write their times when asked."""
    if bool(args.counts) == bool(args.policy):
        raise ConfigError("请给出 --counts 文件，或 --policy 政策（二者择一）", key="backtest")
    rules = Rules() if args.rules is None else config.load_rules(args.rules)
    runs = list(_stored_runs(args, rules) if args.policy else _file_runs(args, rules))
    if args.json:
        for name, spikes in runs:
            for spike in spikes:
                print_json({"series": name, **spike_values(spike)})
        return 0
    for name, spikes in runs:
        print(f"{name}：预警 {len(spikes)} 次")
        rows = [
            (
                time_or_dash(s.window.end),
                s.rule.chinese,
                s.level.short,
                s.observed,
                f"{s.expected:.1f}",
                f"{s.score:.2f}",
            )
            for s in spikes
        ]
        if rows:
            print_table(("时间", "规则", "等级", "观察", "预期", "得分"), rows)
    return 0


def _file_runs(args: argparse.Namespace, rules: Rules) -> Iterator[tuple[str, list[Spike]]]:
    negatives: Sequence[Path | None] = args.negatives or [None] * len(args.counts)
    if len(negatives) != len(args.counts):
        raise ConfigError(
            f"--negatives 有 {len(negatives)} 个文件，--counts 有 {len(args.counts)} 个，应一一对应",
            key="--negatives",
        )
    step = STEPS[args.step]
    for path, negative in zip(args.counts, negatives, strict=True):
        counts = read_counts(path)
        spikes = backtest(
            path.name, _rows(counts), step, rules, _rows(read_counts(negative)) if negative else None
        )
        if args.alerts_out:
            write_alerts(args.alerts_out / path.name, _stamps(counts, spikes, step))
        yield path.name, spikes


def _rows(counts: Sequence[Count]) -> list[tuple[datetime, float]]:
    return [(one.when, one.value) for one in counts]


def _stamps(counts: Sequence[Count], spikes: Sequence[Spike], step: timedelta) -> Iterator[str]:
    """The file's own time of each alert's bucket; of rows in one bucket the first, as detection takes it."""
    begin = min((one.when for one in counts), default=None)
    if begin is None:
        return
    stamps: dict[int, str] = {}
    for one in counts:
        stamps.setdefault(round((one.when - begin) / step), one.stamp)
    for spike in spikes:
        yield stamps[round((spike.window.end - begin) / step) - 1]


def _stored_runs(args: argparse.Namespace, rules: Rules) -> Iterator[tuple[str, list[Spike]]]:
    if not args.begin or not args.end:
        raise ConfigError("--policy 需要同时给出 --from 和 --to", key="--policy")
    try:
        begin, end = parse_time(args.begin), parse_time(args.end)
    except ValueError:
        raise ConfigError("不是时间，应写作 2026-03-02 或 2026-03-02T10:00", key="--from、--to") from None
    step = STEPS[args.step]
    with opened(args) as context:
        if step == STEPS["5m"]:
            spikes = replay(context, args.policy, rules, begin, end)
        else:
            every, negative = stored_counts(context, args.policy, begin, end, step)
            found = backtest(args.policy, every, step, rules, negative)
            spikes = [spike for spike in found if spike.window.end > begin]
    if args.alerts_out:
        stamps = [onset_of(spike).astimezone(LOCAL).isoformat() for spike in spikes]
        write_alerts(args.alerts_out / f"{args.policy}.csv", stamps)
    yield args.policy, spikes
