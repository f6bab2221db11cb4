"""Shows counts of hits: by policy, source or label, over time, and how their polarity is spread."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TextIO

from cli.output import print_json, print_table, width
from jobs.reading import with_notes
from jobs.search import bounded
from minyi.clock import LOCAL, local_iso, local_text
from minyi.models import Bucket, Label, PolicyId, SourceId
from minyi.store.base import Facet, FacetRow, Reader, Split, Step
from minyi.store.query import NameBook, Query
from reports.bars import INKS, Bar, chart
from reports.width import plain

ROWS = 20
_OTHERS = "\0others"
_WEEKDAYS = "一二三四五六日"


def facet(args: argparse.Namespace, reader: Reader, names: NameBook, query: Query) -> None:
    """Print the values of a property, their counts, shares and mean polarity."""
    split = Split(args.facet)
    asked = args.limit or ROWS
    found = reader.facet(query, split, asked + 1)
    query = with_notes(query, reader)
    rows = found.rows[:asked]
    if args.json:
        for row in rows:
            values = {"name": name_of(row.value, split, names), "share": _share(row, found)}
            print_json({"value": row.value, **values, "count": row.count, "polarity": row.polarity})
        ending = {"counted": found.counted, "capped": found.capped, "more": len(found.rows) > asked}
        print_json({**ending, "notes": list(query.notes)})
        return
    head = {Split.POLICY: "政策", Split.SOURCE: "信源", Split.LABEL: "倾向"}[split]
    print_table(
        (head, "编号", "条数", "占比", "平均情感"), [_cells(row, found, split, names) for row in rows]
    )
    print(f"按最新 {found.counted:,} 条计算" if found.capped else f"共 {found.counted:,} 条")
    if len(found.rows) > asked:
        print(f"只列最多的 {asked} 项；加上 --limit 可列更多")
    if split is Split.POLICY:
        print("注：一条帖文可属多项政策；没有明确匹配政策的不在表中")
    _print_notes(query)


def _cells(row: FacetRow, found: Facet, split: Split, names: NameBook) -> tuple[object, ...]:
    name = name_of(row.value, split, names)
    return name, row.value, row.count, f"{_share(row, found):.1%}", f"{row.polarity:.2f}"


def _share(row: FacetRow, found: Facet) -> float:
    """Share of the posts counted; there are some when there is a row."""
    return row.count / found.counted


def name_of(value: str, split: Split, names: NameBook) -> str:
    """What people call a value: a policy's title, a source's name, a label's word."""
    if split is Split.LABEL:
        return Label(value).chinese if value in tuple(Label) else "未分析"
    if split is Split.SOURCE:
        return names.sources.get(SourceId(value), value)
    titles = {policy.id: policy.title for policy in names.policies}
    return titles.get(PolicyId(value), value)


def stats(args: argparse.Namespace, reader: Reader, query: Query) -> None:
    """Print mean and percentiles of polarity."""
    found = reader.stats(query)
    query = with_notes(query, reader)
    values = {"n": found.n, "mean": found.mean, "p5": found.p5, "p50": found.p50, "p95": found.p95}
    if args.json:
        print_json({**values, "counted": found.counted, "capped": found.capped, "notes": list(query.notes)})
        return
    print(f"情感分（-1 最负面，1 最正面）：{found.counted:,} 条中有分的 {found.n:,} 条")
    if found.capped:
        print(f"按最新 {found.counted:,} 条计算")
    if found.mean is None:
        print("无数据")
    else:
        print(f"平均 {found.mean:.3f}，中位数 {found.p50:.3f}")
        print(f"最负面的 5% 不高于 {found.p5:.3f}，最正面的 5% 不低于 {found.p95:.3f}")
    _print_notes(query)


