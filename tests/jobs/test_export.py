"""An export takes constant memory, holds no snapshot, and stands every post once while others arrive."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import apsw
import pytest

from jobs.export import export_posts
from jobs.search import bounded
from jobs.xlsxfile import xlsx_file
from minyi.clock import local_iso, parse_time
from minyi.errors import StoreError
from minyi.store import open_store
from minyi.store.base import Step
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.store import invented

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A record of 2,500 invented posts."""
    opened = open_store(tmp_path / "minyi.db")
    for start in range(0, 2_500, 500):
        opened.save_posts(invented.posts(invented.seeded(start), 500, first=start), now=invented.NOW)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, kind: str) -> None:
    """20,000 posts of 1,500 characters, 60 MB if they were held, take less than 16 MB beyond 1,000 posts."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-m", "tests.jobs.export_memory", str(tmp_path), kind],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert int(done.stdout) < 16_384
    assert (tmp_path / f"large.{kind}").stat().st_size > 500_000


def test_posts_that_arrive_disturb_nothing(store: SqliteStore, tmp_path: Path) -> None:
    """Every post of the beginning stands once, whatever is saved meanwhile, newer or older."""
    known = {post.id for post in invented.posts(invented.seeded(0), 500)}
    random = invented.seeded(99)
    arrived = 0

    def arrive(_done: int, _total: int) -> None:
        nonlocal arrived
        store.save_posts(invented.posts(random, 300, first=10_000 + arrived), now=invented.NOW)
        arrived += 300

    done = export_posts(store, Query(), tmp_path / "out.jsonl", typed="", now=invented.NOW, progress=arrive)
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    found = Counter(json.loads(line)["id"] for line in lines)
    assert done.rows == len(lines) > 2_500
    assert set(found.values()) == {1}
    assert known <= set(found)
    assert arrived >= 600


def test_no_snapshot_is_held_while_rows_are_written(store: SqliteStore, tmp_path: Path) -> None:
    """The log file can be emptied in the middle of an export: no reader keeps its beginning alive."""
    other = apsw.Connection(str(tmp_path / "minyi.db"))
    emptied = []

    def empty(done: int, _total: int) -> None:
        store.save_policies([replace(invented.BOOK.policies[0], title=f"办法 {done}")], invented.NOW)
        emptied.append(other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    export_posts(store, Query(), tmp_path / "out.csv", typed="", now=invented.NOW, progress=empty)
    other.close()
    assert len(emptied) > 2
    assert set(map(str, emptied)) == {"[(0, 0, 0)]"}


def test_a_failing_record_leaves_no_file(store: SqliteStore, tmp_path: Path) -> None:
    """An error in the middle goes to the caller, and the folder is as before."""
    before = set(tmp_path.iterdir())

    def fail(done: int, _total: int) -> None:
        if done:
            raise StoreError("磁盘坏了")

    for kind in ("csv", "jsonl", "xlsx"):
        with pytest.raises(StoreError, match="磁盘坏了"):
            export_posts(store, Query(), tmp_path / f"out.{kind}", typed="", now=invented.NOW, progress=fail)
    assert set(tmp_path.iterdir()) == before


def _sheets(path: Path) -> dict[str, list[list[str]]]:
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with ZipFile(path) as parts:
        book = ET.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314 - a file we wrote
        names = [sheet.attrib["name"] for sheet in book.findall("m:sheets/m:sheet", space)]
        trees = [
            ET.fromstring(parts.read(f"xl/worksheets/sheet{n}.xml"))  # noqa: S314 - as above
            for n in range(1, len(names) + 1)
        ]
    return {
        name: [["".join(cell.itertext()) for cell in row] for row in tree.findall("m:sheetData/m:row", space)]
        for name, tree in zip(names, trees, strict=True)
    }


def test_rows_beyond_a_sheet_go_on_the_next(tmp_path: Path) -> None:
    """Each sheet has the header and is full before the next begins."""
    with xlsx_file(tmp_path / "a.xlsx", ["n"], lambda rows, _: [("rows", str(rows))], max_rows=4) as write:
        for number in range(7):
            write({"n": number})
    assert _sheets(tmp_path / "a.xlsx") == {
        "帖文": [["n"], ["0"], ["1"], ["2"]],
        "帖文2": [["n"], ["3"], ["4"], ["5"]],
        "帖文3": [["n"], ["6"]],
        "说明": [["rows", "7"]],
    }


def test_text_longer_than_a_cell_is_cut_and_counted(tmp_path: Path) -> None:
    """Excel counts UTF-16 units, of which a character beyond the first plane takes two."""
    told = []

    def about(rows: int, cut: int) -> list[tuple[str, str]]:
        told.append((rows, cut))
        return []

    with xlsx_file(tmp_path / "a.xlsx", ["text"], about) as write:
        for text in ("油" * 32_767, "油" * 32_768, "𠮷" * 16_384):
            write({"text": text})
    assert told == [(3, 2)]
    lengths = [len(row[0].encode("utf-16-le")) // 2 for row in _sheets(tmp_path / "a.xlsx")["帖文"][1:]]
    assert lengths == [32_767, 32_767, 32_766]


@pytest.mark.parametrize(
    ("step", "since", "until", "expected"),
    [
        (Step.DAY, None, None, ("2026-02-01T00:00", "2026-03-03T00:00")),
        (Step.HOUR, None, None, ("2026-02-28T11:00", "2026-03-02T11:00")),
        (Step.DAY, "2026-03-01", None, ("2026-03-01T00:00", "2026-03-03T00:00")),
        (Step.HOUR, None, "2026-01-01T05:30", ("2025-12-30T05:30", "2026-01-01T05:30")),
        (Step.DAY, "2027-01-01", None, ("2027-01-01T00:00", "2027-01-01T00:00")),
        (Step.DAY, "2026-01-01", "2026-01-02", ("2026-01-01T00:00", "2026-01-02T00:00")),
    ],
)
def test_a_curve_without_bounds_gets_them(
    step: Step, since: str | None, until: str | None, expected: tuple[str, str]
) -> None:
    """Ends are those of the present step in Shanghai; what was given stays."""
    given = tuple(parse_time(one) if one else None for one in (since, until))
    query = Query(published=(given[0], given[1]))
    found = bounded(query, step, parse_time("2026-03-02T10:20")).published
    assert tuple(str(local_iso(one))[:16] for one in found) == expected
    assert timedelta(0) <= (found[1] or invented.NOW) - (found[0] or invented.NOW)
