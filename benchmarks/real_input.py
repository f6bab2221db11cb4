"""Real pages, feeds and posts through the whole product, as an office would read them.

The folder `MINYI_REAL_INPUT` must hold `pages/news/*.html` with `*.json` beside them (`title`,
`publish_time`, `content`), `feeds/{well,warn,failed}/*`, and `sentiment/policy_2014_unlabelled.csv`.
Such material belongs to its publishers and is not part of this project; without it nothing is measured.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.report import Row, Section
from jobs.collect import collect
from jobs.context import Context, open_context
from jobs.importing import import_file
from jobs.ingest import ingest_spool
from minyi import clock
from minyi.models import Post, Saved, SourceState
from minyi.store.query import NameBook, Query, parse
from minyi.text import search_key
from tests.servers.paper import card

HAN_PAIR = re.compile("[\u4e00-\u9fa5]{2}")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`host:port` of a plain file server over the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def office(cards: str) -> Iterator[Context]:
    """An office of its own with these source cards."""
    with TemporaryDirectory() as name:
        config = Path(name) / "office.toml"
        config.write_text('[office]\nname = "测量"\ncontact = "bench@office.invalid"\n' + cards, "utf-8")
        with open_context(config, Path(name) / "data") as context:
            yield context


def crawl(context: Context) -> dict[str, tuple[SourceState, int, str]]:
    """State, items and first fault of each source after one crawl with its ingest."""
    now = clock.now()
    outcomes = collect(context, context.config.source, now, revisit_all=True)
    ingest_spool(context, now)
    return {o.run.source: (o.run.state, o.run.items, "；".join(o.run.reasons)) for o in outcomes}


def run() -> Section:
    """Everything, or one row that says what is missing."""
    root = os.environ.get("MINYI_REAL_INPUT")
    about = "Real Chinese news pages, feeds and posts, served on loopback and read by the product."
    command = "MINYI_REAL_INPUT=FOLDER python -m benchmarks real_input"
    rows = [Row("not measured", "MINYI_REAL_INPUT is not set")]
    if root:
        rows = [*pages(Path(root)), *feeds(Path(root)), *posts(Path(root))]
    return Section("Real input", command, about, tuple(rows))


# --- pages ------------------------------------------------------------------------------------------


def pages(root: Path) -> Iterator[Row]:
    """News pages by generic extraction."""
    news = root / "pages" / "news"
    files = sorted(path.name for path in news.glob("*.html"))
    with TemporaryDirectory() as name:
        for file in files:
            (Path(name) / file).symlink_to(news / file)
        links = "".join(f'<li><a href="{file}">{file}</a></li>' for file in files)
        (Path(name) / "index.html").write_text(f"<html><body><ul>{links}</ul></body></html>", "utf-8")
        with serving(Path(name)) as netloc:
            articles = 'allow = ["/[^/]+[.]html$"]'
            with office(
                card(f"http://{netloc}/index.html", "news", kind="article", more=articles)
            ) as context:
                crawl(context)
                found = {str(s.post.url).rsplit("/", 1)[-1]: s.post for s in context.store.iterate(Query())}
                stored = context.store.post_count()
                crawl(context)
                again = context.store.post_count()
                yield Row("pages stored once, after two crawls", f"{stored}, {again}", str(len(files)))
                yield from _as_expected(context, news, found)


def _as_expected(context: Context, news: Path, found: dict[str, Post]) -> Iterator[Row]:
    expected = {
        path.with_suffix(".html").name: json.loads(path.read_text("utf-8")) for path in news.glob("*.json")
    }
    expected = {file: one for file, one in expected.items() if (news / file).exists()}
    faults = {file: _fault(context, found.get(file), one) for file, one in sorted(expected.items())}
    right = sum(not fault for fault in faults.values())
    goal = f">= {0.85:.0%} of {len(faults)}"
    yield Row("title, time and words of the text as expected", f"{right} ({right / len(faults):.0%})", goal)
    for file, fault in faults.items():
        if fault:
            yield Row(f"page `{file}`", fault)


def _fault(context: Context, post: Post | None, expected: dict[str, Any]) -> str:
    if post is None:
        return "not stored"
    faults = []
    if _bare(post.title) != _bare(expected["title"]):
        faults.append(f"title {post.title!r}")
    shown = post.published.astimezone(clock.LOCAL).strftime("%Y-%m-%d %H:%M:%S")
    if not shown.startswith(expected["publish_time"]):
        faults.append(f"time {shown}, expected {expected['publish_time']}")
    # The expected text runs paragraphs together, so a pair seen once may be no word of the page.
    pairs = Counter(HAN_PAIR.findall(search_key(expected["title"] + "\n" + expected["content"])))
    lost = [word for word, _ in pairs.most_common(10) if not _finds(context, word, post)]
    if lost:
        faults.append(f"not found by {'、'.join(lost)}")
    return "; ".join(faults)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", search_key(text))


def _finds(context: Context, word: str, post: Post) -> bool:
    hits = context.store.search(parse(word, resolver=NameBook()), size=200).hits
    return post.id in {hit.stored.post.id for hit in hits}


# --- feeds ------------------------------------------------------------------------------------------


def feeds(root: Path) -> Iterator[Row]:
    """Readable feeds give every entry once; the others say why they cannot be read."""
    folder = root / "feeds"
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".xml", ".json"))
    with serving(folder) as netloc:
        cards = {
            f"{path.parent.name}.{number}": path.relative_to(folder).as_posix()
            for number, path in enumerate(files)
        }
        text = "".join(card(f"http://{netloc}/{path}", one) for one, path in cards.items())
        with office(text) as context:
            first = crawl(context)
            stored = context.store.post_count()
            crawl(context)
            again = context.store.post_count()
    for kind, goal in (("well", "all read"), ("warn", "all read")):
        read = [one for one in cards if one.startswith(kind)]
        good = [one for one in read if first[one][1] and not first[one][0].blind]
        yield Row(f"feeds `{kind}` read", f"{len(good)} of {len(read)}", goal)
        for one in set(read) - set(good):
            yield Row(f"feed `{cards[one]}`", first[one][2])
    failed = [one for one in cards if one.startswith("failed")]
    named = [one for one in failed if first[one][0].blind and first[one][2]]
    yield Row("feeds `failed` reported with a reason", f"{len(named)} of {len(failed)}", "all")
    items = sum(items for _, items, _ in first.values())
    yield Row("entries read, posts stored, after a second crawl", f"{items}, {stored}, {again}", "no growth")


# --- posts ------------------------------------------------------------------------------------------


def posts(root: Path) -> Iterator[Row]:
    """An import whose counts add up, and searches that agree with plain reading."""
    path = root / "sentiment" / "policy_2014_unlabelled.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    now = clock.now()
    with office("") as context:
        done = import_file(context, path, "csv", source=None, now=now)
        saved: Saved = done.saved
        total = saved.new + saved.updated + saved.unchanged + done.quarantined
        yield Row(
            "rows = new + updated + unchanged + quarantined",
            f"{total} = {saved.new} + {saved.updated} + {saved.unchanged} + {done.quarantined}",
            str(len(texts)),
        )
        stored = {stored.post.id: stored.post for stored in context.store.iterate(Query())}
        keys = [search_key(post.text) for post in stored.values()]
        pairs = sorted({pair for key in keys for pair in HAN_PAIR.findall(key)})
        words = random.Random(2).sample(pairs, 20)
        equal = sum(_count(context, word) == sum(word in key for key in keys) for word in words)
        yield Row("two-character words counted as by plain reading", f"{equal} of {len(words)}", "20 of 20")


def _count(context: Context, word: str) -> int:
    return context.store.search(parse(word, resolver=NameBook()), size=1).total
