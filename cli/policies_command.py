"""`minyi policies`: what the office watches."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from alerts.deadlines import due_text, interpretation, standing
from cli.arguments import time_option
from cli.case_text import clock_values
from cli.opening import opened
from cli.output import print_json, print_table, short_time
from cli.register_command import register_options
from cli.who import who
from jobs.cases import clock_rules, interpret
from jobs.policies import import_policies
from minyi.clock import local_iso
from minyi.models import Policy
from minyi.policyfile import load_policies


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    imports = actions.add_parser("import", parents=parents, help="导入政策（TOML 或 JSON）")
    imports.add_argument("file", type=Path)
    imports.set_defaults(run=run_import)
    listing = actions.add_parser("list", parents=parents, help="列出政策")
    listing.set_defaults(run=run_list)
    register_options(actions, parents)
    explained = actions.add_parser("interpret", parents=parents, help="登记解读：何处、何时发布，或为何不作")
    explained.add_argument("id", help="政策编号")
    explained.add_argument("--url", default="", help="解读的网址")
    explained.add_argument("--at", type=time_option, metavar="时间", help="解读的发布时间")
    explained.add_argument("--none", default="", metavar="理由", help="不作解读的理由")
    explained.add_argument("--by", default=who(), metavar="姓名", help="何人（默认登录名）")
    explained.set_defaults(run=run_interpret)


def run_import(args: argparse.Namespace) -> int:
    """Register the file's policies and match stored posts anew."""
    policies = load_policies(args.file)
    with opened(args) as context:
        done = import_policies(context, policies, context.clock())
    saved = done.saved
    if args.json:
        counts = {"new": saved.new, "updated": saved.updated, "unchanged": saved.unchanged}
        more = {"collisions": list(done.collisions), "skipped": list(done.skipped)}
        print_json({**counts, "rematched": done.rematched, **more})
        return 0
    print(f"政策：新增 {saved.new}，更新 {saved.updated}，未变 {saved.unchanged}")
    print(f"重新匹配帖文：{done.rematched} 条有变化")
    for words in (*done.skipped, *done.collisions):
        print(f"注意：{words}")
    if done.collisions:
        print("如果其中有两项其实是同一份：minyi policies merge 多余的编号 保留的编号")
    return 0


def run_list(args: argparse.Namespace) -> int:
    """List the policies, newest release first."""
    with opened(args) as context:
        policies = context.store.policies()
        now = context.clock()
    if args.json:
        for policy in policies:
            print_json(policy_values(policy))
        return 0
    rows = [
        (p.id, p.title, p.doc_number, p.status.chinese, short_time(p.released_at, now), p.department)
        for p in policies
    ]
    header = ("编号", "标题", "文号", "状态", "发布时间", "牵头部门")
    print_table(header, rows, empty="还没有政策；用 minyi policies import 导入")
    return 0


def run_interpret(args: argparse.Namespace) -> int:
    """Enter where and when a policy was explained."""
    with opened(args) as context:
        policy = interpret(context, args.id, url=args.url, at=args.at, none=args.none, who=args.by)
        run = interpretation(policy, clock_rules(context.config).calendar)
        now = context.clock()
    if args.json:
        print_json(policy_values(policy) | {"clock": clock_values(run, now) if run else None})
    elif run is None:
        print(f"《{policy.title}》：不作解读")
    else:
        print(f"《{policy.title}》：解读应于 {due_text(run)} 前发布，{standing(run, now)}")
    return 0


def policy_values(policy: Policy) -> dict[str, Any]:
    """The JSON shape of a policy: the import form, absent values left null."""
    return {
        "id": policy.id,
        "title": policy.title,
        "doc_number": policy.doc_number,
        "kind": policy.kind.value,
        "status": policy.status.value,
        "released_at": local_iso(policy.released_at),
        "consult_from": local_iso(policy.consult_from),
        "consult_to": local_iso(policy.consult_to),
        "department": policy.department,
        "interpretation_url": policy.interpretation_url,
        "interpretation_at": local_iso(policy.interpretation_at),
        "no_interpretation_reason": policy.no_interpretation_reason,
        "aliases": list(policy.aliases),
        "words": {
            "must": list(policy.words.must),
            "any": list(policy.words.any),
            "none": list(policy.words.none),
        },
        "clauses": list(policy.clauses),
        "watch": [
            {"id": item.id, "claim": item.claim, "statement": item.statement, "wording": list(item.wording)}
            | {"any": list(item.any), "all": list(item.all), "none": list(item.none)}
            | {"clause": item.clause, "department": item.department, "source_url": item.source_url}
            for item in policy.watch
        ],
        "url": policy.url,
    }
