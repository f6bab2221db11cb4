"""An office whose search cluster is away: a source falls silent, and the duty officer hears of it by mail."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from benchmarks import invented
from jobs.collect import collect
from jobs.context import Context, open_context
from jobs.indexing import Indexing
from jobs.ingest import ingest_spool
from jobs.notify import deliver
from jobs.watch import watch
from tests.servers import paper
from tests.servers.site import Reply, Site, serve
from tests.servers.smtp import serve_smtp

OFFICE = '[office]\nname = "测量"\ncontact = "bench@office.example"\n[search]\nurl = ["{cluster}"]\n'


def mail_seconds(folder: Path, cluster: str) -> float:
    """From the look that raises the alert to the accepted mail, in the office of `folder`.

    The cluster is tried in between, as the service does, and does not answer.
    """
    with serve() as site, serve_smtp(folder, security="none") as catcher:
        site.feed("/feed.xml", paper.FEED)
        text = (
            OFFICE.format(cluster=cluster) + paper.mailbox(catcher.port) + paper.card(site.url("/feed.xml"))
        )
        (folder / "office.toml").write_text(text, "utf-8")
        with open_context(folder / "office.toml", folder / "data") as context:
            took = _fall_silent(context, site)
    assert len(catcher.caught) == 1
    return took


def _fall_silent(context: Context, site: Site) -> float:
    for hours in range(4):
        now = invented.NOW + timedelta(hours=hours)
        collect(context, context.config.source, now, revisit_all=True)
        ingest_spool(context, now)
        with closing(Indexing(context)) as indexing:
            assert indexing.turn().wait > 0
        started = time.monotonic()
        if watch(context, now):
            assert deliver(context, now) == 1
            return time.monotonic() - started
        site.routes["/feed.xml"] = Reply(b"down", 503)
    raise AssertionError("no alert was raised")
