"""`minyi init`: from the demo to an office of one's own."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

from minyi import clock, config
from minyi.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: its flag, its wording, what stands when nothing is answered."""

    name: str
    words: str
    default: str = ""
    required: bool = False
    needs: str = ""
    """Asked only when this one was answered."""


OWN_WORDS = "own_words.tsv"
"""File that the template names under `[analysis]`."""

QUESTIONS = (
    Question("name", "单位名称", required=True),
    Question("contact", "网站管理员可以联系的邮箱或网页", required=True),
    Question("source_url", "第一个信源的地址（RSS、列表页或政策栏目；可留空）"),
    Question("source_name", "信源名称", default="第一个信源", needs="source_url"),
    Question("source_kind", "信源类型 feed、article 或 gov", default="feed", needs="source_url"),
    Question(
        "robots_checked",
        "何时看过该站 robots.txt 并确认允许采集（年-月-日）",
        required=True,
        needs="source_url",
    ),
    Question("policy_title", "第一项要关注的政策标题（可留空）"),
    Question("policy_number", "它的文号（可留空）", needs="policy_title"),
    Question("recipient", "预警寄给哪个邮箱（可留空）"),
    Question("recipient_name", "收件人称呼", default="值班员", needs="recipient"),
    Question("mail_host", "邮件服务器", required=True, needs="recipient"),
    Question("mail_port", "端口", default="587", needs="recipient"),
    Question("mail_security", "加密方式 starttls、tls 或 none", default="starttls", needs="recipient"),
    Question("mail_user", "登录用户名（不需要登录可留空）", needs="recipient"),
    Question("mail_sender", "发件地址", required=True, needs="recipient"),
)


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    for question in QUESTIONS:
        parser.add_argument("--" + question.name.replace("_", "-"), help=question.words)
    parser.add_argument("--force", action="store_true", help="覆盖已有的配置文件")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write office.toml, and policies.toml when a policy is named; say what to run next."""
    path: Path = args.config
    policies = path.parent / "policies.toml"
    if not args.force:
        for existing in (path, policies if args.policy_title else path):
            if existing.exists():
                raise ConfigError("已存在；要覆盖请加 --force", file=str(existing))
    answers = _answers(args, input if sys.stdin.isatty() else None)
    text = office_toml(answers, clock.now().astimezone(clock.LOCAL).date())
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_checked(path, text)
    _write_own_words(path.parent / OWN_WORDS)
    if answers["policy_title"]:
        policies.write_text(policies_toml(answers), "utf-8")
    _say_next(path, policies if answers["policy_title"] else None, answers)
    return 0


def _answers(args: argparse.Namespace, ask: Callable[[str], str] | None) -> dict[str, str]:
    """Flags first, then questions on a terminal, then defaults.

    Raises:
        ConfigError: something required is missing and there is nobody to ask.
    """
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        given: str | None = getattr(args, question.name)
        if question.needs and not answers[question.needs]:
            answers[question.name] = ""
            continue
        while given is None and ask is not None:
            hint = f"［{question.default}］" if question.default else ""
            given = ask(f"{question.words}{hint}：").strip() or question.default
            given = None if question.required and not given else given
        answers[question.name] = question.default if given is None else given
        if question.required and not answers[question.name]:
            flag = "--" + question.name.replace("_", "-")
            raise ConfigError(f"请给出 {flag}（{question.words}）", key=flag)
    return answers


def _write_checked(path: Path, text: str) -> None:
    """Write the file only if it reads back without a fault."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, "utf-8")
    try:
        config.load(draft)
    except ConfigError:
        draft.unlink()
        raise
    draft.rename(path)


def _write_own_words(path: Path) -> None:
    """Write the commented file of own words; one that is there holds the office's work and stays."""
    if not path.exists():
        path.write_text(resources.files("cli").joinpath("own_words.template.tsv").read_text("utf-8"), "utf-8")


