"""Ways in which another alerter is known to lose or repeat alerts, each tried here. See docs/elastalert.md."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from alerts.onsets import onset_of
from benchmarks import elastalert
from benchmarks.interleavings import END, HOUR, LIVELY, OFFICE, POLICY, story
from benchmarks.streams import DAY_BUCKETS, World, make
from jobs.context import Context, open_context
from jobs.notify import deliver
from jobs.watch import watch
from minyi import config
from minyi.errors import ConfigError
from minyi.models import (
    Alert,
    CrawlRun,
    OutboxState,
    Post,
    RuleName,
    SourceId,
    SourceState,
    Span,
)
from minyi.store.base import SpoolCommit
from tests.alerts.watching import NOW, burst, everyday, post, spikes
from tests.servers.smtp import serve_smtp

BURST = END - LIVELY + 5 * HOUR
"""When the story's first burst begins."""


@contextmanager
def office(folder: Path, *, port: int = 0) -> Iterator[Context]:
    """An office whose record may be there already; with a port, one that can mail."""
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "minyi@office.example"\n'
    (folder / "office.toml").write_text(OFFICE + (mail if port else ""), "utf-8")
    with open_context(folder / "office.toml", folder / "data") as context:
        yield context


def prepared(folder: Path) -> list[Post]:
    """A record with the quiet weeks; the posts of the lively days are returned."""
    quiet, lively = story(4)
    with office(folder) as context:
        context.store.save_policies([POLICY], END)
        context.store.save_posts(quiet, now=END)
        watch(context, END - LIVELY)
    return lively


def take(context: Context, posts: Sequence[Post], begin: datetime, end: datetime) -> None:
    """Save the posts published in [begin, end) a minute after publishing, and look."""
    context.store.save_posts([p for p in posts if begin <= p.published < end], now=end)
    watch(context, end)


def volume(context: Context) -> list[Alert]:
    """The alerts on volume, oldest onset first."""
    return sorted(
        (a for a in context.store.alerts() if a.rule is RuleName.VOLUME), key=lambda a: onset_of(a.spike)
    )


def test_a_restart_inside_a_burst_loses_nothing(tmp_path: Path) -> None:
    """Stopped before the burst is large enough, started again: the same onset as without the restart."""
    lively = prepared(tmp_path)
    early = BURST + timedelta(minutes=5)
    with office(tmp_path) as context:
        take(context, lively, END - LIVELY, early)
        assert volume(context) == []
    with office(tmp_path) as context:
        take(context, lively, early, BURST + 5 * HOUR)
        (interrupted,) = volume(context)
    other = tmp_path / "other"
    other.mkdir()
    prepared(other)
    with office(other) as context:
        take(context, lively, END - LIVELY, BURST + 5 * HOUR)
        (whole,) = volume(context)
    assert (interrupted.id, onset_of(interrupted.spike)) == (whole.id, onset_of(whole.spike))


def test_an_alert_whose_mail_waited_when_the_service_died_is_mailed(tmp_path: Path) -> None:
    """No mail server while the alert was made, then a new process: each message once."""
    lively = prepared(tmp_path)
    with office(tmp_path) as context:
        take(context, lively, END - LIVELY, BURST + 5 * HOUR)
        waiting = len(context.store.outbox([OutboxState.NEW]))
        assert waiting > 0
    with serve_smtp(tmp_path, security="none") as server, office(tmp_path, port=server.port) as context:
        assert deliver(context, BURST + 6 * HOUR) > 0
        assert deliver(context, BURST + 7 * HOUR) == 0
        assert 0 < len(server.caught) <= waiting
        assert context.store.outbox([OutboxState.NEW]) == []
        ids = Counter(str(mail.message["Message-ID"]) for mail in server.caught)
        assert set(ids.values()) == {1}


def test_posts_that_come_half_an_hour_or_twenty_hours_late_still_alert(tmp_path: Path) -> None:
    """Looked at all the while: the onset is that of publishing, found as soon as they are there."""
    for late in (timedelta(minutes=30), 20 * HOUR):
        folder = tmp_path / f"{late.total_seconds():.0f}"
        folder.mkdir()
        lively = [replace(p, first_seen=p.published + late) for p in prepared(folder)]
        with office(folder) as context:
            for hours in range(30):
                now = END - LIVELY + hours * HOUR
                context.store.save_posts([p for p in lively if now - HOUR <= p.first_seen < now], now=now)
                watch(context, now)
            (alert,) = volume(context)
            assert BURST < onset_of(alert.spike) < BURST + 2 * HOUR
            assert alert.spike.late is (late > HOUR)


def test_a_service_started_during_an_outage_sees_the_next_burst(tmp_path: Path) -> None:
    """The source was down at the start; what it shows once it is back, of the outage too, is alerted."""
    site = SourceId("site")
    quiet, lively = story(4)
    start = END - LIVELY
    quiet = [replace(p, source=site) for p in quiet]
    posts = [replace(p, source=site) for p in lively if start <= p.published < BURST + 2 * HOUR]
    with office(tmp_path) as context:
        store = context.store
        store.save_policies([POLICY], END)
        store.save_posts(quiet, now=END)
        for before, ok in ((timedelta(days=30), True), (3 * HOUR, True), (HOUR, False)):
            at = start - before
            state = SourceState.OK if ok else SourceState.DOWN
            run = CrawlRun(site, at, at, state)
            if ok:
                store.save_posts([], now=at, commit=SpoolCommit(run, {}))
            else:
                store.record_run(run)
        assert [a.rule for a in watch(context, start)] == []
        back = BURST + 2 * HOUR
        run = CrawlRun(site, back, back, SourceState.OK)
        store.save_posts(posts, now=back, commit=SpoolCommit(run, {}))
        watch(context, back)
        (alert,) = volume(context)
        assert onset_of(alert.spike) > BURST


