"""The hand-over file is complete or absent, and gives back what was written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from minyi import spool
from minyi.errors import InputError
from minyi.models import CrawlRun, RawPost, SourceId, SourceState, UrlCursor

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PAPER = SourceId("paper")
POST = RawPost(
    source=PAPER, fetched_at=NOW, title="标题\u2028二", body_html="<p>正文\ud800</p>", metrics={"likes": 3}
)
TRAILER = spool.Trailer(
    CrawlRun(PAPER, NOW, NOW, SourceState.OK, pages=2, items=1, reasons=("一处错误",)),
    {"http://a.example/": UrlCursor(etag='"1"', links=("http://a.example/1",), fails=2)},
)


def test_a_finished_file_reads_back_equal(tmp_path: Path) -> None:
    """Posts, lone surrogates and line separators included, and the trailer survive the round trip."""
    with spool.SpoolWriter(tmp_path, PAPER, NOW) as writer:
        writer.write(POST)
        path = writer.finish(TRAILER)
    assert list(spool.read(path)) == [POST, TRAILER]
    assert spool.pending(tmp_path) == [path]


def test_an_unfinished_file_is_not_there(tmp_path: Path) -> None:
    """A writer that fails before the end leaves nothing to ingest."""

    def break_off() -> None:
        with spool.SpoolWriter(tmp_path, PAPER, NOW) as writer:
            writer.write(POST)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_line_is_reported_with_its_number(tmp_path: Path) -> None:
    """Other lines are still read."""
    path = tmp_path / "x.jsonl"
    lines = [spool.encode_raw(POST), '{"source": 1}', "\x00", "[" * 5000, TRAILER.encode()]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    read = list(spool.read(path))
    assert [type(one) for one in read] == [
        RawPost,
        spool.BadLine,
        spool.BadLine,
        spool.BadLine,
        spool.Trailer,
    ]
    assert [one.number for one in read if isinstance(one, spool.BadLine)] == [2, 3, 4]


def test_a_cursor_reads_back_equal_and_damage_is_named() -> None:
    """Cursors go through JSON unchanged; a damaged one is an error, not an empty cursor."""
    assert spool.decode_cursor(spool.encode_cursor(TRAILER.cursor)) == TRAILER.cursor
    with pytest.raises(InputError, match="游标"):
        spool.decode_cursor('{"u": {"nonsense": 1}}')
