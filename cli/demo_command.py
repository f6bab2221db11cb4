"""`minyi demo`: the main job on sample data, and what a duty officer sees of it."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import time
from pathlib import Path

from cli.output import print_json
from jobs.context import open_context
from jobs.demo import DemoFolder, DemoResult, run_demo
from jobs.overview import overview
from reports.compose import compose
from reports.situation import Command
from reports.terminal import render

FOLDER = Path("data-demo")


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play the story in data-demo/ and print the situation at its end."""
    if not args.verbose:  # the story holds a dead source and an alert; both are shown below
        logging.getLogger().setLevel(logging.ERROR)
    place = DemoFolder(FOLDER)
    started = time.monotonic()

    def progress(words: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} 秒] {words}", file=sys.stderr, flush=True)

    progress("启动本机示例网站与示例邮箱（示例数据，全部虚构）")
    result = run_demo(place, progress)
    if args.json:
        _print_values(result)
        return 0
    print(_page(place, result))
    return 0


def _print_values(result: DemoResult) -> None:
    saved = result.saved
    print_json(
        {
            "new": saved.new,
            "updated": saved.updated,
            "unchanged": saved.unchanged,
            "alerts": sorted({alert.id for one in result.rounds for alert in one.alerts}),
            "mails": [str(path) for path in result.mails],
        }
    )


def _page(place: DemoFolder, result: DemoResult) -> str:
    options = f"--config {place.config} --data {place.folder}"
    commands = (
        Command(f".venv/bin/minyi query '会费 倾向:负面' {options}", "看看大家怎么说"),
        Command(f".venv/bin/minyi alerts list {options}", "预警台账"),
        Command(".venv/bin/minyi init", "换成自己单位的配置"),
    )
    mails = [str(path.with_suffix(".html")) for path in sorted(place.mail.glob("*.eml"))]
    with open_context(place.config, place.folder) as context:
        situation = compose(overview(context, result.end, mails=mails, commands=commands))
    width = shutil.get_terminal_size((80, 24)).columns
    page = render(situation, width=width, colour=sys.stdout.isatty())
    saved = result.saved
    counts = f"新增 {saved.new} 帖，更新 {saved.updated}，未变 {saved.unchanged}"
    return f"{page}\n本次运行：{counts}；新邮件 {len(result.mails)} 封。"
