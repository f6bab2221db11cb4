"""`minyi kibana`: boards in Kibana, made from `panels.toml`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from cli.output import print_json
from kibana.bodies import export_files
from kibana.client import Kibana, Login
from kibana.importer import Done, set_up
from minyi import config
from minyi.errors import ConfigError
from minyi.panelfile import load_boards

PASSWORD, API_KEY = "MINYI_KIBANA_PASSWORD", "MINYI_KIBANA_KEY"

_KINDS = {"role": "角色", "data_view": "数据视图", "board": "看板"}


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    setup = actions.add_parser("setup", parents=parents, help="在 Kibana 中建好数据视图、看板和只读角色")
    setup.add_argument("--url", default="http://127.0.0.1:5601", help="Kibana 的地址")
    setup.add_argument("--user", default="elastic", help=f"用户名；口令取自 {PASSWORD}，或用 {API_KEY}")
    setup.add_argument("--ca", type=Path, metavar="文件", help="https 地址的发证机构（PEM）")
    setup.add_argument("--wait", type=float, default=120.0, metavar="秒", help="Kibana 没启动好时最多等多久")
    setup.add_argument("--no-role", action="store_true", help="不建只读角色（账户没有管理角色的权限时）")
    setup.set_defaults(run=run_setup)
    export = actions.add_parser("export", parents=parents, help="把要发给 Kibana 的内容写成 JSON 文件")
    export.add_argument("folder", type=Path, metavar="目录")
    export.set_defaults(run=run_export)


def run_setup(args: argparse.Namespace) -> int:
    """Put everything in place and print a line a thing; doing it again changes nothing."""
    boards = load_boards(args.config.parent)
    kibana = Kibana(args.url, _login(args.user), ca=args.ca, patience_seconds=max(0.0, args.wait))
    for done in set_up(kibana, boards, with_role=not args.no_role):
        _show(done, as_json=args.json)
    if not args.json:
        print(f"看板在 {kibana.url}/app/dashboards")
    return 0


def _login(user: str) -> Login:
    """Who signs in, by the secrets in the environment.

    Raises:
        ConfigError: neither or both are set, or the password is a sample's.
    """
    password, key = config.secret(PASSWORD), config.secret(API_KEY)
    if password and key:
        raise ConfigError(f"{PASSWORD} 与 {API_KEY} 只能设一个", key=API_KEY)
    if not (password or key):
        raise ConfigError(f"没有口令；设置 {PASSWORD}（或 {PASSWORD}_FILE）或 {API_KEY}", key=PASSWORD)
    if password == "changeme":  # noqa: S105 - the sample password of many guides, refused
        raise ConfigError("changeme 是示例口令；请换一个，minyi init-env 会生成", key=PASSWORD)
    return Login(user=user, password=password or "", api_key=key or "")


def _show(done: Done, *, as_json: bool) -> None:
    if as_json:
        values = {"kind": done.kind, "id": done.id, "title": done.title, "created": done.created}
        print_json({**values, "notes": list(done.notes)})
        return
    print(f"{_KINDS[done.kind]} {done.title}（{done.id}）：{'新建' if done.created else '已就位'}")
    for note in done.notes:
        print(f"  注意：{note}")


def run_export(args: argparse.Namespace) -> int:
    """Write every body to the folder, as `minyi kibana setup` would send it."""
    folder: Path = args.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in export_files(load_boards(args.config.parent)).items():
            text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
            (folder / name).write_text(text, "utf-8")
            print_json({"file": name}) if args.json else print(folder / name)
    except OSError as error:
        raise ConfigError(f"无法写入：{error.strerror}", file=str(folder)) from error
    return 0
