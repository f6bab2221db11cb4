"""Every command, by name. A command's module is imported only when that command is chosen.

Starting costs what one command needs: Scrapy, the mail server of the demo and SnowNLP's table are not
loaded to show a page of posts.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from cli.faults import EXIT_USAGE
from cli.usage import Formatter, fault


@dataclass(frozen=True, slots=True)
class Command:
    """A first word after `minyi`, its line in the overview, and where its options are set up.

    `module.options(parser, parents)` adds the arguments, or the actions below the command, each with
    `parents`, and sets the default `run`: what is called with the arguments and returns the exit code.
    """

    name: str
    help: str
    module: str
    options: str = "options"

    def set_up(self, parser: Parser, parents: list[argparse.ArgumentParser]) -> None:
        """Import the command's module and let it add its options."""
        add: Callable[..., None] = getattr(import_module(f"cli.{self.module}"), self.options)
        add(parser, parents)


COMMANDS = (
    Command("init", "写一份自己单位的配置", "init_command"),
    Command("demo", "用示例数据完整演示一遍", "demo_command"),
    Command("run", "值守：按时采集、识别、通知，直到停止", "run_command"),
    Command("crawl", "立即采集信源并入库", "crawl_command"),
    Command("ingest", "把已采集、待入库的帖文入库", "posts_command", "ingest_options"),
    Command("import", "导入本单位合法持有的帖文（JSON Lines 或 CSV）", "posts_command", "import_options"),
    Command("query", "检索帖文", "query_command"),
    Command("label", "更正一帖的倾向（转载一并更正）", "learning_command", "label_options"),
    Command("model", "学习模型：训练、检验、启用、退回", "learning_command", "model_options"),
    Command("rescore", "用现在的词典、自备词和模型重评已入库的帖文", "learning_command", "rescore_options"),
    Command("show", "一帖的全部：得分与依据、政策、转载、预警", "show_command"),
    Command("alerts", "预警", "alerts_command"),
    Command("roster", "值班：现在出了预警会通知谁", "roster_command"),
    Command("ledger", "台账：谁对哪起预警、哪份政策做了什么", "ledger_command"),
    Command("policies", "所关注的政策", "policies_command"),
    Command("health", "运行状况", "health_command"),
    Command("sources", "信源", "health_command", "sources_options"),
    Command("config", "配置", "health_command", "config_options"),
    Command("notify", "通知", "notify_command"),
    Command("backup", "备份记录库（不必停止值守）", "backup_command", "backup_options"),
    Command("restore", "用备份恢复记录库（先停止值守）", "backup_command", "restore_options"),
    Command("verify", "检查记录库是否完好", "backup_command", "verify_options"),
    Command("audit", "审计：谁对记录库做了什么", "backup_command", "audit_options"),
    Command("retention", "留存：删除到期的帖文", "erase_command", "retention_options"),
    Command("erase", "按要求彻底删除一位作者或一帖", "erase_command", "erase_options"),
    Command("quarantine", "隔离：读不了的输入", "quarantine_command"),
    Command("index", "检索集群（Elasticsearch）里的副本", "index_command"),
    Command("score", "给标准输入的 JSON 行（有 text）打情感分", "text_command", "score_options"),
    Command(
        "analyse",
        "分析标准输入的 JSON 行：情感、政策、误读、提问、词语、转载群",
        "analyse_command",
    ),
    Command("claims", "误读清单：谁在复述、辟谣、询问", "heard_command", "claims_options"),
    Command("questions", "关切问题：公众在问什么", "heard_command", "questions_options"),
    Command("hot-words", "热词与上升词", "heard_command", "hot_words_options"),
    Command("normalise", "输出标准输入的规整文本（检索所用）", "text_command", "normalise_options"),
    Command("kibana", "Kibana 看板", "kibana_command"),
    Command("init-env", "写容器的 .env，口令随机生成", "env_command"),
    Command("rules", "预警规则：先试算，再保存", "rules_command"),
    Command("backtest", "用历史数据回测预警规则", "backtest_command"),
)


_WITHOUT = re.compile(r"-[^-\x00-\x20A-Za-z0-9]")
"""A word to leave out: a hyphen before what is neither a hyphen nor an ASCII letter or digit."""


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese, and sets itself up when it is used."""

    def __init__(self, *args: Any, set_up: Callable[[Parser], None] | None = None, **kwargs: Any) -> None:
        """`set_up` adds the options; it is called once, before the first parse or by `complete`."""
        super().__init__(*args, **kwargs)
        if self.add_help:
            self._option_string_actions["-h"].help = "显示本页"
        self._set_up = set_up
        self.prepare: Callable[[Sequence[str]], Sequence[str]] = list
        """Rewrites the words of the command before they are read."""

    def complete(self) -> None:
        """Add the options that are still missing."""
        set_up, self._set_up = self._set_up, None
        if set_up is not None:
            set_up(self)

    def format_help(self) -> str:
        """The help page."""
        # Not before: by their first titles argparse unites these groups with those of `parents`.
        self._positionals.title, self._optionals.title = "参数", "选项"
        return super().format_help()

    def _get_formatter(self) -> argparse.HelpFormatter:
        return Formatter(prog=self.prog)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As in argparse, which calls this for a command once its name was read."""
        self.complete()
        words = sys.argv[1:] if args is None else args
        return super().parse_known_args(self.prepare(words), namespace)

    def _parse_optional(self, arg_string: str) -> Any:
        """As in argparse, but `-广告` and `-"转发"` are words of a query: no option begins so."""
        return None if _WITHOUT.match(arg_string) else super()._parse_optional(arg_string)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to see the usage; exit 2."""
        self.exit(EXIT_USAGE, f"用法错误：{fault(message)}\n请看 {self.prog} --help\n")
