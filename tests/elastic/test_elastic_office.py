"""An office with a search cluster: the service's turns, health, and the record standing in."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.collect import collect
from jobs.context import Context, open_context
from jobs.health import health
from jobs.indexing import Indexing
from jobs.ingest import ingest_spool
from jobs.notify import deliver
from jobs.reading import FELL_BACK, opened_reader, with_notes
from jobs.watch import watch
from minyi.errors import ConfigError
from minyi.models import CrawlRun, PolicyId, SourceId, SourceState, Span
from minyi.store.base import Split, Step
from minyi.store.elastic.template import ALERTS, HEALTH, POLICIES
from minyi.store.query import Query
from tests.servers import paper
from tests.servers.elastic_fake import FakeElastic, refuse, refuse_items
from tests.servers.site import Reply, serve
from tests.servers.smtp import serve_smtp
from tests.store import invented
from tests.store.invented import NOW

OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n[search]\nurl = ["{url}"]\n'


@pytest.fixture
def office(tmp_path: Path, fake: FakeElastic) -> Iterator[Context]:
    """An office on the fake cluster, with 30 posts queued and policies to show."""
    (tmp_path / "office.toml").write_text(OFFICE.format(url=fake.url), "utf-8")
    with open_context(tmp_path / "office.toml", tmp_path / "data", now=lambda: NOW) as context:
        context.store.projection.enable(enabled=True)
        context.store.save_policies(invented.BOOK.policies, NOW)
        context.store.save_posts(invented.posts(invented.seeded(4), 30), now=NOW)
        yield context


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Context]:
    """An office whose cluster does not answer."""
    (tmp_path / "office.toml").write_text(OFFICE.format(url="http://127.0.0.1:9"), "utf-8")
    with open_context(tmp_path / "office.toml", tmp_path / "data", now=lambda: NOW) as context:
        context.store.projection.enable(enabled=True)
        context.store.save_posts(invented.posts(invented.seeded(4), 30), now=NOW)
        yield context


def test_a_turn_sends_posts_and_what_boards_show(office: Context, fake: FakeElastic) -> None:
    """Policies go once, and again only when they change."""
    with closing(Indexing(office)) as indexing:
        assert indexing.turn().sent == 30
        assert office.store.index_lag() == (0, None)
        assert {policy.id for policy in invented.BOOK.policies} <= set(fake.kept)
        requests = len(fake.requests)
        assert indexing.turn().sent == 0
        assert len(fake.requests) == requests


def test_what_boards_show_is_in_their_mappings(office: Context, fake: FakeElastic) -> None:
    """Rows of policies and health hold only fields the strict mapping knows."""
    began = NOW - timedelta(minutes=40)
    run = CrawlRun(SourceId("s1"), began, began, SourceState.OK, pages=3, items=7, errors=1)
    office.store.record_run(run)
    with closing(Indexing(office)) as indexing:
        indexing.turn()
    known = set(POLICIES) | set(ALERTS) | set(HEALTH)
    rows = [one.body or {} for one in fake.kept.values() if not one.version]
    assert rows
    assert all(set(row) <= known for row in rows)
    [source] = [row for row in rows if row.get("source") == "s1"]
    assert (source["pages"], source["items"], source["errors"], source["state"]) == (3, 7, 1, "ok")
    [own] = [row for row in rows if "lag_posts" in row]
    assert (own["lag_posts"], own["dead"]) == (0, 0)


def test_a_block_is_told_in_health_until_it_ends(office: Context, fake: FakeElastic) -> None:
    """In the remedy's words; waits are kept, and the turn that works clears them."""
    clock = [0.0]
    full = "index blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]"
    fake.scripts = [refuse_items(429, "cluster_block_exception", full, lambda _: True)]
    with closing(Indexing(office, lambda: clock[0])) as indexing:
        assert "索引磁盘已满" in indexing.turn().words
        assert any("检索集群暂停写入" in one for one in health(office, NOW).problems)
        assert len(fake.requests) == 1
        assert indexing.turn().sent == 0
        assert len(fake.requests) == 1
        clock[0] += 60
        assert indexing.turn().sent == 30
    assert not any("检索集群" in one for one in health(office, NOW).problems)


