"""`minyi alerts ack|classify|assign|respond|...`: the steps of a case, the due table, mutes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from alerts import cases
from alerts.cases import Step
from alerts.deadlines import clock_words, due_text, standing
from cli.arguments import level_option, time_option
from cli.case_text import case_lines, case_values
from cli.clock_command import due_options, quality_options, run_due, run_quality
from cli.opening import opened
from cli.output import print_json
from cli.who import who
from jobs.cases import clock_rules, mute, open_case, respond, take, unmute
from jobs.context import Context
from jobs.effect import effect
from minyi.clock import local_iso, local_text
from minyi.models import Alert, Concern, Level, RuleName

CONCERNS = "、".join(f"{one.value} {one.chinese}" for one in Concern)


def case_options(actions: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the case's actions beside `list`, `show` and `explain`."""
    for name, words, run, add in (
        ("open", "手工立案：上级要求、来电等", run_open, _open_options),
        ("ack", "受理", run_ack, _ack_options),
        ("classify", "定级、定关切类别", run_classify, _classify_options),
        ("assign", "转办给部门", run_assign, _assign_options),
        ("respond", "登记已发布的回应，停止时限", run_respond, _respond_options),
        ("close", "办结", run_close, _close_options),
        ("reopen", "重开，时限重新计算", run_reopen, _step_options),
        ("false-alarm", "记为误报并办结", run_false_alarm, _step_options),
        ("mute", "一段时间内不通知（时限照走）", run_mute, _mute_options),
        ("unmute", "解除静音", run_unmute, _unmute_options),
        ("due", "时限一览", run_due, due_options),
        ("quality", "逐月：预警几起、误报几起、按时率", run_quality, quality_options),
    ):
        parser: argparse.ArgumentParser = actions.add_parser(name, parents=parents, help=words)
        parser.set_defaults(run=run)
        add(parser)


def _open_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", required=True, help="政策编号")
    parser.add_argument("--title", required=True, help="事由，一句话")
    parser.add_argument("--level", type=level_option, default=Level.III, help="I、II、III、IV（默认 III）")
    parser.add_argument("--concern", type=Concern, choices=tuple(Concern), metavar="类别", help=CONCERNS)
    parser.add_argument("--happened-at", type=time_option, metavar="时间", help="事情何时发生")
    parser.add_argument("--told-at", type=time_option, metavar="时间", help="本单位何时接报")
    _sign(parser)


def _step_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="预警编号，开头几位即可")
    _sign(parser)


def _ack_options(parser: argparse.ArgumentParser) -> None:
    _step_options(parser)
    parser.add_argument("--start-clock", action="store_true", help="IV 级也启动 48 小时回应时限")


def _classify_options(parser: argparse.ArgumentParser) -> None:
    _step_options(parser)
    parser.add_argument("--level", type=level_option, help="I、II、III、IV")
    parser.add_argument("--concern", type=Concern, choices=tuple(Concern), metavar="类别", help=CONCERNS)


def _assign_options(parser: argparse.ArgumentParser) -> None:
    _step_options(parser)
    parser.add_argument("--to", required=True, metavar="部门")


def _respond_options(parser: argparse.ArgumentParser) -> None:
    _step_options(parser)
    parser.add_argument("--url", required=True, help="回应的网址")
    parser.add_argument("--at", type=time_option, required=True, metavar="时间", help="何时发布")
    parser.add_argument("--title", default="", help="回应的标题")


def _close_options(parser: argparse.ArgumentParser) -> None:
    _step_options(parser)
    parser.add_argument("--no-response", default="", metavar="理由", help="不予回应的理由")


def _unmute_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", required=True, help="政策编号")
    parser.add_argument("--rule", type=RuleName, choices=tuple(RuleName), metavar="规则", help="默认所有规则")
    parser.add_argument("--by", default=who(), metavar="姓名", help="何人（默认登录名）")


def _mute_options(parser: argparse.ArgumentParser) -> None:
    _unmute_options(parser)
    parser.add_argument("--until", type=time_option, required=True, metavar="时间")
    parser.add_argument("--why", required=True, metavar="理由")


