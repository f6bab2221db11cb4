"""Rescoring: stopped anywhere it goes on, it writes over nobody, and detection waits for it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs import rescoring
from jobs.context import Context, open_context
from jobs.judging import toolkit
from jobs.locks import hold
from jobs.rescoring import heal, rescore
from jobs.versions import mixed_lately, problems
from jobs.watch import watch
from minyi.errors import AlreadyRunning
from minyi.models import (
    ALL_POLICIES,
    Evidence,
    Label,
    Match,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    RuleName,
    Sentiment,
    SourceId,
    StoredPost,
)

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from jobs import rescoring
from jobs.context import open_context
from minyi.store.sqlite import SqliteStore
rescoring.BATCH = 4
revise, calls = SqliteStore.revise, []
def dying(store, stored, *, now):
    calls.append(1)
    if len(calls) == 3 and "{place}" == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = revise(store, stored, now=now)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
SqliteStore.revise = dying
with open_context(Path(sys.argv[1]), Path(sys.argv[2])) as context:
    rescoring.rescore(context, datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
"""
COUNT = 30


@pytest.fixture
def office(tmp_path: Path, warmed: Callable[[Path], Path]) -> Iterator[Context]:
    """An office whose thirty posts an older version found positive."""
    (tmp_path / "office.toml").write_text(
        '[office]\nname = "示例局"\ncontact = "press@office.example"\n', "utf-8"
    )
    with open_context(tmp_path / "office.toml", warmed(tmp_path / "data"), now=lambda: NOW) as context:
        context.store.save_posts([post(n) for n in range(COUNT)], now=NOW)
        yield context


def post(number: int, *, version: str = "old", label: Label = Label.POSITIVE, minutes: int = 0) -> Post:
    """An invented post; each half a day before the one with the smaller number."""
    when = NOW - timedelta(hours=12 * number, minutes=minutes)
    polarity = {Label.POSITIVE: 0.6, Label.NEUTRAL: 0.0, Label.NEGATIVE: -0.6}[label]
    return Post(
        id=PostId(f"post-{number}"),
        source=SourceId("luntan"),
        platform="luntan",
        content="post",
        text=f"第{number}次来，会费太贵了，实在太坑人",
        published=when,
        precision=Precision.MINUTE,
        first_seen=when,
        sentiment=Sentiment(polarity, label, (Evidence("会费", 0, 2, polarity, "词"),), 0.5, version),
        matches=(Match(PolicyId("fee"), "words", sure=True),),
        cluster=f"c{number}",
    )


def test_interrupted_anywhere_it_goes_on_where_it_was(
    office: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are done first; nothing is done twice; in the end all are of one version."""
    monkeypatch.setattr(rescoring, "BATCH", 4)
    monkeypatch.setattr(rescoring, "_TOLD_SECONDS", 0.0)
    told: list[str] = []

    def tell(words: str) -> None:
        told.append(words)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescore(office, NOW, progress=tell)
    assert f"已重评 12 / {COUNT} 帖" in told[-1]
    version = toolkit(office).model_version
    done = [one.post.id for one in office.store.get([PostId(f"post-{n}") for n in range(12)])]
    assert len(done) == 12
    assert office.store.learning.outdated_count(version, None) == COUNT - 12
    rest = rescore(office, NOW)
    assert (rest.done, rest.changed, rest.left) == (COUNT - 12, COUNT - 12, 0)
    assert rescore(office, NOW).done == 0
    labels = {one.post.sentiment.label for one in office.store.get(done) if one.post.sentiment}
    assert labels == {Label.NEGATIVE}
    assert office.store.verify() == []


@pytest.mark.parametrize("place", ["before", "after"])
def test_killed_anywhere_the_record_is_sound_and_the_rest_is_done_next_time(
    office: Context, place: str
) -> None:
    """`kill -9` before or after a transaction: no post is half done."""
    program = KILLED.format(place=place)
    folders = (str(office.config.path), str(office.data))
    done = subprocess.run([sys.executable, "-c", program, *folders], cwd=ROOT, check=False)  # noqa: S603 - ours
    assert done.returncode == -9
    assert office.store.verify() == []
    left = office.store.learning.outdated_count(toolkit(office).model_version, None)
    assert left == COUNT - (8 if place == "before" else 12)
    rest = rescore(office, NOW)
    assert (rest.done, rest.left) == (left, 0)
    assert office.store.verify() == []


def test_only_posts_from_a_time_on_are_done_when_asked(office: Context) -> None:
    """Older ones stay as they were."""
    done = rescore(office, NOW, since=NOW - timedelta(hours=25))
    assert (done.done, done.left) == (3, 0)
    assert office.store.learning.outdated_count(done.version, None) == COUNT - 3


def test_a_post_changed_meanwhile_is_read_again_and_not_written_over(
    office: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crawl raised its likes while it was judged: both changes stand afterwards."""
    again = rescoring._Turn._again
    moved: list[PostId] = []

    def slow(turn: rescoring._Turn, stored: StoredPost) -> StoredPost:
        if not moved:
            moved.append(stored.post.id)
            office.store.save_posts([replace(stored.post, metrics={"likes": 7})], now=NOW)
        return again(turn, stored)

    monkeypatch.setattr(rescoring._Turn, "_again", slow)
    assert rescore(office, NOW).left == 0
    (stored,) = office.store.get(moved)
    assert stored.post.metrics == {"likes": 7}
    assert stored.post.sentiment
    assert stored.post.sentiment.label is Label.NEGATIVE


def test_two_at_a_time_are_refused(office: Context) -> None:
    """The second is told of the first."""
    with hold(office.locks / "rescore.lock", "重评"), pytest.raises(AlreadyRunning, match="重评"):
        rescore(office, NOW)


def test_the_service_heals_what_detection_compares_and_leaves_older_posts(office: Context) -> None:
    """Turn by turn until the last 28 days are of one version; then it does nothing more."""
    old = replace(post(99), published=NOW - timedelta(days=60), first_seen=NOW - timedelta(days=60))
    version = toolkit(office).model_version
    office.store.save_posts([old, post(0, version=version)], now=NOW)
    assert set(mixed_lately(office.store, ALL_POLICIES, NOW)) == {"old", version}
    assert any("minyi rescore" in words for words in problems(office, NOW))
    heal(office, NOW)
    assert mixed_lately(office.store, ALL_POLICIES, NOW) == {}
    assert problems(office, NOW) == []
    assert office.store.learning.outdated_count(version, None) == 1
    revision = office.store.policies_changed(0)[1]
    heal(office, NOW)
    assert office.store.policies_changed(0)[1] == revision


@pytest.mark.parametrize("mixed", [False, True])
def test_negative_shares_are_not_compared_across_versions(office: Context, *, mixed: bool) -> None:
    """The same burst of negative posts: an alert when all are of one version, none while two mix."""
    office.store.save_policies([Policy(PolicyId("fee"), "会费管理办法")], NOW)
    version = "new" if mixed else "old"
    posts = [post(n, minutes=n) for n in range(COUNT)]
    posts += [
        replace(post(100 + n, version=version, label=Label.NEGATIVE), published=when, first_seen=when)
        for n, when in ((n, NOW - timedelta(minutes=2 * n)) for n in range(25))
    ]
    office.store.save_posts(posts, now=NOW)
    rules = {alert.rule for alert in watch(office, NOW)}
    assert RuleName.VOLUME in rules
    assert (RuleName.NEGATIVE_VOLUME in rules) is not mixed
