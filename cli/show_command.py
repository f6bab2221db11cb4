"""`minyi show`: one post with everything the record knows of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from alerts.explain import headline
from cli.opening import opened
from cli.output import print_json
from jobs.postview import PostView, post_view
from jobs.textlines import sentiment_values
from minyi.clock import local_iso, local_text
from minyi.models import Precision
from minyi.store.learning import BY_HAND

VIA = {"doc_number": "文号", "title": "标题", "alias": "别名", "words": "关键词", "link": "链接"}


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("id", help="编号（或其开头）、原编号或网址")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the post."""
    with opened(args) as context:
        view = post_view(context, args.id)
    if args.json:
        print_json(values(view))
    else:
        for line in lines(view):
            print("".join(c if c.isprintable() or c == "\n" else " " for c in line))
    return 0


def values(view: PostView) -> dict[str, Any]:
    """The JSON shape of one post in full."""
    post = view.stored.post
    return {
        "id": post.id,
        "native_id": post.native_id,
        "source": post.source,
        "platform": post.platform,
        "kind": post.content,
        "title": post.title,
        "parent_title": post.parent_title,
        "text": post.text,
        "url": post.url,
        "author": post.author,
        "published_at": None if post.precision is Precision.NONE else local_iso(post.published),
        "precision": post.precision.value,
        "metrics": dict(post.metrics),
        "official": post.official,
        "sample": post.sample,
        "keywords": list(post.keywords),
        "sentiment": sentiment_values(post.sentiment) if post.sentiment else None,
        "corrections": [
            {"by": one.who, "at": local_iso(one.at), "label": one.label.value, "note": one.note}
            for one in view.corrections
        ],
        "matches": [{"policy": one.policy, "via": one.via, "sure": one.sure} for one in post.matches],
        "claims": [
            {"policy": one.policy, "item": one.item, "stance": one.stance.value, "cue": one.cue}
            for one in post.claims
        ],
        "cluster": {
            "id": post.cluster,
            "others": view.copies,
            "newest": [one.post.id for one in view.siblings],
        },
        "alerts": [alert.id for alert in view.alerts],
        "history": {
            "first_seen": local_iso(post.first_seen),
            "last_changed": local_iso(view.stored.indexed),
            "revision": view.stored.revision,
            "earlier": [
                {
                    "since": local_iso(one.since),
                    "until": local_iso(one.until),
                    "title": one.title,
                    "text": one.text,
                }
                for one in view.earlier
            ],
        },
    }


def lines(view: PostView) -> Iterator[str]:
    """The page for people."""
    post, names = view.stored.post, view.names
    marks = [word for word, holds in (("官方", post.official), ("示例数据", post.sample)) if holds]
    yield f"编号 {post.id}" + (f"（原编号 {post.native_id}）" if post.native_id else "")
    when = "时间不详" if post.precision is Precision.NONE else local_text(post.published)
    yield "  ".join([when, names.source(post.source), post.content, *marks])
    if post.author:
        yield f"作者（匿名编号）{post.author}"
    if post.parent_title:
        yield f"所在页面：{post.parent_title}"
    yield ""
    if post.title:
        yield post.title
    yield post.text
    yield ""
    if post.url:
        yield post.url
    if post.metrics:
        yield "互动：" + "，".join(f"{name} {count}" for name, count in sorted(post.metrics.items()))
    yield from _judged(view)
    yield from _hangs_on(view)


def _judged(view: PostView) -> Iterator[str]:
    post, names = view.stored.post, view.names
    feeling = post.sentiment
    if feeling is None:
        yield "倾向：未分析"
    else:
        snow = "无" if feeling.snownlp is None else f"{feeling.snownlp:.4f}"
        scores = f"{feeling.polarity:+.3f}（SnowNLP {snow}，模型 {feeling.model_version}）"
        yield f"倾向：{feeling.label.chinese} {scores}"
        for made in view.corrections:
            why = f"，{made.note}" if made.note else ""
            yield f"  · {BY_HAND}：{made.who}，{local_text(made.at)}，{made.label.chinese}{why}"
        for one in feeling.evidence:
            if one.reason != BY_HAND:
                yield f"  · {one.word}（第 {one.start + 1} 字）{one.weight:+.2f} {one.reason}"
    for match in post.matches:
        sure = "" if match.sure else "，存疑，不计入"
        yield f"政策：{names.policy(match.policy)}（{VIA.get(match.via, match.via)}{sure}）"
    for claim in post.claims:
        told = view.claims.get((claim.policy, claim.item), claim.item)
        yield f"误读：{claim.stance.chinese}“{told}”，依据“{claim.cue}”"
    if post.keywords:
        yield "关键词：" + "、".join(post.keywords)


def _hangs_on(view: PostView) -> Iterator[str]:
    if view.copies:
        yield f"转载群：另有 {view.copies} 帖"
        for one in view.siblings:
            yield f"  · {local_text(one.post.published)} {view.names.source(one.post.source)} {one.post.id}"
    for alert in view.alerts:
        yield f"预警 {alert.id[:8]}：{headline(alert.spike, view.names)}（{alert.state.chinese}）"
    stored = view.stored
    yield (
        f"首次见到 {local_text(stored.post.first_seen)}，最后变动 {local_text(stored.indexed)}"
        f"（版本 {stored.revision}）"
    )
    for edit in view.edits:
        yield f"已修改：{local_text(edit.at)} 发现，原文“{edit.before}”，改为“{edit.after}”"
