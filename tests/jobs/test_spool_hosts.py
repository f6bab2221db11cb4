"""Several hosts crawl for one record: finished files may come twice, late, and out of order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cli.main import main
from jobs.context import open_context
from jobs.handover import hand_over
from jobs.ingest import ingest_spool
from minyi import spool
from minyi.errors import ConfigError
from minyi.models import CrawlRun, RawPost, Saved, SourceId, SourceState
from tests.servers import paper
from tests.servers.site import serve

OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TEXTS = ("注册商标要交年费吗", "听说新办法下月起实行", "窗口的工作人员很耐心")


def crawled(host: Path, source: str, hours: int) -> Path:
    """A finished crawl on another host: the same three posts each time."""
    name, now = SourceId(source), NOW + timedelta(hours=hours)
    with spool.SpoolWriter(host, name, now) as writer:
        for number, text in enumerate(TEXTS):
            url = f"http://{source}.example/{number}"
            writer.write(RawPost(source=name, fetched_at=now, url=url, body_text=text))
        return writer.finish(spool.Trailer(CrawlRun(name, now, now, SourceState.OK, items=3), {}))


def deliver(file: Path, inbox: Path) -> None:
    """Carry one file over as an office does: `hand_over` on the host, then again into the inbox."""
    with TemporaryDirectory() as name:
        waiting = Path(name) / "waiting"
        waiting.mkdir()
        (waiting / file.name).write_bytes(file.read_bytes())
        [carried] = hand_over(waiting, Path(name) / "out")
        assert hand_over(waiting, Path(name) / "out") == [carried]
        assert hand_over(Path(name) / "out", inbox)


def test_a_file_delivered_again_changes_nothing(tmp_path: Path, warmed: Callable[[Path], Path]) -> None:
    """The same file twice in one turn cannot be; in two turns, or after a later one, it is harmless."""
    with open_context(tmp_path / "office.toml", warmed(tmp_path / "data"), missing_ok=True) as context:
        first, second = crawled(tmp_path / "host-a", "a", 0), crawled(tmp_path / "host-a", "a", 1)
        for file, expected in (
            (second, Saved(new=3)),
            (first, Saved(unchanged=3)),
            (second, Saved(unchanged=3)),
        ):
            deliver(file, context.spool)
            [done] = ingest_spool(context, NOW + timedelta(hours=2))
            assert done.saved == expected
        assert context.store.post_count() == 3
        assert context.store.verify() == []


def test_two_hosts_hand_over_at_once(tmp_path: Path, warmed: Callable[[Path], Path]) -> None:
    """File names never meet, though both hosts crawled in the same second."""
    with open_context(tmp_path / "office.toml", warmed(tmp_path / "data"), missing_ok=True) as context:
        for host in ("a", "b"):
            for _ in range(2):
                deliver(crawled(tmp_path / f"host-{host}", host, 0), context.spool)
        assert len(spool.pending(context.spool)) == 4
        saved = sum((one.saved for one in ingest_spool(context, NOW)), Saved())
        assert saved == Saved(new=6, unchanged=6)
        assert context.store.verify() == []


def test_only_complete_files_are_handed_over_and_a_full_disk_is_named(tmp_path: Path) -> None:
    """A file still being written waits for the next time; a folder that cannot be written is said."""
    file = crawled(tmp_path / "host", "a", 0)
    (tmp_path / "host" / "20260302T000000-a-x.part").write_text("half", "utf-8")
    [copy] = hand_over(tmp_path / "host", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [file.name]
    assert copy.read_bytes() == file.read_bytes()
    (tmp_path / "wall").write_text("", "utf-8")
    with pytest.raises(ConfigError, match="交出目录"):
        hand_over(tmp_path / "host", tmp_path / "wall")


def test_a_crawl_by_hand_leaves_a_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`minyi crawl --hand-over DIR`: one file of the source, which another record takes as its own."""
    with serve() as site:
        site.feed("/feed.xml", paper.FEED)
        card = OFFICE + paper.card(site.url("/feed.xml"))
        (tmp_path / "office.toml").write_text(card, "utf-8")
        words = ["--config", str(tmp_path / "office.toml"), "--data", str(tmp_path / "data")]
        assert main(["crawl", "--hand-over", str(tmp_path / "out"), *words]) == 0
    assert "1" in capsys.readouterr().out
    with open_context(tmp_path / "elsewhere.toml", tmp_path / "centre", missing_ok=True) as context:
        hand_over(tmp_path / "out", context.spool)
        [done] = ingest_spool(context, NOW)
        assert (done.source, done.saved) == ("paper", Saved(new=1))
        assert context.store.source_health()[SourceId("paper")].last_run is not None
