"""`minyi init-env`: the `.env` of the containers, with secrets nobody has to think up."""

from __future__ import annotations

import argparse
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.output import print_json
from minyi import __version__
from minyi.errors import ConfigError

STACK_VERSION = "9.5.2"
"""Elasticsearch and Kibana that this release was built for; they move together."""

_LEAST_SECRET = 16
_LEAST_KEY = 32
"""Kibana refuses shorter encryption keys."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A line of `.env`: its comment, its first value, and how long a secret must be (0 = no secret)."""

    name: str
    comment: str
    first: Callable[[], str]
    least: int = 0


def _fixed(value: str) -> Callable[[], str]:
    return lambda: value


def _secret() -> str:
    # Letters, digits, - and _ only: no shell, YAML or URL reads anything into them.
    return secrets.token_urlsafe(32)


VARIABLES = (
    Variable("COMPOSE_PROJECT_NAME", "容器和卷名的前缀", _fixed("minyi")),
    Variable("STACK_VERSION", "Elasticsearch 与 Kibana 的版本（两者必须相同）", _fixed(STACK_VERSION)),
    Variable(
        "ES_IMAGE",
        "镜像名，不带版本；内网改成自己的镜像仓库",
        _fixed("docker.elastic.co/elasticsearch/elasticsearch"),
    ),
    Variable("KIBANA_IMAGE", "同上", _fixed("docker.elastic.co/kibana/kibana")),
    Variable("MINYI_IMAGE", "同上", _fixed("minyi")),
    Variable("MINYI_VERSION", "Minyi 的版本", _fixed(__version__)),
    Variable("PYTHON_IMAGE", "构建 Minyi 镜像所用的基础镜像", _fixed("python:3.11-slim-bookworm")),
    Variable("MINYI_USER", "Minyi 容器以谁的身份运行（uid:gid），须能写 config、data、keys", str),
    Variable("ES_PORT", "本机端口，只监听 127.0.0.1", _fixed("9200")),
    Variable("KIBANA_PORT", "同上", _fixed("5601")),
    Variable("ES_HEAP", "Elasticsearch 的堆，须不超过 ES_MEMORY 的一半", _fixed("1g")),
    Variable("ES_MEMORY", "内存上限", _fixed("2g")),
    Variable("KIBANA_MEMORY", "同上", _fixed("1536m")),
    Variable("MINYI_MEMORY", "同上", _fixed("2g")),
    Variable("ELASTIC_PASSWORD", "管理员 elastic 的口令；只用于初始设置", _secret, _LEAST_SECRET),
    Variable("KIBANA_PASSWORD", "Kibana 连接 Elasticsearch 的口令", _secret, _LEAST_SECRET),
    Variable("KIBANA_SECURITY_KEY", "Kibana 加密会话", _secret, _LEAST_KEY),
    Variable("KIBANA_OBJECTS_KEY", "Kibana 加密存储；换掉它，已存的密文就读不出", _secret, _LEAST_KEY),
    Variable("KIBANA_REPORTING_KEY", "Kibana 加密报表", _secret, _LEAST_KEY),
)

FOLDERS = ("config", "data", "backup", "keys", "mail")
"""Folders beside `.env` that the containers write to."""


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("--out", type=Path, default=Path(".env"), metavar="文件", help="默认 .env")
    parser.add_argument("--user", metavar="UID:GID", help="容器以谁的身份运行；默认是执行本命令的人")
    parser.add_argument(
        "--set", action="append", default=[], metavar="名=值", dest="values", help="指定某一项，可重复"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what is missing, keep what is there, refuse secrets that are none."""
    path: Path = args.out
    old = _read(path)
    given = _given(args.values)
    user = _user(args.user or given.get("MINYI_USER") or old.get("MINYI_USER"))
    given["MINYI_USER"] = user
    values = {one.name: given.get(one.name) or old.get(one.name) or one.first() for one in VARIABLES}
    for one in VARIABLES:
        _check(one, values[one.name], str(path))
    added = [one for one in VARIABLES if old.get(one.name) != values[one.name]]
    _write(path, _text(path, old, values, added))
    made = [name for name in FOLDERS if _make_folder(path.parent / name, user)]
    if args.json:
        print_json({"file": str(path), "written": [one.name for one in added], "folders": made})
        return 0
    print(f"{path}（权限 600）：写入 {len(added)} 项，保留 {len(values) - len(added)} 项")
    print("接下来按 docs/deploy.md 启动；这个文件含口令，请另存一份在安全的地方")
    return 0


def _read(path: Path) -> dict[str, str]:
    """Values of an existing file; empty when there is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"无法读取：{error}", file=str(path)) from error
    found = (re.fullmatch(r"\s*([A-Z][A-Z0-9_]*)=(.*)", line) for line in lines)
    return {one[1]: one[2].strip().strip("'\"") for one in found if one}


def _given(pairs: list[str]) -> dict[str, str]:
    known = {one.name for one in VARIABLES}
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in known:
            raise ConfigError(f"应写作 名=值，名是 {'、'.join(sorted(known))} 之一", key=f"--set {pair}")
        given[name] = value
    return given


def _user(wanted: str | None) -> str:
    """Numeric `uid:gid`, never root.

    Raises:
        ConfigError: it is root or no pair of numbers.
    """
    user = wanted or f"{os.getuid()}:{os.getgid()}"
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", user)
    if found is None:
        raise ConfigError(f"{user!r} 应写作 1000:1000", key="--user")
    if int(found[1]) == 0:
        words = "容器不以 root 运行；请用普通账户执行，或加 --user UID:GID 指明一个普通账户"
        raise ConfigError(words, key="--user")
    return user


def _check(variable: Variable, value: str, file: str) -> None:
    """Refuse a value that would break the file or protect nothing.

    Raises:
        ConfigError: naming the variable.
    """
    if not re.fullmatch(r"[A-Za-z0-9._:/@+~-]+", value):
        raise ConfigError("只能用字母、数字和 . _ : / @ + ~ -", file=file, key=variable.name)
    if value.casefold() == "changeme":
        raise ConfigError("changeme 是示例口令；删去这一行再运行，会生成新的", file=file, key=variable.name)
    if len(value) < variable.least:
        words = f"至少 {variable.least} 个字符；删去这一行再运行，会生成新的"
        raise ConfigError(words, file=file, key=variable.name)


def _text(path: Path, old: Mapping[str, str], values: Mapping[str, str], added: list[Variable]) -> str:
    """The whole file when there is none; else the old one with changed lines replaced and new ones added."""
    if not old:
        head = "# Minyi 民意 容器的设置，由 minyi init-env 生成。含口令：权限 600，不要提交到版本库。\n"
        return head + "".join(f"# {one.comment}\n{one.name}={values[one.name]}\n" for one in VARIABLES)
    text = path.read_text("utf-8")
    text += "" if text.endswith("\n") else "\n"
    for one in added:
        line = f"{one.name}={values[one.name]}"
        text, times = re.subn(rf"(?m)^\s*{one.name}=.*$", line, text)
        text += "" if times else f"# {one.comment}\n{line}\n"
    return text


def _write(path: Path, text: str) -> None:
    """Replace the file in one step; at no moment can others read it."""
    draft = path.with_name(f"{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"无法写入：{error.strerror}", file=str(path)) from error


def _make_folder(folder: Path, user: str) -> bool:
    """Make a folder that is missing and give it to the user; an existing one is left as it is."""
    if folder.is_dir():
        return False
    folder.mkdir(mode=0o700, parents=True)
    owner, group = (int(part) for part in user.split(":"))
    if os.geteuid() == 0:
        os.chown(folder, owner, group)
    return True
