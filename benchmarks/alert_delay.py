"""From the deciding post in the record to the mail accepted: the real service at its default intervals.

`minyi run` is started on an empty office with a mail server on loopback. Policies are hit at random moments
by a dozen posts that another process saves, as an import does: the slower of the two ways in, for a crawl's
posts are looked at as soon as they are saved. The clock stops when the server has taken the mail about it, be
it one about several.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from benchmarks.report import Row, Section, percentile
from jobs.context import open_context
from minyi.models import (
    Label,
    Match,
    OutboxState,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    Sentiment,
    SourceId,
)
from minyi.store.base import Store
from sample.mailbox import HOST, Mailbox

POLICIES = 30
SECONDS = float(os.environ.get("MINYI_DELAY_SECONDS", "240"))
"""Time over which the bursts are spread."""
PATIENCE = 120.0
"""Seconds after the last burst until a mail counts as missing."""
SOURCE = SourceId("import")
BURST = 12
OFFICE = """
[office]
name = "示例局"
contact = "press@office.example"
[mail]
host = "{host}"
port = {port}
security = "none"
sender = "minyi@office.example"
[[recipient]]
name = "值班"
address = "duty@office.example"
[[recipient]]
name = "处长"
address = "head@office.example"
[notify]
per_hour = 1000
[backup]
folder = ""
"""


def run() -> Section:
    """Measure, and stop the service."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Mailbox(folder / "mails") as mailbox:
            config = folder / "office.toml"
            config.write_text(OFFICE.format(host=HOST, port=mailbox.port), "utf-8")
            delays, missing = _measured(config, folder / "data", mailbox)
    shown = "no mail at all" if not delays else f"{percentile(delays, 0.95):.0f} s"
    rows = (
        Row("deciding post saved to mail accepted, p95", shown, "<= 60 s"),
        Row("the same, median", f"{percentile(delays, 0.5):.0f} s" if delays else shown),
        Row("alerts whose mail did not come", f"{missing} of {POLICIES}", "0"),
    )
    about = (
        f"{POLICIES} policies hit at random moments of {SECONDS:.0f} s by {BURST} posts each, saved by "
        "another process beside `minyi run` with its default intervals; wall clock, mail "
        "server on loopback, no limit of mails an hour."
    )
    return Section("Delay of an alert", "python -m benchmarks alert_delay", about, rows)


def _measured(config: Path, data: Path, mailbox: Mailbox) -> tuple[list[float], int]:
    """Seconds by policy whose mail came, and how many did not."""
    policies = [Policy(PolicyId(f"p{n}"), f"虚构办法第{n:02}号") for n in range(POLICIES)]
    with open_context(config, data) as context:
        store = context.store
        store.save_policies(policies, datetime.now(UTC))
        store.save_posts(
            [_post(policies[0], datetime.now(UTC) - timedelta(days=9), 0)], now=datetime.now(UTC)
        )
        options = ["--config", str(config), "--data", str(data)]
        service = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "cli", "run", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            saved = _hit(store, policies)
            came = _wait(mailbox, store, saved)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(30)
    return [came[policy] - at for policy, at in saved.items() if policy in came], POLICIES - len(came)


def _hit(store: Store, policies: list[Policy]) -> dict[PolicyId, float]:
    """When the deciding post of each policy was in the record."""
    chance = random.Random(7)
    begin = time.time() + 5
    plan = sorted((begin + chance.uniform(0, SECONDS), policy.id, policy) for policy in policies)
    saved = {}
    for at, name, policy in plan:
        time.sleep(max(0.0, at - time.time()))
        now = datetime.now(UTC)
        posts = [_post(policy, now - timedelta(seconds=40 * n), n) for n in range(BURST)]
        store.save_posts(posts, now=now)
        saved[name] = time.time()
    return saved


def _wait(mailbox: Mailbox, store: Store, saved: dict[PolicyId, float]) -> dict[PolicyId, float]:
    """When the server had the first mail about each policy: the file it left, found by recipient and time."""
    until = max(saved.values()) + PATIENCE
    came: dict[PolicyId, float] = {}
    while len(came) < len(saved) and time.time() < until:
        time.sleep(0.5)
        policy_of = {alert.id: alert.policy for alert in store.alerts(1_000)}
        mails = [(_recipient(mail), mail.stat().st_mtime) for mail in mailbox.received]
        for one in store.outbox([OutboxState.SENT]):
            turn = one.sent.timestamp() if one.sent else 0.0
            accepted = [at for recipient, at in mails if recipient == one.recipient and at >= turn]
            policy = policy_of.get(one.alert)
            if accepted and policy is not None:
                came[policy] = min(*accepted, came.get(policy, until))
    return came


def _recipient(mail: Path) -> str:
    return str(message_from_bytes(mail.read_bytes(), policy=default)["To"]).split("<")[-1].rstrip(">")


def _post(policy: Policy, when: datetime, number: int) -> Post:
    name = PostId(f"{policy.id}-{when.timestamp():.0f}-{number}")
    return Post(
        id=name,
        source=SOURCE,
        platform="forum",
        content="post",
        text=f"关于《{policy.title}》的虚构帖文 {name}",
        published=when.replace(microsecond=0),
        precision=Precision.MINUTE,
        first_seen=when,
        author=name,
        sentiment=Sentiment(0.0, Label.NEUTRAL, (), 0.5, "v1"),
        matches=(Match(policy.id, "title", sure=True),),
        cluster=name,
    )
