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
from tests.servers.site import Reply, Site, serve
from tests.servers.smtp import serve_smtp

OFFICE = """
[office]
name = "测量"
contact = "bench@office.example"
[search]
url = ["{cluster}"]
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "minyi@office.example"
[[recipient]]
name = "值班员"
address = "duty@office.example"
level = 4
[[source]]
id = "paper"
name = "示例日报"
kind = "feed"
url = ["{feed}"]
legal_basis = "虚构"
robots = {{ checked = 2026-01-05, result = "none" }}
assessed = 2026-01-05
delay = 0.0
allow_hosts = ["{netloc}"]
"""
FEED = (
    "<rss version='2.0'><channel><title>示例</title><item><title>甲</title>"
    "<link>http://paper.example/1</link><description>商标年费</description></item></channel></rss>"
)


def mail_seconds(folder: Path, cluster: str) -> float:
    """From the look that raises the alert to the accepted mail, in the office of `folder`.

    The cluster is tried in between, as the service does, and does not answer.
    """
    with serve() as site, serve_smtp(folder, security="none") as catcher:
        site.feed("/feed.xml", FEED)
        feed = site.url("/feed.xml")
        text = OFFICE.format(cluster=cluster, port=catcher.port, feed=feed, netloc=site.netloc)
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