def _quote(text: str) -> str:
    # A JSON string is a TOML basic string, but for U+007F.
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)


def office_toml(answers: dict[str, str], today: date) -> str:
    """The commented file with the answers filled in."""
    port = answers["mail_port"] or "587"
    if not port.isdigit():
        raise ConfigError(f"端口应为整数，而不是 {port!r}", key="--mail-port")
    filled = {
        "name": _quote(answers["name"]),
        "contact": _quote(answers["contact"]),
        "mail_host": _quote(answers["mail_host"]),
        "mail_port": port,
        "mail_security": _quote(answers["mail_security"] or "starttls"),
        "mail_user": _quote(answers["mail_user"]),
        "mail_sender": _quote(answers["mail_sender"]),
        "recipients": _recipient(answers),
        "sources": _source(answers, today),
    }
    template = resources.files("cli").joinpath("office.template.toml").read_text("utf-8")
    return re.sub(r"@([a-z_]+)@", lambda found: filled[found[1]], template)


def _recipient(answers: dict[str, str]) -> str:
    if not answers["recipient"]:
        return ""
    name, address = _quote(answers["recipient_name"]), _quote(answers["recipient"])
    return f"\n[[recipient]]\nname = {name}\naddress = {address}\nlevel = 3\n"


def _source(answers: dict[str, str], today: date) -> str:
    if not answers["source_url"]:
        return ""
    try:
        checked = date.fromisoformat(answers["robots_checked"])
    except ValueError:
        words = f"{answers['robots_checked']!r} 不是日期，应写作 2026-01-31"
        raise ConfigError(words, key="--robots-checked") from None
    content = {"gov": "policy", "article": "news"}.get(answers["source_kind"], "news")
    return (
        "\n[[source]]\n"
        'id = "first"\n'
        f"name = {_quote(answers['source_name'])}\n"
        f"kind = {_quote(answers['source_kind'])}\n"
        f"url = [{_quote(answers['source_url'])}]\n"
        f'content = "{content}"\n'
        'legal_basis = "公开信息，合理范围内处理（个人信息保护法第二十七条）"\n'
        f'robots = {{ checked = {checked.isoformat()}, result = "allowed" }}\n'
        f"assessed = {today.isoformat()}\n"
    )


def policies_toml(answers: dict[str, str]) -> str:
    """A policy file with the first policy, ready for more."""
    number = f"doc_number = {_quote(answers['policy_number'])}\n" if answers["policy_number"] else ""
    return (
        "# 所关注的政策。改动后运行：minyi policies import 本文件\n\n[[policy]]\n"
        f'id = "first"\ntitle = {_quote(answers["policy_title"])}\n{number}'
        '# released_at = 2026-03-02T10:00:00\n# department = "牵头部门"\n# aliases = ["简称"]\n\n'
        '# 误读清单：错的说法，对的说法，常见措辞\n# [[policy.watch]]\n# id = "fee"\n'
        '# claim = "店名带地名都要交会费"\n# statement = "正当使用地名无须缴费"\n# wording = ["都要交会费"]\n'
    )


def _say_next(path: Path, policies: Path | None, answers: dict[str, str]) -> None:
    print(f"已写好 {path}。接下来：")
    option = "" if path == Path("config/office.toml") else f" --config {path}"
    if policies:
        print(f"  minyi policies import {policies}{option}    登记政策")
    if answers["recipient"]:
        if answers["mail_user"]:
            print("  export MINYI_MAIL_PASSWORD_FILE=/安全的位置/口令文件    邮件密码")
        print(f"  minyi notify test{option}    试发一封邮件")
    if answers["source_url"]:
        print(f"  minyi crawl{option}    采集一次，看看结果")
    else:
        print(f"  编辑 {path}，加上第一个 [[source]]，再运行 minyi config check{option}")
    print(f"  minyi run{option}    开始值守（常驻运行）")
