"""`minyi query --export`: files read back as Excel and programs read them."""

import csv
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from jobs import export
from tests.cli.conftest import Minyi
from tests.cli.records import NOON, fill, post

ROOT = Path(__file__).parents[2]
FIELDS = list(export.FIELDS)
HOSTILE = (
    "=1+1",
    "+86",
    "-2+3",
    "@SUM(A1)",
    "＝HYPERLINK(1)",
    "＋1",
    "－1",
    "＠x",
    "  =cmd|' /C calc'!A0",
    "\u3000=1",
    "\n=1",
)
TEXTS = (*HOSTILE, "会费，“引号”\n第二行", "正常-1=0", "<r><t>&bad</r>", "_x000D_", "𠮷野家 ﬁ", "<b>&amp;")


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Rows as a program reads them; the byte order mark is asserted."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def sheets(path: Path) -> dict[str, list[list[tuple[str, str]]]]:
    """Every sheet's rows of (cell type, value), read from the parts of the workbook."""
    found = {}
    with ZipFile(path) as parts:
        assert parts.testzip() is None
        book = ET.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314 - a file we wrote
        for number, sheet in enumerate(book.findall("m:sheets/m:sheet", _NS), start=1):
            tree = ET.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - as above
            found[sheet.attrib["name"]] = [
                [(cell.attrib.get("t", "n"), "".join(cell.itertext())) for cell in row.findall("m:c", _NS)]
                for row in tree.findall("m:sheetData/m:row", _NS)
            ]
            assert not tree.findall(".//m:f", _NS)
    return found


def test_csv_opens_in_excel(minyi: Minyi, tmp_path: Path) -> None:
    """Field names first, newest post next, numbers plain, several policies in one cell."""
    fill(tmp_path, [post(1, polarity=-0.5, policies=["oil-cake", "bus"]), post(2, polarity=None)])
    result = minyi("query", "会费", "--export", "out.csv")
    assert (result.code, result.out) == (0, "已导出 2 条到 out.csv\n")
    second, first = csv_rows(tmp_path / "out.csv")
    assert list(first) == FIELDS
    assert (first["native_id"], first["polarity"], first["label"]) == ("1", "-0.5", "negative")
    assert first["policies"] == "oil-cake;bus"
    assert first["published_at"] == "2026-03-02T12:01:00+08:00"
    assert (second["polarity"], second["label"]) == ("", "")


def test_json_lines_hold_what_json_prints(minyi: Minyi, tmp_path: Path) -> None:
    """The same objects, highlights aside, with text untouched."""
    fill(tmp_path, [post(n, text) for n, text in enumerate(TEXTS)])
    minyi("query", "--export", "out.jsonl")
    printed = minyi("query", "--json").lines[:-1]
    for hit in printed:
        del hit["highlights"]
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == printed
    assert list(printed[0]) == FIELDS


def test_no_cell_of_a_csv_file_is_a_formula(minyi: Minyi, tmp_path: Path) -> None:
    """Text that begins like a formula, blanks and full-width signs included, stands behind an apostrophe."""
    fill(tmp_path, [post(n, text, title=text.strip(), url=text) for n, text in enumerate(TEXTS)])
    minyi("query", "--export", "out.csv")
    rows = {row["native_id"]: row for row in csv_rows(tmp_path / "out.csv")}
    for number, text in enumerate(TEXTS):
        row = rows[str(number)]
        risky = text in HOSTILE
        assert row["text"] == ("'" + text if risky else text)
        assert all(row[name].startswith("'") is risky for name in ("title", "url"))


def test_a_workbook_holds_text_as_text(minyi: Minyi, tmp_path: Path) -> None:
    """No formula, no link, no markup: strings come back as they were, numbers as numbers."""
    fill(tmp_path, [post(n, text, polarity=-0.5) for n, text in enumerate(TEXTS)])
    result = minyi("query", "--export", "out.xlsx", "--json")
    assert result.lines == [{"exported": len(TEXTS), "file": "out.xlsx", "notes": []}]
    found = sheets(tmp_path / "out.xlsx")
    assert list(found) == ["帖文", "说明"]
    header, *rows = found["帖文"]
    assert [value for _, value in header] == FIELDS
    texts = [row[2] for row in reversed(rows)]
    unescaped = [(kind, value.replace("_x005F_", "_")) for kind, value in texts]
    assert unescaped == [("inlineStr", f" {text}" if text.startswith("<r>") else text) for text in TEXTS]
    assert ("n", "-0.5") in rows[0]
    about = {row[0][1]: row[1][1] for row in found["说明"] if len(row) == 2}
    assert (about["条数"], about["检索式"]) == (str(len(TEXTS)), "（空：全部帖文）")
    assert set(FIELDS) <= set(about)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_control_characters_stay_outside(minyi: Minyi, tmp_path: Path, kind: str) -> None:
    """What XML forbids and terminals obey is left out of titles and addresses too."""
    fill(tmp_path, [post(1, "会费", title="会\x00\x1b\x7f\x9b费\ufffe", url="http://a.example/\x08\x0b\x0c")])
    name = f"out.{kind}"
    minyi("query", "--export", name)
    if kind == "csv":
        (row,) = csv_rows(tmp_path / name)
        shown = [row["title"], row["url"]]
    else:
        shown = [value for _, value in sheets(tmp_path / name)["帖文"][1]]
    assert "会费" in shown
    assert "http://a.example/" in shown


