"""The demo, run as the README says, finds what was planted and changes nothing the second time."""

import json
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from jobs.context import Context, open_context
from minyi.clock import parse_time
from minyi.models import Alert, RuleName
from sample.office import expected


def demo(folder: Path, *more: str) -> str:
    """Run `minyi demo` in a folder and return what it printed."""
    command = [sys.executable, "-m", "cli", "demo", *more]
    root = Path(__file__).parents[2]
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=folder,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, _model_cache: Path) -> tuple[Path, str, dict[str, Any]]:
    """A folder in which the demo ran twice: the folder, the first page, the second run's figures."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "data-demo").mkdir()
    (folder / "data-demo" / "cache").symlink_to(_model_cache)
    return folder, demo(folder), json.loads(demo(folder, "--json"))


def alerts_of(context: Context) -> list[Alert]:
    """The policy alerts, without those about sources."""
    return [one for one in context.store.alerts() if one.rule is not RuleName.SOURCE_SILENT]


def test_the_planted_misreading_is_found_in_its_hour(played: tuple[Path, str, dict[str, Any]]) -> None:
    """The right policy, rule and time; the quiet policies stay quiet; the dead source was reported."""
    data = played[0] / "data-demo"
    want = expected()
    with open_context(data / "office.toml", data) as context:
        alerts = alerts_of(context)
        silent = [one for one in context.store.alerts() if one.rule is RuleName.SOURCE_SILENT]
        assert context.store.verify() == []
    for planted in want.alerts:
        found = [a for a in alerts if a.policy == planted.policy and a.rule in planted.rules]
        assert any(planted.after <= a.detected_at < planted.before for a in found)
    assert {a.policy for a in alerts}.isdisjoint(want.silent_policies)
    assert [one.spike.source for one in silent] == [want.blind_source]


def test_the_page_says_what_a_duty_officer_wants_to_see(played: tuple[Path, str, dict[str, Any]]) -> None:
    """Alert, arithmetic, links, blind source, saved mail and next commands, marked as sample data."""
    _, page, _ = played
    for words in ("示例数据", "负面", "http://127.0.0.1", "data-demo/mail/", "minyi query", "minyi init"):
        assert words in page


def test_mails_carry_exactly_our_headers_and_no_markup_of_strangers(
    played: tuple[Path, str, dict[str, Any]],
) -> None:
    """Each mail has one recipient and the headers we set, though a hostile title tried to add some."""
    mails = sorted((played[0] / "data-demo" / "mail").glob("*.eml"))
    assert mails
    for path in mails:
        message = message_from_bytes(path.read_bytes(), policy=default)
        ours = {
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "In-Reply-To",
            "References",
            "MIME-Version",
            "Content-Type",
        }
        assert set(message.keys()) <= ours
        assert len(message["To"].addresses) == 1
        html = message.get_body(("html",))
        assert html is not None
        assert "<script" not in html.get_content()


def test_a_second_run_changes_nothing(played: tuple[Path, str, dict[str, Any]]) -> None:
    """No new post, no edit, no mail."""
    _, _, again = played
    assert (again["new"], again["updated"], again["mails"]) == (0, 0, [])
    assert again["unchanged"] > 500


def test_time_zone_of_expectations_is_aware() -> None:
    """The planted times are instants, so the check above compares like with like."""
    assert parse_time("2026-06-09T13:00") == expected().alerts[0].after
