"""`minyi alerts`: the office's cases."""

from __future__ import annotations

import argparse

from alerts.explain import Names
from alerts.notify.content import text
from cli import explain_command
from cli.alert_values import alert_values
from cli.case_command import case_options, show_case
from cli.case_text import case_values
from cli.opening import opened
from cli.output import print_json, print_table, short_time
from jobs.finding import find_alert
from jobs.letters import alert_view, names_of
from minyi.models import Alert


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    listing = actions.add_parser("list", parents=parents, help="列出预警，新的在前")
    listing.add_argument("--limit", type=int, default=100, help="最多几起（默认 100）")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", parents=parents, help="一起预警的全文与算式")
    show.add_argument("id", help="预警编号")
    show.set_defaults(run=run_show)
    explaining = actions.add_parser("explain", parents=parents, help="每个数字由库中帖文复算，与当时对照")
    explain_command.options(explaining)
    case_options(actions, parents)


def run_list(args: argparse.Namespace) -> int:
    """List the alerts."""
    with opened(args) as context:
        alerts = context.store.alerts(max(1, args.limit))
        names = names_of(context)
        now = context.clock()
    if args.json:
        for alert in alerts:
            print_json(alert_values(alert, names))
        return 0
    rows = [
        (
            alert.id[:8],
            alert.level.short,
            alert.rule.chinese,
            _about(alert, names),
            alert.state.chinese,
            short_time(alert.detected_at, now),
            short_time(alert.due_at, now),
        )
        for alert in alerts
    ]
    print_table(("编号", "等级", "规则", "对象", "状态", "发现", "回应期限"), rows, empty="没有预警")
    return 0


def _about(alert: Alert, names: Names) -> str:
    """Its source, or its policy with what of it: the wrong claim, or the title of a case opened by hand."""
    spike = alert.spike
    if spike.source:
        return names.source(spike.source)
    what = spike.arithmetic.get("claim") or spike.arithmetic.get("title")
    return names.policy(alert.policy) + (f"“{what}”" if what else "")


def run_show(args: argparse.Namespace) -> int:
    """Show one alert as its mail does; the id's beginning is enough when it is unique."""
    with opened(args) as context:
        alert = find_alert(context, args.id)
        view = alert_view(context, alert, alert.state.chinese, context.clock())
        if args.json:
            shown = alert_values(alert, view.names) | {"arithmetic": dict(alert.spike.arithmetic)}
            print_json(shown | {"case": case_values(alert, context.clock())})
        else:
            print(text(view))
            print("\n".join(show_case(context, alert)))
    return 0
