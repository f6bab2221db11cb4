"""Replays of the record: what rules would have said, and every number of an alert computed anew."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import cli
from alerts.lifecycle import alert_id
from alerts.onsets import onset_of
from benchmarks.interleavings import END, HOUR, LIVELY, OFFICE, POLICY, story
from jobs.context import Context, open_context
from jobs.history import replay, try_rules
from jobs.recheck import recheck
from jobs.watch import watch
from minyi.clock import local_text
from minyi.errors import ConfigError
from minyi.models import AlertId, RuleName
from minyi.rules import Rules, VolumeRule
from minyi.store.care import Act

NOW = END
UNTIL = ("--until", END.isoformat())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Context]]:
    """An office that watched an invented affair, a look every three hours."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "office.toml").write_text(OFFICE, "utf-8")
    with open_context(folder / "office.toml", folder / "data", now=lambda: NOW) as context:
        quiet, lively = story(2)
        context.store.save_policies([POLICY], NOW)
        context.store.save_posts(quiet, now=NOW)
        for hours in range(0, 73, 3):
            now = END - LIVELY + hours * HOUR
            context.store.save_posts([p for p in lively if p.published < now], now=now)
            watch(context, now)
        yield folder, context


def minyi(folder: Path, *words: str) -> int:
    """Run a command on the office."""
    return cli.main([*words, "--config", str(folder / "office.toml"), "--data", str(folder / "data")])


def test_every_number_of_every_alert_is_recomputed_from_the_record(office: tuple[Path, Context]) -> None:
    """All rules that posts can fire, each with all its numbers."""
    _, context = office
    alerts = context.store.alerts()
    assert {alert.rule for alert in alerts} >= {
        RuleName.VOLUME,
        RuleName.NEGATIVE_VOLUME,
        RuleName.NEGATIVE_SHARE,
        RuleName.MISREADING,
        RuleName.NOVELTY,
    }
    for alert in alerts:
        rows = recheck(context, alert)
        assert len(rows) > 10
        assert [row for row in rows if not row.same] == []


def test_a_post_that_is_gone_shows_in_the_numbers(tmp_path: Path) -> None:
    """The recomputation is real: without one of its posts an alert no longer adds up."""
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    with open_context(tmp_path / "office.toml", tmp_path / "data") as context:
        quiet, lively = story(2)
        context.store.save_policies([POLICY], NOW)
        context.store.save_posts(quiet + lively, now=NOW)
        watch(context, NOW)
        alert = next(a for a in context.store.alerts() if a.rule is RuleName.VOLUME)
        context.store.care.erase([alert.spike.posts[0]], Act("test", "erase", "post"), {}, NOW)
        different = {row.name for row in recheck(context, alert) if not row.same}
        assert {"observed", "posts", "voices"} <= different


