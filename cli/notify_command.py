"""`minyi notify`: would a mail arrive, and may the mails held since a restore or a copying go."""

from __future__ import annotations

import argparse

from cli.opening import opened
from cli.output import print_json
from cli.who import who
from jobs.notify import send_test
from minyi.store.care import Act


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    test = actions.add_parser("test", parents=parents, help="给每位收件人发一封测试邮件")
    test.add_argument("--to", metavar="邮箱", help="只发给这一个地址")
    test.set_defaults(run=run_test)
    release = actions.add_parser("release", parents=parents, help="放行恢复备份或复制数据目录后暂缓的邮件")
    release.add_argument("--drop", action="store_true", help="不再发送这些邮件")
    release.set_defaults(run=run_release)


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


def run_release(args: argparse.Namespace) -> int:
    """Let the mails go that were held since a restore or a copying, or give them up."""
    with opened(args) as context:
        copied = context.store.care.copied()
        act = Act(who(), "release", "dropped" if args.drop else "released")
        count = context.store.care.release(act, context.clock(), drop=args.drop)
    if args.json:
        print_json(
            {"confirmed": copied, "released": 0 if args.drop else count, "dropped": count if args.drop else 0}
        )
        return 0
    if copied:
        print("已确认：今后由这里发信")
    if not count:
        print("没有暂缓的邮件")
    else:
        print(f"{count} 封邮件" + ("不再发送" if args.drop else "已放行，由 minyi run 发出"))
    return 0