def test_two_processes_that_look_at_once_make_one_alert_and_one_mail(tmp_path: Path) -> None:
    """A crawl by hand beside the service: whoever is second changes nothing."""
    lively = prepared(tmp_path)
    now = BURST + 5 * HOUR
    for _ in range(3):
        with office(tmp_path) as one, office(tmp_path) as two:
            one.store.save_posts([p for p in lively if p.published < now], now=now)
            gate = threading.Barrier(2)

            def look(context: Context, at: datetime = now, gate: threading.Barrier = gate) -> None:
                gate.wait(10)
                watch(context, at)

            threads = [threading.Thread(target=look, args=(context,)) for context in (one, two)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert len(volume(one)) == 1
            firsts = Counter((n.alert, n.recipient) for n in one.store.outbox() if n.reason == "firing")
            assert set(firsts.values()) == {1}
        now += HOUR


def test_looking_back_after_a_restart_repeats_no_mail(tmp_path: Path) -> None:
    """Everything looked at again, as if the last look had been a week ago: no new alert, no new message."""
    lively = prepared(tmp_path)
    with office(tmp_path) as context:
        take(context, lively, END - LIVELY, END)
        alerts = {a.id for a in context.store.alerts()}
        messages = {n.key for n in context.store.outbox()}
        assert alerts
    with office(tmp_path) as context:
        week_ago = (END - timedelta(days=7)).isoformat()
        context.store.commit_alerts([], {"revision": "0", "watched_at": week_ago, "later": ""}, END)
        watch(context, END)
        assert {a.id for a in context.store.alerts()} == alerts
        assert {n.key for n in context.store.outbox()} == messages


def test_every_post_is_counted_exactly_once(tmp_path: Path) -> None:
    """However saves and looks interleave, the counts add up to the posts; none is missed between two looks."""
    lively = prepared(tmp_path)
    chance = random.Random(9)
    chance.shuffle(lively)
    with office(tmp_path) as context:
        for n, (a, b) in enumerate(pairwise([*range(0, len(lively), 17), len(lively)])):
            context.store.save_posts(lively[a:b] + lively[a : a + 3], now=END)
            if n % 3 == 0:
                watch(context, END)
        span = Span(END - LIVELY, END + HOUR)
        counted = sum(row[2] for row in context.store.counts(POLICY.id, span))
        assert counted == len(lively) == len(context.store.sightings(POLICY.id, span))


@pytest.mark.parametrize("table", ["volume", "negative_share", "misreading", "novelty", "source_silent"])
def test_a_misspelt_optional_key_is_refused_and_never_silence(tmp_path: Path, table: str) -> None:
    """With the file, the key, and the nearest one that exists."""
    path = tmp_path / "office.toml"
    path.write_text(f"{OFFICE}\n[rules.{table}]\nenabeld = true\n", "utf-8")
    with pytest.raises(ConfigError, match="enabled") as fault:
        config.load(path)
    assert f"rules.{table}.enabeld" in str(fault.value)


def test_nothing_after_nothing_and_a_single_post_are_no_spike() -> None:
    """No post at all, one post, four posts after silence: calm."""
    assert spikes([]) == []
    for count in (1, 4):
        assert spikes(burst(random.Random(count), count, NOW - HOUR, 1.0)) == []


def test_mornings_after_nights_are_no_spikes() -> None:
    """A month of office hours: the peer fires on mornings, the season-aware detector hardly ever."""
    world = World("office hours", noise_variance=0.1, weekend=0.3, office_hours=0.9)
    stream = make(3.0, 1, 90, world)
    month = range(30 * DAY_BUCKETS, 60 * DAY_BUCKETS)
    peer = [i for i in elastalert.spikes(stream.counts, 12, 3.0, 5.0) if i in month]
    mornings = sum(7 * 12 <= i % DAY_BUCKETS < 11 * 12 for i in peer)
    assert mornings >= 10
    posts = [p for p in everyday(random.Random(3), rate=2.0) if 1 <= p.published.hour < 10]
    assert [s for s in spikes(posts, NOW) if s.rule is RuleName.VOLUME] == []


def test_a_slow_climb_is_found_though_no_hour_triples_the_one_before() -> None:
    """Twelve hours, each a third more than the last; at its end the peer has not said a word."""
    posts = everyday(random.Random(11), until=NOW - 12 * HOUR)
    for hour in range(12):
        size = round(2 * 1.33**hour)
        posts += [post(NOW - (12 - hour - i / size) * HOUR, author=f"{hour}:{i}") for i in range(size)]
    counts = [0.0] * (12 * DAY_BUCKETS)
    for one in posts:
        place = len(counts) - 1 - int((NOW - one.published).total_seconds() // 300)
        if place >= 0:
            counts[place] += 1
    assert [i for i in elastalert.spikes(counts, 12, 3.0, 5.0) if i >= 11.5 * DAY_BUCKETS] == []
    assert RuleName.VOLUME in {s.rule for s in spikes(posts)}


def test_one_alert_does_not_hide_the_burst_after_it(tmp_path: Path) -> None:
    """The story's second burst comes 42 hours after the first: both alert."""
    lively = prepared(tmp_path)
    with office(tmp_path) as context:
        take(context, lively, END - LIVELY, END)
        onsets = [onset_of(alert.spike) for alert in volume(context)]
    assert len(onsets) == 2
    assert onsets[1] - onsets[0] > 24 * HOUR