def test_a_refused_post_and_a_long_lag_are_told(office: Context, fake: FakeElastic) -> None:
    """With the command that shows it."""
    fake.scripts = [refuse_items(400, "document_parsing_exception", "bad", lambda one: one.version == 1)]
    with closing(Indexing(office)) as indexing:
        indexing.turn()
        assert any("minyi index dead list" in one for one in health(office, NOW).problems)
        office.store.save_posts(invented.posts(invented.seeded(5), 3, 100), now=NOW)
        fake.scripts = [refuse(503, "", "starting")]
        indexing.turn()
    later = health(office, NOW + timedelta(hours=1))
    assert (later.lag_posts, later.lag_seconds, later.dead_letters) == (3, 3_600, 1)
    assert any("落后 3 条、3600 秒" in one and "预警不受影响" in one for one in later.problems)


def test_without_a_cluster_nothing_is_queued_and_an_old_queue_is_named(tmp_path: Path) -> None:
    """An office that gave its cluster up is told how to stop queueing."""
    (tmp_path / "office.toml").write_text(OFFICE.split("[search]", maxsplit=1)[0], "utf-8")
    with open_context(tmp_path / "office.toml", tmp_path / "data", now=lambda: NOW) as context:
        context.store.save_posts(invented.posts(invented.seeded(4), 3), now=NOW)
        with closing(Indexing(context)) as indexing:
            assert indexing.turn().sent == 0
        assert not any("检索集群" in one for one in health(context, NOW).problems)
        context.store.projection.enable(enabled=True)
        assert any("minyi index off" in one for one in health(context, NOW).problems)
        with (
            pytest.raises(ConfigError, match=r"search\.url"),
            opened_reader(context, "elasticsearch"),
        ):
            pass


def test_the_record_stands_in_for_a_cluster_that_is_away(away: Context) -> None:
    """Every kind of question is answered as the record answers it, and the answer says who did."""
    query = Query(published=(invented.START, NOW))
    store = away.store
    with opened_reader(away, "elasticsearch") as reader:
        page = reader.search(query)
        assert page.hits == store.search(query).hits
        assert page.notes[0].startswith(FELL_BACK)
        assert reader.count(query) == store.count(query)
        assert reader.facet(query, Split.LABEL) == store.facet(query, Split.LABEL)
        assert reader.stats(query) == store.stats(query)
        assert reader.timeline(query, Step.DAY) == store.timeline(query, Step.DAY)
        some = [hit.stored.post.id for hit in page.hits[:2]]
        assert reader.get(some) == store.get(some)
        assert with_notes(Query(), reader).notes[0].startswith(FELL_BACK)
    with opened_reader(away) as reader:
        assert reader.search(query).notes == ()


def test_a_cursor_of_one_engine_serves_the_other(away: Context) -> None:
    """A cluster that goes away between two pages loses no hit."""
    first = away.store.search(Query(), size=10)
    with opened_reader(away, "elasticsearch") as reader:
        second = reader.search(Query(), size=10, cursor=first.next)
    assert not {hit.stored.post.id for hit in first.hits} & {hit.stored.post.id for hit in second.hits}


def test_an_alert_raised_while_the_cluster_is_away_is_mailed(
    tmp_path: Path, warmed: Callable[[Path], Path]
) -> None:
    """A source falls silent: the duty officer hears of it at once; only the queue grows."""
    with serve() as site, serve_smtp(tmp_path, security="none") as catcher:
        site.feed("/feed.xml", paper.FEED)
        more = paper.mailbox(catcher.port) + paper.card(site.url("/feed.xml"))
        (tmp_path / "office.toml").write_text(OFFICE.format(url="http://127.0.0.1:9") + more, "utf-8")
        with open_context(tmp_path / "office.toml", warmed(tmp_path / "data")) as context:
            context.store.projection.enable(enabled=True)
            for hours in range(4):
                now = NOW + timedelta(hours=hours)
                collect(context, context.config.source, now, revisit_all=True)
                ingest_spool(context, now)
                watch(context, now)
                with closing(Indexing(context)) as indexing:
                    assert indexing.turn().wait > 0
                site.routes["/feed.xml"] = Reply(b"down", 503)
            assert deliver(context, now) == 1
            assert context.store.index_lag()[0] == 1
    [mail] = catcher.caught
    assert "paper" in str(mail.message["Subject"])


def test_detection_and_counts_go_on_while_the_cluster_is_away(away: Context) -> None:
    """What alerts are made of is asked of the record alone; only the queue grows."""
    with closing(Indexing(away)) as indexing:
        assert indexing.turn().wait > 0
    span = Span(invented.START, NOW)
    assert away.store.counts(PolicyId("p-0"), span)
    assert away.store.index_lag()[0] == 30
