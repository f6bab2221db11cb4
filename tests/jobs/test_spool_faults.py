"""A spool file that breaks the program is set aside, said so, and holds up no other."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.post import to_post
from jobs import ingest
from jobs.context import open_context
from minyi import spool
from minyi.errors import StoreBusy
from minyi.models import CrawlRun, Post, RawPost, SourceId, SourceState

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def spooled(folder: Path, source: str, text: str) -> Path:
    """One finished crawl with one post."""
    name = SourceId(source)
    with spool.SpoolWriter(folder, name, NOW) as writer:
        writer.write(RawPost(source=name, fetched_at=NOW, url=f"http://{source}.example/1", body_text=text))
        return writer.finish(spool.Trailer(CrawlRun(name, NOW, NOW, SourceState.OK, items=1), {}))


def test_a_poisoned_file_is_set_aside_and_the_next_one_is_ingested(
    tmp_path: Path, warmed: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is in the quarantine with its reason, and the source does not pass for calm."""

    def breaks(raw: RawPost, *rest: object, **more: object) -> Post:
        if raw.source == "bad":
            raise ZeroDivisionError
        return to_post(raw, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest, "to_post", breaks)  # no input is known that provokes this
    with open_context(tmp_path / "office.toml", warmed(tmp_path / "data"), missing_ok=True) as context:
        poisoned = spooled(context.spool, "bad", "毒")
        spooled(context.spool, "good", "关于商标年费的一条帖子")
        done = ingest.ingest_spool(context, NOW)
        assert [one.source for one in done] == ["good"]
        assert context.store.post_count() == 1
        (item,) = context.store.quarantined()
        assert "ZeroDivisionError" in item.reason
        assert context.store.source_health()[SourceId("bad")].state is SourceState.BROKEN
        assert spool.pending(context.spool) == []
        assert (context.spool / "aside" / poisoned.name).exists()


def test_trouble_of_the_record_leaves_the_file_for_the_next_turn(
    tmp_path: Path, warmed: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy or full record is not the file's fault."""
    with open_context(tmp_path / "office.toml", warmed(tmp_path / "data"), missing_ok=True) as context:
        waiting = spooled(context.spool, "good", "关于商标年费的一条帖子")

        def busy(*_: object, **__: object) -> None:
            raise StoreBusy("占用")

        with monkeypatch.context() as patch:
            patch.setattr(type(context.store), "save_posts", busy)
            with pytest.raises(StoreBusy):
                ingest.ingest_spool(context, NOW)
        assert spool.pending(context.spool) == [waiting]
        ingest.ingest_spool(context, NOW)
        assert context.store.post_count() == 1
