"""`minyi backup`, `restore`, `verify`, `audit`: copies of the record, whether it is sound, who did what."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.opening import opened
from cli.output import print_json, print_table
from cli.who import tell, who
from jobs.backup import back_up
from jobs.restore import Restored, Wishes, restore
from minyi import clock
from minyi.clock import local_iso, local_text

KEY_WORDS = "作者密钥 {key} 不在备份中，请另行妥善保存；没有它，同一作者的匿名编号会改变"


def backup_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("file", type=Path, help="备份文件；若是目录，则按时间取名")
    parser.set_defaults(run=run_backup)


def restore_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("file", type=Path, help="备份文件，旁边应有同名的 .sha256")
    parser.add_argument("--force", action="store_true", help="不保留现有的记录库（默认改名保留）")
    parser.add_argument("--unchecked", action="store_true", help="没有 .sha256 也恢复")
    parser.set_defaults(run=run_restore)


def verify_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("--quick", action="store_true", help="不逐帖核对内容和用词")
    parser.set_defaults(run=run_verify)


def audit_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("--limit", type=int, default=50, help="最多几行（默认 50）")
    parser.set_defaults(run=run_audit)


def run_backup(args: argparse.Namespace) -> int:
    """Copy the record, live."""
    with opened(args) as context:
        copied = back_up(context, args.file, who=who(), now=context.clock(), progress=tell)
        key = context.config.path.parent / "author.key"
    if args.json:
        print_json(
            {"file": str(copied.path), "bytes": copied.size, "posts": copied.posts, "author_key": False}
        )
        return 0
    print(f"已备份到 {copied.path}（{copied.size / 2**20:.1f} MiB，{copied.posts:,} 帖）")
    print(f"校验和在 {copied.path}.sha256，请与备份放在一起")
    print(KEY_WORDS.format(key=key))
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Put a copy in the record's place; the service must be stopped."""
    wishes = Wishes(unchecked=args.unchecked, replace=args.force)
    done = restore(args.data, args.file, wishes, who=who(), now=clock.now(), progress=tell)
    key = args.config.parent / "author.key"
    if args.json:
        _print_restored(done)
        return 0
    print(f"已恢复 {args.file}：{done.prepared.posts:,} 帖，{done.prepared.alerts} 起预警")
    if done.aside:
        print(f"原来的记录库保留为 {done.aside}；确认无误后可删除")
    if done.had_record and not done.remembered:
        print("原来的记录库无法读取：备份之后发出的邮件无从得知，恢复之前的预警邮件一律暂缓")
    if done.prepared.buried:
        print(f"备份之后已删除或到期的 {done.prepared.buried} 帖已再次删除")
    print(f"{done.prepared.held} 封未发邮件暂缓；核对后运行 minyi notify release 放行，或加 --drop 不发")
    if not key.exists():
        print(KEY_WORDS.format(key=key))
    return 0


def _print_restored(done: Restored) -> None:
    print_json(
        {
            "posts": done.prepared.posts,
            "alerts": done.prepared.alerts,
            "buried": done.prepared.buried,
            "held": done.prepared.held,
            "aside": str(done.aside) if done.aside else None,
            "remembered": done.remembered,
        }
    )


def run_verify(args: argparse.Namespace) -> int:
    """Check every invariant; exit 1 when one is broken."""
    with opened(args) as context:
        found = context.store.care.check(words=not args.quick, progress=tell)
        posts = context.store.post_count() if not any(one.broken for one in found) else None
    broken = [one for one in found if one.broken]
    if args.json:
        for one in found:
            print_json({"name": one.name, "broken": one.broken, "examples": list(one.examples)})
        return 1 if broken else 0
    rows = [
        (one.name, one.sentence, f"{one.broken} 处不符：{'、'.join(one.examples)}" if one.broken else "是")
        for one in found
    ]
    print_table(("名称", "应当", "结果"), rows)
    if broken:
        print(f"记录库 {args.data / 'minyi.db'} 有 {len(broken)} 项不符。")
        print("请停止值守，用备份恢复：minyi restore 备份文件")
        return 1
    print(f"记录库完好：{posts:,} 帖" + ("（未逐帖核对内容）" if args.quick else ""))
    return 0


def run_audit(args: argparse.Namespace) -> int:
    """List who did what to the record, newest first."""
    with opened(args) as context:
        lines = context.store.care.trail(max(1, args.limit))
    if args.json:
        for line in lines:
            values = {"seq": line.seq, "at": local_iso(line.at), "who": line.who, "action": line.action}
            print_json(
                {**values, "subject": line.subject, "detail": dict(line.detail), "digest": line.digest}
            )
        return 0
    rows = [
        (
            line.seq,
            local_text(line.at),
            line.who,
            line.action,
            line.subject,
            "，".join(f"{key} {value}" for key, value in line.detail.items()),
        )
        for line in lines
    ]
    print_table(("序号", "时间", "何人", "操作", "对象", "详情"), rows, empty="还没有审计记录")
    return 0
