"""A loopback site and a way to crawl it: real child processes, real HTTP, spool files read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.launch import CrawlOutcome, crawl
from minyi.cards import RobotsCheck, RobotsResult, Source
from minyi.config import Crawl
from minyi.models import CrawlRun, RawPost, SourceId, UrlCursor
from minyi.spool import Trailer, read
from tests.servers.site import Site, serve

NOW = datetime(2022, 6, 5, 2, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Result:
    """What one run left: its outcome, the raw posts in its file, and the cursor."""

    outcome: CrawlOutcome
    posts: tuple[RawPost, ...]
    cursor: Mapping[str, UrlCursor]

    @property
    def run(self) -> CrawlRun:
        """Statistics of the run."""
        return self.outcome.run

    @property
    def titles(self) -> set[str | None]:
        """Titles of the posts."""
        return {post.title for post in self.posts}


@dataclass(slots=True)
class Office:
    """Crawls one source again and again, as `jobs` would: the cursor of a run goes into the next."""

    card: Source
    spool: Path
    now: datetime = NOW
    cursor: Mapping[str, UrlCursor] = field(default_factory=dict)
    limits: Crawl = field(default_factory=Crawl)

    def crawl(self, *, revisit_all: bool = True) -> Result:
        """One run; afterwards a minute has passed."""
        outcome = crawl(
            self.card,
            self.cursor,
            spool=self.spool,
            agent="Minyi/0.1 (+press@example.cn)",
            limits=self.limits,
            now=self.now,
            revisit_all=revisit_all,
        )
        self.now += timedelta(minutes=1)
        if outcome.file is None:
            return Result(outcome, (), self.cursor)
        lines = list(read(outcome.file))
        trailer = lines[-1]
        assert isinstance(trailer, Trailer)
        assert trailer.run == outcome.run
        posts = tuple(line for line in lines if isinstance(line, RawPost))
        assert len(posts) == len(lines) - 1
        self.cursor = trailer.cursor
        return Result(outcome, posts, trailer.cursor)


OfficeMaker = Callable[..., Office]


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on loopback without any page."""
    with serve() as running:
        yield running


def card(site: Site, **changes: object) -> Source:
    """A card for the loopback site, read without delay."""
    plain = Source(
        id=SourceId("sample"),
        name="示例站",
        kind="article",
        url=(site.url("/"),),
        legal_basis="公开信息",
        robots=RobotsCheck(date(2022, 6, 1), RobotsResult.ALLOWED),
        assessed=date(2022, 6, 1),
        delay=0.0,
        allow_hosts=(site.netloc,),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test names fields of the card


@pytest.fixture
def office(site: Site, tmp_path: Path) -> OfficeMaker:
    """Makes an office that crawls the site with a card changed as named."""

    def make(**changes: object) -> Office:
        return Office(card(site, **changes), tmp_path / "spool")

    return make


@pytest.fixture
def article_html() -> Callable[..., str]:
    """Makes an article page of the common kind: site name in the title, byline, text, footer."""

    def make(title: str, text: str, time: str = "2022-06-05 08:00") -> str:
        return (
            f"<html><head><title>{title}_示例网</title></head><body>"
            f"<div class='nav'><a href='/'>首页</a></div><h1>{title}</h1>"
            f"<div class='info'>{time} 来源：示例日报</div>"
            f"<div class='content'><p>{text}</p><p>责任编辑：某某</p></div>"
            "<div class='footer'>版权所有</div></body></html>"
        )

    return make
