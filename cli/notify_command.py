"""`minyi notify`: would a mail arrive."""

from __future__ import annotations

import argparse

from cli.opening import opened
from cli.output import print_json
from jobs.notify import send_test


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    test = actions.add_parser("test", parents=parents, help="给每位收件人发一封测试邮件")
    test.add_argument("--to", metavar="邮箱", help="只发给这一个地址")
    test.set_defaults(run=run_test)


def run_test(args: argparse.Namespace) -> int:
    """Send a test mail now and say what the server answered."""
    with opened(args) as context:
        results = send_test(context, args.to, context.clock())
    for address, fault in results:
        if args.json:
            print_json({"recipient": address, "sent": fault is None, "error": fault})
        else:
            print(f"{address}：{'已被邮件服务器接受' if fault is None else '未送达：' + fault}")
    return 0 if all(fault is None for _, fault in results) else 1
