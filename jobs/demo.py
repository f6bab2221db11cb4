"""The demo 演示: the main job on sample data, with the real crawler, record, detector and mail.

A simulated clock goes over fixed dates; the sample site reveals what was posted by then. A second run
finds the same posts at the same addresses and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jobs.collect import collect
from jobs.context import Context, open_context
from jobs.importing import import_file
from jobs.ingest import ingest_spool
from jobs.notify import deliver
from jobs.policies import import_policies
from jobs.watch import watch
from minyi.models import Alert, Saved
from minyi.policyfile import load_policies
from sample.history import history_lines
from sample.mailbox import Mailbox
from sample.office import office_toml, policies_toml
from sample.site import SampleSite, choose_port
from sample.story import schedule

Progress = Callable[[str], None]
"""Called with a line about each step, Chinese."""


@dataclass(frozen=True, slots=True)
class Round:
    """One crawl round at simulated time `at`, over all sources."""

    at: datetime
    saved: Saved
    not_modified: int
    failed: tuple[str, ...]
    alerts: tuple[Alert, ...]
    mails: int


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo did; `end` is the simulated present when it stopped."""

    imported: Saved
    rounds: tuple[Round, ...]
    mails: tuple[Path, ...]
    end: datetime

    @property
    def saved(self) -> Saved:
        """Everything stored, imports and crawls together."""
        return sum((one.saved for one in self.rounds), self.imported)


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where the demo keeps its things."""

    folder: Path

    @property
    def config(self) -> Path:
        """The demo's own office.toml."""
        return self.folder / "office.toml"

    @property
    def mail(self) -> Path:
        """Where caught mails are saved."""
        return self.folder / "mail"


def run_demo(place: DemoFolder, progress: Progress) -> DemoResult:
    """Play the whole story in `place`.

    Raises:
        ConfigError: a port the demo used before is taken by another program.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    port = choose_port(place.folder / "port")
    played_until = _read_time(place.folder / "played")
    rounds = schedule(played_until)
    with ExitStack() as stack:
        mailbox = stack.enter_context(Mailbox(place.mail))
        site = stack.enter_context(SampleSite(port, rounds[0]))
        place.config.write_text(office_toml(port, mailbox.port), "utf-8")
        context = stack.enter_context(open_context(place.config, place.folder, now=lambda: site.now))
        imported = _import_history(context, place, site.base, progress)
        played = []
        for number, at in enumerate(rounds, start=1):
            progress(f"第 {number}/{len(rounds)} 轮采集，模拟时间 {at:%m月%d日 %H:%M}")
            played.append(_play(context, site, at))
            (place.folder / "played").write_text(at.isoformat(), "ascii")
        return DemoResult(imported, tuple(played), mailbox.received, rounds[-1])


def _read_time(record: Path) -> datetime | None:
    """The last round an earlier run finished: going back in time would look like deletion."""
    return datetime.fromisoformat(record.read_text("ascii")) if record.exists() else None


def _import_history(context: Context, place: DemoFolder, base: str, progress: Progress) -> Saved:
    policies = place.folder / "policies.toml"
    policies.write_text(policies_toml(), "utf-8")
    now = schedule()[0] - timedelta(minutes=1)
    import_policies(context, load_policies(policies), now)
    history = place.folder / "history.jsonl"
    history.write_text("\n".join(history_lines(base)) + "\n", "utf-8")
    progress("导入此前 30 天的帖文")
    return import_file(context, history, "jsonl", source=None, now=now).saved


def _play(context: Context, site: SampleSite, at: datetime) -> Round:
    site.now = at
    outcomes = collect(context, context.config.source, at, revisit_all=True)
    done = ingest_spool(context, at)
    alerts = watch(context, at)
    mails = deliver(context, at)
    return Round(
        at=at,
        saved=sum((one.saved for one in done), Saved()),
        not_modified=sum(outcome.run.not_modified for outcome in outcomes),
        failed=tuple(outcome.run.source for outcome in outcomes if not outcome.run.ok),
        alerts=tuple(alerts),
        mails=mails,
    )
