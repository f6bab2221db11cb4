"""Fills the record of a test's folder with invented posts, already judged, so that no analysis need run."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from minyi.clock import parse_time
from minyi.models import (
    CrawlRun,
    Label,
    Match,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    Sentiment,
    SourceId,
    SourceState,
)
from minyi.store import open_store

NOON = parse_time("2026-03-02T12:00")

POLICIES = (
    Policy(PolicyId("oil-cake"), "青溪油糕商标使用办法", released_at=parse_time("2026-03-01T09:00")),
    Policy(PolicyId("bus"), "清溪县公交票价调整方案（征求意见稿）", department="县交通运输局"),
)


def sentiment(polarity: float) -> Sentiment:
    """A judgement with that polarity."""
    label = Label.NEGATIVE if polarity < -0.1 else Label.POSITIVE if polarity > 0.1 else Label.NEUTRAL
    return Sentiment(polarity, label, (), 0.25, "v1")


def post(number: int, text: str = "油糕商标要交会费吗", **changes: Any) -> Post:
    """An invented post, one minute after the other; `polarity` and `policies` are short for their values."""
    polarity = changes.pop("polarity", 0.0)
    matches = tuple(Match(PolicyId(one), "title", True) for one in changes.pop("policies", ()))
    published = changes.pop("published", NOON + timedelta(minutes=number))
    values: dict[str, Any] = {
        "id": PostId(f"post-{number}"),
        "source": SourceId("luntan"),
        "platform": "luntan",
        "content": "post",
        "text": text,
        "published": published,
        "precision": Precision.MINUTE,
        "first_seen": published,
        "native_id": str(number),
        "sentiment": None if polarity is None else sentiment(polarity),
        "matches": matches,
    }
    return Post(**(values | changes))


def fill(folder: Path, posts: Sequence[Post], runs: Sequence[CrawlRun] = ()) -> None:
    """Store posts and runs in the data folder of a working folder."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    store = open_store(data / "minyi.db")
    store.save_policies(POLICIES, NOON)
    for start in range(0, len(posts), 500):
        store.save_posts(posts[start : start + 500], now=NOON)
    for run in runs:
        store.record_run(run)
    store.close()


def run(at: datetime, state: SourceState = SourceState.OK, source: str = "luntan") -> CrawlRun:
    """A run of one minute."""
    return CrawlRun(SourceId(source), at, at + timedelta(minutes=1), state)