def _sign(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", default=who(), metavar="姓名", help="何人（默认登录名）")
    parser.add_argument("--why", default="", metavar="理由", help="记入台账的理由")


# --- steps ------------------------------------------------------------------------------------------


def run_open(args: argparse.Namespace) -> int:
    """Open a case by hand."""
    with opened(args) as context:
        alert = open_case(
            context,
            args.policy,
            args.title,
            level=args.level,
            concern=args.concern,
            happened_at=args.happened_at,
            told_at=args.told_at,
            who=args.by,
            why=args.why,
        )
        return _told(args, alert, context.clock())


def run_respond(args: argparse.Namespace) -> int:
    """Enter a published answer."""
    with opened(args) as context:
        alert = respond(context, args.id, args.url, args.title, args.at, who=args.by, why=args.why)
        return _told(args, alert, context.clock())


def run_ack(args: argparse.Namespace) -> int:
    """Take it on."""
    return _step(
        args,
        lambda alert, context: cases.acknowledge(
            alert, clocks=clock_rules(context.config), now=context.clock(), start_clock=args.start_clock
        ),
    )


def run_classify(args: argparse.Namespace) -> int:
    """Set level and class."""
    return _step(
        args,
        lambda alert, context: cases.classify(
            alert,
            level=args.level,
            concern=args.concern,
            clocks=clock_rules(context.config),
            now=context.clock(),
        ),
    )


def run_assign(args: argparse.Namespace) -> int:
    """Hand it to a department."""
    return _step(args, lambda alert, context: cases.assign(alert, args.to, now=context.clock()))


def run_close(args: argparse.Namespace) -> int:
    """Close it."""
    return _step(
        args, lambda alert, context: cases.close(alert, now=context.clock(), no_answer=args.no_response)
    )


def run_reopen(args: argparse.Namespace) -> int:
    """Open it again."""
    return _step(
        args,
        lambda alert, context: cases.reopen(alert, clocks=clock_rules(context.config), now=context.clock()),
    )


def run_false_alarm(args: argparse.Namespace) -> int:
    """Close it as a false alarm."""
    return _step(args, lambda alert, context: cases.false_alarm(alert, now=context.clock()))


def _step(args: argparse.Namespace, step: Callable[[Alert, Context], Step]) -> int:
    with opened(args) as context:
        alert = take(context, args.id, lambda one: step(one, context), who=args.by, why=args.why)
        return _told(args, alert, context.clock())


def _told(args: argparse.Namespace, alert: Alert, now: datetime) -> int:
    if args.json:
        shown = {"id": alert.id, "state": alert.state.value, "level": alert.level.name}
        print_json(shown | {"due_at": local_iso(alert.due_at), "case": case_values(alert, now)})
        return 0
    print(f"{alert.id[:8]}　{alert.state.chinese}　{alert.level.short}")
    for run in alert.case.clocks:
        if run.episode == alert.case.episode:
            print(f"时限：{clock_words(run)}，{due_text(run)} 前，{standing(run, now)}")
    return 0


# --- tables -----------------------------------------------------------------------------------------


def run_mute(args: argparse.Namespace) -> int:
    """Tell nobody for a while."""
    with opened(args) as context:
        one = mute(context, args.policy, args.rule, args.until, who=args.by, why=args.why)
    if args.json:
        print_json({"policy": one.policy, "rule": one.rule or None, "until": local_iso(one.until)})
    else:
        print(f"静音至 {local_text(one.until)}；回应时限照常计算")
    return 0


def run_unmute(args: argparse.Namespace) -> int:
    """Tell again."""
    with opened(args) as context:
        ended = unmute(context, args.policy, args.rule, who=args.by)
    print_json({"ended": ended}) if args.json else print(
        f"解除静音 {ended} 项" if ended else "没有可解除的静音"
    )
    return 0


def show_case(context: Context, alert: Alert) -> list[str]:
    """The case's lines below an alert's text."""
    now = context.clock()
    steps = [
        line
        for line in context.store.casework.ledger(alert.detected_at, now + timedelta(seconds=1))
        if line.subject == alert.id
    ]
    answers = context.store.casework.responses(alert.id)
    return case_lines(alert, steps, [effect(context, one, now) for one in answers], now)