def test_only_what_was_asked_for_is_exported(minyi: Minyi, tmp_path: Path) -> None:
    """Conditions, a limit when given, and one post a group when collapsed."""
    posts = [post(n, cluster="c1" if n % 2 else "") for n in range(260)]
    fill(tmp_path, [*posts, post(999, "别的")])
    for more, rows in (([], 260), (["--limit", "3"], 3), (["--limit", "250"], 250), (["--collapse"], 131)):
        result = minyi("query", "会费", "--export", "out.csv", "--force", *more)
        assert result.out == f"已导出 {rows} 条到 out.csv\n"
        found = [row["native_id"] for row in csv_rows(tmp_path / "out.csv")]
        assert len(found) == len(set(found)) == rows
        assert found[0] == "259"


def test_progress_goes_to_standard_error(minyi: Minyi, tmp_path: Path) -> None:
    """Count and share, a line for each tenth where nobody watches; the last one is the whole."""
    fill(tmp_path, [post(n) for n in range(2_500)])
    lines = minyi("query", "--export", "out.jsonl").err.splitlines()[1:]
    assert lines == [
        "已写 0 / 2,500 条（0%）",
        "已写 1,000 / 2,500 条（40%）",
        "已写 2,000 / 2,500 条（80%）",
        "已写 2,500 / 2,500 条（100%）",
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx"])
def test_an_export_of_nothing_is_a_header(minyi: Minyi, tmp_path: Path, kind: str) -> None:
    """No hits is an answer: the file is there and opens."""
    result = minyi("query", "没有的词", "--export", f"out.{kind}")
    assert (result.code, result.out) == (0, f"已导出 0 条到 out.{kind}\n")
    if kind == "csv":
        assert csv_rows(tmp_path / "out.csv") == []
    elif kind == "xlsx":
        assert len(sheets(tmp_path / "out.xlsx")["帖文"]) == 1
    else:
        assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_a_file_that_is_there_is_kept(minyi: Minyi, tmp_path: Path) -> None:
    """Only --force replaces it, and then wholly."""
    fill(tmp_path, [post(1)])
    (tmp_path / "out.csv").write_text("mine")
    refused = minyi("query", "--export", "out.csv")
    assert refused.code == 1
    assert "--force" in refused.err
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert minyi("query", "--export", "out.csv", "--force").code == 0
    assert len(csv_rows(tmp_path / "out.csv")) == 1


@pytest.mark.parametrize("name", ["nowhere/out.csv", "folder.xlsx", "file.txt/out.jsonl"])
def test_a_place_that_cannot_be_written_is_named(minyi: Minyi, tmp_path: Path, name: str) -> None:
    """One sentence with the path, exit 1, nothing left behind."""
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "file.txt").write_text("")
    result = minyi("query", "--export", name, "--force")
    assert result.code == 1
    assert name in result.err
    assert "Traceback" not in result.err
    assert hidden(tmp_path) == []


def hidden(folder: Path) -> list[str]:
    """Names of what people do not see."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with posts enough that an export can be interrupted."""
    folder = tmp_path_factory.mktemp("full")
    posts = [post(n, "会费" * 200, published=NOON + timedelta(seconds=n)) for n in range(5_000)]
    fill(folder, posts)
    return folder


@contextmanager
def exporting(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun an export."""
    command = [sys.executable, "-m", "cli", "query", "--export", *words]
    environment: dict[str, Any] = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "已写 0" not in line and "已写" in line:
                break
        yield child
        child.stderr.read()


def stopped(folder: Path, name: str, number: signal.Signals, *more: str) -> None:
    """Stop an export half-way; one that was done before the signal reached it is tried again."""
    before = (folder / name).read_bytes() if (folder / name).exists() else None
    for _ in range(10):
        with exporting(folder, name, *more) as child:
            child.send_signal(number)
            if child.wait() != 0:
                return
        (folder / name).unlink()
        if before is not None:
            (folder / name).write_bytes(before)
    pytest.fail("every export was done before its signal")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_export_leaves_nothing(full: Path, number: signal.Signals) -> None:
    """Neither the file nor a part of it."""
    stopped(full, "out.xlsx", number)
    assert not (full / "out.xlsx").exists()
    assert hidden(full) == []


def test_a_killed_export_leaves_the_old_file_whole(full: Path) -> None:
    """Even `kill -9` finds the name either old or complete."""
    (full / "old.xlsx").write_text("mine")
    stopped(full, "old.xlsx", signal.SIGKILL, "--force")
    assert (full / "old.xlsx").read_text() == "mine"
    for name in hidden(full):
        shutil.rmtree(full / name)
