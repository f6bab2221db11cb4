"""From a site to the record and back again, over HTTP: nothing twice, nothing missed, silence told apart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobs.collect import collect
from jobs.context import Context, open_context
from jobs.health import health
from jobs.ingest import ingest_spool
from jobs.watch import watch
from minyi.models import AlertState, RuleName, Saved, SourceState
from tests.servers import paper
from tests.servers.site import Reply, Site, serve

T0 = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def feed(entries: dict[int, str]) -> str:
    """An RSS feed with one entry a number."""
    items = "".join(
        f"<item><title>第{n}条</title><link>http://paper.example/{n}</link>"
        f"<description>{text}</description><pubDate>Mon, 02 Mar 2026 09:{n:02}:00 +0800</pubDate></item>"
        for n, text in entries.items()
    )
    return f'<rss version="2.0"><channel><title>示例日报</title>{items}</channel></rss>'


@contextmanager
def office(folder: Path, data: Path, site: Site) -> Iterator[Context]:
    """An office that reads one feed of the site."""
    text = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'
    text += paper.card(site.url("/feed.xml"), more='every = "30m"')
    (folder / "office.toml").write_text(text, "utf-8")
    with open_context(folder / "office.toml", data) as context:
        yield context


def crawl(context: Context, now: datetime) -> tuple[Saved, SourceState]:
    """One crawl with its ingest and detection."""
    (outcome,) = collect(context, context.config.source, now, revisit_all=True)
    done = ingest_spool(context, now)
    watch(context, now)
    return sum((one.saved for one in done), Saved()), outcome.run.state


def test_new_edited_and_unchanged_entries_are_told_apart(
    tmp_path: Path, warmed: Callable[[Path], Path]
) -> None:
    """A re-crawl finds nothing new; three added and two edited entries are found as exactly that."""
    entries = {n: f"关于商标年费的第 {n} 种说法，内容各不相同" for n in range(20)}
    with serve() as site, office(tmp_path, warmed(tmp_path / "data"), site) as context:
        site.feed("/feed.xml", feed(entries))
        assert crawl(context, T0)[0] == Saved(new=20)
        assert crawl(context, T0 + HOUR)[0].new == 0
        entries |= {n: f"新增的第 {n} 种说法，与前面都不同" for n in (20, 21, 22)}
        entries |= {n: f"改过的第 {n} 种说法，添了一句话" for n in (3, 7)}
        site.feed("/feed.xml", feed(entries))
        saved, _ = crawl(context, T0 + 2 * HOUR)
        assert (saved.new, saved.updated) == (3, 2)
        assert context.store.post_count() == 23
        assert context.store.verify() == []


def test_a_dead_source_is_blind_then_silent_and_its_return_is_no_spike(
    tmp_path: Path, warmed: Callable[[Path], Path]
) -> None:
    """A 503 is no calm: the source shows as down, is reported once, and recovers without a false alert."""
    with serve() as site, office(tmp_path, warmed(tmp_path / "data"), site) as context:
        site.feed("/feed.xml", feed({n: f"第 {n} 条关于商标的帖子" for n in range(5)}))
        crawl(context, T0)
        site.routes["/feed.xml"] = Reply(b"down", 503)
        for hours in (1, 2, 3):
            assert crawl(context, T0 + hours * HOUR)[1] is SourceState.DOWN
        (source,) = health(context, T0 + 3 * HOUR).sources
        assert (source.state, source.last_success is None) == (SourceState.DOWN, False)
        assert source.blind_since is not None
        assert source.blind_since <= T0 + HOUR
        (alert,) = context.store.alerts()
        assert (alert.rule, alert.state) == (RuleName.SOURCE_SILENT, AlertState.FIRING)
        site.feed("/feed.xml", feed({n: f"第 {n} 条关于商标的帖子" for n in range(40)}))
        assert crawl(context, T0 + 4 * HOUR)[0].new == 35
        (alert,) = context.store.alerts()
        assert alert.state is AlertState.RESOLVED
        assert health(context, T0 + 4 * HOUR).sources[0].blind_since is None
