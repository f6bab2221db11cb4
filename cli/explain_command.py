"""`minyi alerts explain ID`: every number of an alert computed anew from the record."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime

from alerts.explain import explain
from cli.opening import opened
from cli.output import print_json, print_table
from jobs.finding import find_alert
from jobs.letters import names_of
from jobs.recheck import Recomputed, Value, recheck
from minyi.clock import local_text


def options(parser: argparse.ArgumentParser) -> None:
    """Set up the action."""
    parser.add_argument("id", help="预警编号，开头几位即可")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each number as told and as the record gives it now; exit 1 when they differ."""
    with opened(args) as context:
        alert = find_alert(context, args.id)
        rows = recheck(context, alert)
        text = explain(alert.spike, names_of(context))
    same = all(row.same for row in rows)
    if args.json:
        numbers = [asdict(row) | {"same": row.same} for row in rows]
        print_json({"id": alert.id, "text": text, "same": same, "numbers": numbers})
        return 0 if same else 1
    print(text + "\n")
    if not rows:
        print("手工立案，没有可复算的数。")
        return 0
    print_table(("数", "当时", "现在复算", ""), [_row(row) for row in rows])
    print(
        "\n全部一致：每个数都由库中帖文复算得出。"
        if same
        else "\n有不一致：其后有帖文补到、修改或删除，或规则、信源有变动。"
    )
    return 0 if same else 1


def _row(row: Recomputed) -> tuple[str, str, str, str]:
    return row.name, _shown(row.told), _shown(row.now), "" if row.same else "≠"


def _shown(value: Value) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.6g}"
    return _local(value) if isinstance(value, str) else str(value)


def _local(word: str) -> str:
    """An instant as people read it; any other word as it is."""
    with suppress(ValueError):
        when = datetime.fromisoformat(word)
        if when.tzinfo is not None:
            return local_text(when)
    return word