def timeline(args: argparse.Namespace, reader: Reader, now: datetime, names: NameBook, query: Query) -> None:
    """Print counts over time."""
    step, split = Step(args.timeline), Split(args.split) if args.split else None
    query = bounded(query, step, now)
    buckets = reader.timeline(query, step, split)
    query = with_notes(query, reader)
    if args.json:
        for bucket in buckets:
            print_json(_bucket_values(bucket, split, names))
        _print_notes(query, file=sys.stderr)
        return
    start, end = query.published
    if start and end:
        print(f"{local_text(start)} 至 {local_text(end)}（不含），北京时间")
    parts = _parts(buckets, split, names)
    for line in chart(_bars(buckets, parts, step), parts, width(), "无数据"):
        print(line)
    for line in _ending(buckets, step, split):
        print(line)
    _print_notes(query)


def _bucket_values(bucket: Bucket, split: Split | None, names: NameBook) -> dict[str, object]:
    values: dict[str, object] = {
        "start": local_iso(bucket.start),
        "end": local_iso(bucket.end),
        "count": bucket.count,
        "blind": bucket.blind,
    }
    if split is not None:
        values |= {"key": bucket.key, "name": name_of(bucket.key, split, names)}
    return values


def _parts(buckets: Sequence[Bucket], split: Split | None, names: NameBook) -> Mapping[str, str]:
    """What the chart tells apart: all labels, the largest policies or sources, the rest as one."""
    if split is None:
        return {"": ""}
    totals: dict[str, int] = defaultdict(int)
    for bucket in buckets:
        totals[bucket.key] += bucket.count
    ordered = list(totals) if split is Split.LABEL else sorted(totals, key=lambda key: (-totals[key], key))
    kept = ordered if len(ordered) <= len(INKS) else ordered[: len(INKS) - 1]
    parts = {key: plain(name_of(key, split, names)) for key in kept}
    return parts if len(kept) == len(ordered) else {**parts, _OTHERS: f"其他 {len(ordered) - len(kept)} 个"}


def _bars(buckets: Sequence[Bucket], parts: Mapping[str, str], step: Step) -> list[Bar]:
    """One bar a step. A blind part without posts is unknown; with posts its count is the least there were."""
    by_start: dict[str, dict[str, list[Bucket]]] = {}
    years = {bucket.start.astimezone(LOCAL).year for bucket in buckets}
    for bucket in buckets:
        part = bucket.key if bucket.key in parts else _OTHERS
        row = by_start.setdefault(_label(bucket, step, with_year=len(years) > 1), {})
        row.setdefault(part, []).append(bucket)
    return [
        Bar(
            label,
            {part: _count(cell) for part, cell in row.items()},
            frozenset(part for part, cell in row.items() if any(one.blind for one in cell)),
        )
        for label, row in by_start.items()
    ]


def _count(cell: Sequence[Bucket]) -> int | None:
    count = sum(bucket.count for bucket in cell)
    return None if not count and any(bucket.blind for bucket in cell) else count


def _label(bucket: Bucket, step: Step, *, with_year: bool) -> str:
    start = bucket.start.astimezone(LOCAL)
    day = start.strftime("%Y-%m-%d" if with_year else "%m-%d")
    return f"{day} 周{_WEEKDAYS[start.weekday()]}" if step is Step.DAY else f"{day} {start:%H:%M}"


def _ending(buckets: Sequence[Bucket], step: Step, split: Split | None) -> list[str]:
    blind = len({bucket.start for bucket in buckets if bucket.blind})
    total = sum(bucket.count for bucket in buckets)
    lines = [f"合计 {total:,} 条" + ("（一条帖文可属多项政策）" if split is Split.POLICY else "")]
    if blind:
        lines.append(f"{blind} 个时段有信源读不到：无数据不等于零，≥ 表示至少有这么多")
    lines.append("时间不详的帖文不在其中" + ("；只知日期的也不在" if step is Step.HOUR else ""))
    return lines


def _print_notes(query: Query, file: TextIO | None = None) -> None:
    for note in query.notes:
        print(f"注：{note}", file=file)