def test_explain_prints_each_number_twice_and_says_whether_they_agree(
    office: tuple[Path, Context], capsys: pytest.CaptureFixture[str]
) -> None:
    """For people and for programs; exit 0 as all agree."""
    folder, context = office
    alert = next(a for a in context.store.alerts() if a.rule is RuleName.MISREADING)
    assert minyi(folder, "alerts", "explain", alert.id[:8]) == 0
    shown = capsys.readouterr().out
    assert "全部一致" in shown
    assert "都要交会费" in shown
    assert "+00:00" not in shown
    assert local_text(alert.spike.window.start) in shown
    assert minyi(folder, "alerts", "explain", alert.id, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is True
    assert {"name": "repeats_28d", "told": 0, "now": 0, "same": True} in told["numbers"]


def test_a_replay_gives_the_onsets_of_the_live_watch(office: tuple[Path, Context]) -> None:
    """Same detector, voices, claims: (rule, subject, onset) of the three days are those that stand."""
    _, context = office
    standing = {(a.rule, a.spike.subject, onset_of(a.spike)) for a in context.store.alerts()}
    found = replay(context, POLICY.id, Rules(), END - LIVELY - timedelta(days=1), END)
    assert {(s.rule, s.subject, onset_of(s)) for s in found} == standing
    assert {alert_id(s) for s in found} & {a.id for a in context.store.alerts()}


def test_a_long_replay_is_cut_without_a_trace(
    office: tuple[Path, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged two weeks at a time or a day at a time: the same onsets."""
    _, context = office
    whole = replay(context, POLICY.id, Rules(), END - timedelta(days=6), END)
    monkeypatch.setattr("jobs.history.AT_ONCE", timedelta(days=1))
    parts = replay(context, POLICY.id, Rules(), END - timedelta(days=6), END)
    assert [(s.rule, onset_of(s)) for s in parts] == [(s.rule, onset_of(s)) for s in whole]


def test_the_stored_policy_is_backtested_with_any_rule_file(
    office: tuple[Path, Context], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a JSON line an alert; stricter rules say less; alert times are written on request."""
    folder, _ = office
    span = ["--from", "2026-03-03", "--to", "2026-03-06T11:00"]
    assert (
        minyi(folder, "backtest", "--policy", POLICY.id, *span, "--alerts-out", str(tmp_path), "--json") == 0
    )
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["rule"] for line in lines} >= {"volume", "misreading", "novelty"}
    assert len((tmp_path / f"{POLICY.id}.csv").read_text("utf-8").splitlines()) == 1 + len(lines)
    strict = tmp_path / "strict.toml"
    strict.write_text("[rules.volume]\nsparse_score = 90\n[rules.misreading]\nenabled = false\n", "utf-8")
    words = ["backtest", "--policy", POLICY.id, *span, "--rules", str(strict), "--json"]
    assert minyi(folder, *words) == 0
    less = {json.loads(line)["rule"] for line in capsys.readouterr().out.splitlines()}
    assert not less & {"volume", "misreading"}


def test_rules_are_tried_before_they_are_saved(
    office: tuple[Path, Context], capsys: pytest.CaptureFixture[str]
) -> None:
    """What would go and what would come in the last 30 days, against the rules in force; nothing is saved."""
    folder, context = office
    before = context.store.alerts()
    assert minyi(folder, "rules", "check", *UNTIL, "--set", "volume.enabled=false") == 0
    shown = capsys.readouterr().out
    assert "不再报：" in shown
    assert "新增：" not in shown
    assert minyi(folder, "rules", "check", *UNTIL, "--set", "misreading.enabled=false", "--json") == 0
    changes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(c["change"], c["rule"]) for c in changes if c["change"] != "kept"} == {("gone", "misreading")}
    assert context.store.alerts() == before


def test_a_misspelt_rule_is_refused_with_the_nearest_name(
    office: tuple[Path, Context], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Silence by a slip of the pen is what the check is for."""
    folder, _ = office
    assert minyi(folder, "rules", "check", "--set", "volume.sparse_scroe=4") == 2
    assert "sparse_score" in capsys.readouterr().err
    assert minyi(folder, "rules", "check", "--set", "volume") == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[rules.novlety]\nenabled = true\n", "utf-8")
    assert minyi(folder, "rules", "check", str(wrong)) == 2
    assert "novelty" in capsys.readouterr().err


def test_trying_names_what_goes_comes_and_stays(office: tuple[Path, Context]) -> None:
    """By rule, subject and onset within a day."""
    _, context = office
    loud = Rules(volume=VolumeRule(sparse_score=1.5, burst_odds=-9, poisson=1.5))
    (trial,) = try_rules(context, loud, timedelta(days=20), NOW)
    assert len(trial.new) > 0
    assert {s.rule for s in trial.new} == {RuleName.VOLUME}
    assert len(trial.kept) + len(trial.new) == len(trial.after)
    with pytest.raises(ConfigError):
        try_rules(context, loud, timedelta(days=1), NOW, only="nothing")


def test_numbers_without_their_time_of_judging_cannot_be_recomputed(office: tuple[Path, Context]) -> None:
    """An alert of an earlier release says so instead of guessing."""
    _, context = office
    alert = context.store.alerts()[0]
    old = {k: v for k, v in alert.spike.arithmetic.items() if not k.startswith("judged_")}
    rows = recheck(context, replace(alert, id=AlertId("old"), spike=replace(alert.spike, arithmetic=old)))
    assert {row.now for row in rows} == {None}
