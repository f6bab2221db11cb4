"""Puts role, data views and boards into a Kibana, reads the boards back and says what became of them.

1. Ask for state and version; anything older than 9.5 is refused in words.
2. The viewer's role.
3. Data views: Kibana takes a board whose data view is missing and then shows errors, so these go first.
4. Each board: PUT, then GET; every panel must be there, and changed values are named.

Doing it twice leaves what doing it once left: every request replaces what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from kibana import bodies
from kibana.charts import MarksAs
from kibana.client import Answer, Kibana
from kibana.compare import differences, lost_panels, panel_title, pinned_count
from kibana.operations import Json
from minyi.errors import KibanaError
from minyi.panels import Board, Boards, View

OLDEST = (9, 5)
"""First Kibana whose dashboards API is public and takes these bodies."""

_PANEL_NUMBER = re.compile(r"\bpanels[.\[](\d{1,3})\b")
_MOST_NOTES = 10


@dataclass(frozen=True, slots=True)
class Done:
    """One thing put in place. `notes` are worth a look and in Chinese; mostly there are none."""

    kind: str
    """role, data_view or board."""
    id: str
    title: str
    created: bool
    """False when it replaced an earlier one, or when Kibana does not say."""
    notes: tuple[str, ...] = ()


def set_up(kibana: Kibana, boards: Boards, *, with_role: bool = True) -> Iterator[Done]:
    """Put everything in place, one yield a thing done, in the order above.

    Raises:
        KibanaError: Kibana is too old, does not answer, refuses a body, or dropped a panel. What was
            yielded before stays in place; set up again after the cause is gone.
    """
    check_version(kibana)
    if with_role:
        yield _put_role(kibana)
    for view in boards.view:
        yield _put_view(kibana, view)
    for board in boards.board:
        yield _put_board(kibana, board, boards)


def check_version(kibana: Kibana) -> str:
    """The version of a Kibana that is up, signed in and new enough.

    Raises:
        KibanaError: it is none of these.
    """
    answer = kibana.ask("GET", "/api/status")
    if answer.status != 200:
        _refused(answer, "读取状态")
    version = answer.values().get("version")
    number = str(version.get("number", "")) if isinstance(version, dict) else ""
    found = re.match(r"(\d+)\.(\d+)\.", number)
    if found is None:
        # Kibana answers /api/status to strangers too, but then keeps its version to itself.
        raise KibanaError(f"{kibana.url} 没有说明版本：用户名或口令不对，或者它不是 Kibana")
    if (int(found[1]), int(found[2])) < OLDEST:
        raise KibanaError(f"{kibana.url} 是 Kibana {number}，看板需要 {OLDEST[0]}.{OLDEST[1]} 或更新的版本")
    return number


def _put_role(kibana: Kibana) -> Done:
    answer = kibana.ask("PUT", f"/api/security/role/{bodies.ROLE}", bodies.viewer_role())
    if answer.status != 204:
        _refused(answer, f"只读角色 {bodies.ROLE}", "；没有管理角色的权限时可加 --no-role")
    return Done("role", bodies.ROLE, "只读角色", created=False)


def _put_view(kibana: Kibana, view: View) -> Done:
    answer = kibana.ask("POST", "/api/data_views/data_view", bodies.data_view(view))
    if answer.status != 200:
        _refused(answer, f"数据视图「{view.name}」")
    kept = answer.values().get("data_view")
    if not isinstance(kept, dict) or kept.get("id") != view.id:
        raise KibanaError(f"数据视图「{view.name}」没有以编号 {view.id} 保存：{answer.text[:500]}")
    return Done("data_view", view.id, view.name, created=False)


def _put_board(kibana: Kibana, board: Board, boards: Boards) -> Done:
    path = f"/api/dashboards/{board.id}"
    body = bodies.board(board, boards)
    written = _write(kibana, path, body)
    read = kibana.ask("GET", path) if written.status in (200, 201) else written
    notes: tuple[str, ...] = ()
    if 500 in (written.status, read.status) and any(panel.marks for panel in board.panel):
        # Kibana 9.5.0 may save a board whose marks it cannot read back (elastic/kibana issue 280977);
        # until it is deleted every read fails.
        kibana.ask("DELETE", path)
        body = bodies.board(board, boards, MarksAs.BARS)
        written = _write(kibana, path, body)
        read = kibana.ask("GET", path) if written.status in (200, 201) else written
        notes = ("这个版本的 Kibana 不能用标注线画发布节点，已改用柱形",)
    if written.status not in (200, 201):
        _refused(written, f"看板「{board.title}」{_blamed(written, body)}")
    if read.status != 200:
        _refused(read, f"读回看板「{board.title}」")
    notes += tuple(_kept(board.title, body, read.values()))
    return Done("board", board.id, board.title, created=written.status == 201, notes=notes)


def _write(kibana: Kibana, path: str, body: Json) -> Answer:
    answer = kibana.ask("PUT", path, body)
    # 409: somebody saved the board between Kibana's own read and write; ours is to stand.
    return kibana.ask("PUT", path, body) if answer.status == 409 else answer


def _kept(title: str, sent: Json, answer: Json) -> Iterator[str]:
    """Yield what Kibana changed.

    Raises:
        KibanaError: a panel or a choice is missing, or Kibana warns.
    """
    data = answer.get("data")
    got: Json = data if isinstance(data, dict) else {}
    lost = lost_panels(sent, got)
    if answer.get("warnings") or lost:
        words = "、".join(f"「{name}」" for name in lost)
        raise KibanaError(f"看板「{title}」存下了，但 Kibana 丢掉了面板{words}：{answer.get('warnings')}")
    if pinned_count(got) != pinned_count(sent):
        raise KibanaError(f"看板「{title}」存下了，但上方的筛选少了")
    changed = list(differences(sent, got))
    for one in changed[:_MOST_NOTES]:
        number = _PANEL_NUMBER.match(one.path)
        name = panel_title(sent, int(number[1])) if number else ""
        yield f"{f'面板「{name}」' if name else ''}{one.path}：写入 {one.sent!r}，读回 {one.got!r}"
    if len(changed) > _MOST_NOTES:
        yield f"还有 {len(changed) - _MOST_NOTES} 处不同"


def _blamed(answer: Answer, body: Json) -> str:
    """Which panels a refusal is about, as far as it tells.

    A panel that fails in translation is named in `panelErrors`. A fault of the schema has the panel's
    number somewhere in a wording that differs between versions: it helps to name the panel, and
    nothing is decided by it.
    """
    names = []
    errors = answer.values().get("panelErrors")
    for one in errors if isinstance(errors, list) else []:
        config = one.get("panel_config") if isinstance(one, dict) else None
        names.append(str(config.get("title", "")) if isinstance(config, dict) else "")
    if not names:
        names = [panel_title(body, int(number)) for number in _PANEL_NUMBER.findall(answer.text)]
    return "".join(f"的面板「{name}」" for name in dict.fromkeys(names) if name)


def _refused(answer: Answer, what: str, advice: str = "") -> NoReturn:
    """Say what was refused and why, in Kibana's own words."""
    reasons = {
        400: "内容被拒",
        401: "用户名或口令不对",
        403: "这个账户没有权限",
        404: "没有这个接口，请看版本",
        409: "两次都有人同时在改",
    }
    reason = reasons.get(answer.status, "Kibana 出错")
    raise KibanaError(f"{what}：{reason}（{answer.status}）{advice}。Kibana 的原话：\n{answer.text}")
