"""`minyi label`, `minyi model`, `minyi rescore`: what people correct, and what is learnt from it."""

from __future__ import annotations

import argparse
from typing import Any

from analysis.learner_gate import LEAST, Figures, Verdict
from cli.opening import opened
from cli.output import print_json, print_table, short_time
from cli.who import tell, who
from jobs.context import Context
from jobs.labelling import Labelled, label
from jobs.learning import Tried, activate_model, evaluate_model, kept_models, rollback, train_model
from jobs.rescoring import Rescored, rescore
from minyi.clock import local_iso, parse_time
from minyi.errors import ConfigError
from minyi.models import Label

EXIT_REFUSED = 1

_LATER = "新帖即按此判断；已入库的帖文请运行 minyi rescore 重评，在那之前曲线会混有两种判断"


def label_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("id", help="编号（或其开头）、原编号或网址")
    parser.add_argument("label", choices=[one.value for one in Label], help="应判为负面、中性还是正面")
    parser.add_argument("--by", required=True, metavar="姓名", help="谁更正的")
    parser.add_argument("--note", default="", metavar="理由", help="为什么（可不写）")
    parser.set_defaults(run=run_label)


def model_options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command and its actions."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    training = actions.add_parser("train", parents=parents, help="用本单位的更正训练一个模型（不启用）")
    training.set_defaults(run=run_train)
    for name, run, words in (
        ("evaluate", run_evaluate, "用留作检验的更正检验一个模型"),
        ("activate", run_activate, "启用一个模型（须通过准入检验）"),
    ):
        action = actions.add_parser(name, parents=parents, help=words)
        action.add_argument("model", nargs="?", help="模型编号（默认最新的）")
        action.set_defaults(run=run)
    actions.add_parser("rollback", parents=parents, help="退回上一个模型").set_defaults(run=run_rollback)
    actions.add_parser("list", parents=parents, help="列出模型").set_defaults(run=run_list)


def rescore_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("--since", metavar="时间", help="只重评从何时起发布的（默认全部）")
    parser.set_defaults(run=run_rescore)


# --- label ------------------------------------------------------------------------------------------


def run_label(args: argparse.Namespace) -> int:
    """Correct the label of a post and its copies."""
    with opened(args) as context:
        done = label(context, args.id, Label(args.label), who=args.by, note=args.note, now=context.clock())
    if args.json:
        print_json(
            {
                "id": done.post.id,
                "cluster": done.post.cluster,
                "label": args.label,
                "was": done.was.value if done.was else None,
                "posts": done.posts,
                "changed": done.changed,
                "audit": done.line.seq,
                "corrections": done.corrections,
            }
        )
        return 0
    print(_label_words(done, Label(args.label)))
    print(f"审计第 {done.line.seq} 行。今后的转载也照此判断，模型不会改回")
    missing = LEAST - done.corrections
    print(
        f"已有 {done.corrections} 组更正，再有 {missing} 组即可训练"
        if missing > 0
        else f"已有 {done.corrections} 组更正，可以运行 minyi model train"
    )
    return 0


def _label_words(done: Labelled, wanted: Label) -> str:
    was = done.was.chinese if done.was else "未分析"
    same = "（本来就是）" if done.was is wanted else f"（原判{was}）"
    copies = f"，连同转载共 {done.posts} 帖" if done.posts > 1 else ""
    return f"已更正为{wanted.chinese}{same}{copies}：{done.post.id}"


# --- model ------------------------------------------------------------------------------------------


def run_train(args: argparse.Namespace) -> int:
    """Train from the corrections; exit 1 when the gate would refuse the model."""
    with opened(args) as context:
        tried = train_model(context, who=who(), now=context.clock(), progress=tell)
    return _show(args, tried, "检验通过，可以启用：minyi model activate")


def run_evaluate(args: argparse.Namespace) -> int:
    """Hold a model against the frozen corrections; exit 1 when the gate would refuse it."""
    with opened(args) as context:
        tried = evaluate_model(context, args.model)
    return _show(args, tried, "检验通过")


def run_activate(args: argparse.Namespace) -> int:
    """Let a model judge, if the gate lets it; exit 1 when it is refused."""
    with opened(args) as context:
        tried = activate_model(context, args.model, who=who(), now=context.clock())
    return _show(args, tried, f"已启用模型 {tried.model}。{_LATER}")


