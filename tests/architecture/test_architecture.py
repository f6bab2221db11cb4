"""Rooms know only lower ranks, and each outside library has one room (docs/architecture.md)."""

import ast
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

RANK = {
    "minyi": 0,
    "crawlers": 1,
    "analysis": 1,
    "alerts": 1,
    "reports": 1,
    "sample": 1,
    "jobs": 2,
    "scheduler": 3,
    "web": 3,
    "kibana": 3,
    "cli": 4,
}
"""A room imports only rooms of a strictly lower rank."""

LOCK = {
    "apsw": ("minyi/store/sqlite/",),
    "elasticsearch": ("minyi/store/elastic/",),
    "scrapy": ("crawlers/",),
    "smtplib": ("alerts/notify/",),
    "apprise": ("alerts/notify/",),
    "apscheduler": ("scheduler.py",),
    "aiosmtpd": ("sample/",),
    "xlsxwriter": ("jobs/xlsxfile.py",),
    "msgspec": ("minyi/store/sqlite/fingerprint.py",),
    "pickle": (),
    "marshal": ("analysis/snow/",),  # the one reader of the installed snownlp's own files
}
"""A library and the only places that may import it."""


def imports(path: Path) -> Iterator[str]:
    """Dotted names the file imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield node.module or ""


def violations(root: Path) -> list[str]:
    """Every import that points sideways or up, or opens a lock, as `file -> module`."""
    found = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        room = name.split("/")[0].removesuffix(".py")
        if room not in RANK:
            continue
        for module in imports(path):
            top = module.split(".")[0]
            sideways = top in RANK and top != room and RANK[top] >= RANK[room]
            locked = top in LOCK and not name.startswith(LOCK[top] or ("\0",))
            if sideways or locked:
                found.append(f"{name} -> {module}")
    return found


def test_rooms_import_only_lower_ranks_and_keep_the_locks() -> None:
    """The tree as it stands has no violation, and was really read."""
    assert violations(ROOT) == []
    assert len([p for p in ROOT.rglob("*.py") if p.relative_to(ROOT).parts[0] in RANK]) > 30


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("alerts/detect.py", "from analysis import post"),
        ("minyi/text.py", "import jobs"),
        ("jobs/ingest.py", "def f():\n    import cli.main\n"),
        ("reports/situation.py", "import apsw"),
        ("minyi/store/query.py", "import apsw"),
        ("cli/main.py", "import scrapy.http"),
        ("analysis/model.py", "import pickle"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, file: str, text: str) -> None:
    """The check can fail: sideways, upward, hidden in a function, and each kind of lock."""
    planted = tmp_path / file
    planted.parent.mkdir(parents=True)
    planted.write_text(text, "utf-8")
    (found,) = violations(tmp_path)
    assert found.startswith(file)


def test_our_top_level_names_are_ours_alone() -> None:
    """No installed distribution ships a module by the name of a room, so none can shadow it."""
    owners = importlib.metadata.packages_distributions()
    taken = {room: set(owners.get(room, [])) - {"minyi"} for room in RANK}
    assert {room for room, who in taken.items() if who} == set()