def run_rollback(args: argparse.Namespace) -> int:
    """Go back to the model before."""
    with opened(args) as context:
        left, running = rollback(context, who=who(), now=context.clock())
    if args.json:
        print_json({"left": left, "running": running})
        return 0
    print(f"已停用 {left}，现由{running or '词典'}判断。{_LATER}")
    return 0


def run_list(args: argparse.Namespace) -> int:
    """List the models, newest first."""
    with opened(args) as context:
        models, now = kept_models(context), context.clock()
        running = any(one.running for one in models)
    if args.json:
        for one in models:
            card = one.card
            print_json(
                {
                    "model": one.name,
                    "running": one.running,
                    "activated": one.activated,
                    "trained_at": local_iso(card.trained_at) if card else None,
                    "corrections": card.corrections if card else None,
                    "taught": card.taught if card else None,
                    "lexicon": card.lexicon if card else None,
                    "figures": dict(card.figures) if card else None,
                    "fault": one.fault,
                }
            )
        return 0
    rows = [
        (
            one.name,
            "在用" if one.running else "用过" if one.activated else "",
            short_time(one.card.trained_at, now) if one.card else "—",
            one.card.taught if one.card else "—",
            f"{one.card.figures['macro_f1']:.3f}" if one.card else "—",
            f"{one.card.figures['running_macro_f1']:.3f}" if one.card else "—",
            one.fault or ("未通过" if one.card and one.card.figures["refused"] else "通过"),
        )
        for one in models
    ]
    header = ("模型", "状态", "训练于", "学了几条", "宏 F1", "当时在用的", "准入")
    print_table(header, rows, empty="还没有训练过模型；更正满 200 条后运行 minyi model train")
    if models and not running:
        print("现由词典判断，没有在用的模型")
    return 0


def _show(args: argparse.Namespace, tried: Tried, passed: str) -> int:
    if args.json:
        print_json(_values(tried))
    else:
        if tried.model:
            print(f"模型 {tried.model}：更正 {tried.corrections} 条，学了其中 {tried.taught} 条")
        if tried.found:
            _print_figures(tried.found, tried.running)
        for reason in tried.reasons:
            print(f"不能启用：{reason}")
        if not tried.reasons:
            print(passed)
    return EXIT_REFUSED if tried.reasons else 0


def _print_figures(found: Verdict, running: str | None) -> None:
    print(f"在留作检验、从未学过的 {found.checked} 条更正上：")
    rows = [
        ("这个模型", *_figure_cells(found.new)),
        (running or "词典（现在用的）", *_figure_cells(found.running)),
    ]
    print_table(("", "宏 F1", "负面查全率", "正确率"), rows)


def _figure_cells(one: Figures) -> tuple[str, str, str]:
    return f"{one.macro_f1:.3f}", f"{one.negative_recall:.1%}", f"{one.accuracy:.1%}"


def _values(tried: Tried) -> dict[str, Any]:
    found = tried.found
    return {
        "model": tried.model,
        "running": tried.running,
        "corrections": tried.corrections,
        "taught": tried.taught,
        "accepted": not tried.reasons,
        "reasons": list(tried.reasons),
        "checked": found.checked if found else 0,
        "new": _figure_values(found.new) if found else None,
        "compared_with": _figure_values(found.running) if found else None,
        "changed": list(found.changed) if found else [],
    }


def _figure_values(one: Figures) -> dict[str, float]:
    return {
        "macro_f1": round(one.macro_f1, 4),
        "negative_recall": round(one.negative_recall, 4),
        "accuracy": round(one.accuracy, 4),
    }


# --- rescore ----------------------------------------------------------------------------------------


def run_rescore(args: argparse.Namespace) -> int:
    """Judge stored posts anew; exit 1 when some are left."""
    with opened(args) as context:
        done = _rescored(args, context)
    if args.json:
        print_json({"version": done.version, "posts": done.done, "changed": done.changed, "left": done.left})
    else:
        print(f"已重评 {done.done:,} 帖，{done.changed:,} 帖有变化；判断版本 {done.version}")
        if done.left:
            print(f"还有 {done.left:,} 帖刚被别的程序改动，请再运行一次")
    return 1 if done.left else 0


def _rescored(args: argparse.Namespace, context: Context) -> Rescored:
    since = None
    if args.since is not None:
        try:
            since = parse_time(args.since)
        except ValueError:
            words = f"不是时间：{args.since[:40]!r}；如 2026-03-02 或 2026-03-02T10:00"
            raise ConfigError(words, key="--since") from None
    return rescore(context, context.clock(), since=since, progress=tell)
