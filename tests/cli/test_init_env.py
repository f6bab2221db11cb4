"""`minyi init-env` writes the containers' settings with secrets, and keeps an office from weak ones."""

import os
import re
import stat
from pathlib import Path

import pytest

from cli.env_command import VARIABLES
from tests.cli.conftest import Minyi

SECRETS = [one.name for one in VARIABLES if one.least]


def values(path: str = ".env") -> dict[str, str]:
    """The file as names and values."""
    lines = Path(path).read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def mode(path: str) -> int:
    """Permission bits."""
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_a_new_file_holds_everything_and_only_its_owner_reads_it(minyi: Minyi) -> None:
    """Every variable once, with a comment; the folders the containers write to are there."""
    assert minyi("init-env", "--user", "1000:1000").code == 0
    assert set(values()) == {one.name for one in VARIABLES}
    assert values()["MINYI_USER"] == "1000:1000"
    assert mode(".env") == 0o600
    assert [mode(name) & 0o077 for name in ("config", "keys")] == [0, 0]


def test_secrets_are_long_random_and_different(minyi: Minyi) -> None:
    """Kibana wants 32 characters; nothing in them means anything to a shell, YAML or a URL."""
    minyi("init-env", "--user", "1000:1000")
    first = values()
    minyi("init-env", "--user", "1000:1000", "--out", "other/.env")
    second = values("other/.env")
    found = [first[name] for name in SECRETS] + [second[name] for name in SECRETS]
    assert len(set(found)) == 2 * len(SECRETS) == 10
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{40,}", one) for one in found)


def test_secrets_are_never_printed(minyi: Minyi) -> None:
    """Neither to people nor to programs."""
    said = minyi("init-env", "--user", "1000:1000").out
    said += minyi("init-env", "--json", "--user", "1000:1000", "--out", "other/.env").out
    assert not any(
        one in said for path in (".env", "other/.env") for one in map(values(path).get, SECRETS) if one
    )


def test_a_second_run_keeps_everything(minyi: Minyi) -> None:
    """Secrets of a running cluster must not change; only the mode is put right."""
    minyi("init-env", "--user", "1000:1000")
    before = Path(".env").read_text("utf-8")
    Path(".env").chmod(0o644)
    assert "写入 0 项" in minyi("init-env").out
    assert Path(".env").read_text("utf-8") == before
    assert mode(".env") == 0o600


def test_what_is_missing_is_added_and_the_rest_stays(minyi: Minyi) -> None:
    """As after an upgrade that needs a new variable; the office's own lines and comments stay."""
    minyi("init-env", "--user", "1000:1000")
    old = Path(".env").read_text("utf-8")
    cut = re.sub(r"# [^\n]*\nKIBANA_REPORTING_KEY=.*\n", "", old) + "# 本单位的\nHTTP_PROXY=http://proxy:3128"
    Path(".env").write_text(cut, "utf-8")
    lines = minyi("init-env", "--json").lines
    assert lines[0]["written"] == ["KIBANA_REPORTING_KEY"]
    now = Path(".env").read_text("utf-8")
    assert now.startswith(cut + "\n")
    assert values()["HTTP_PROXY"] == "http://proxy:3128"


def test_values_can_be_set(minyi: Minyi) -> None:
    """Images of an office's own registry, at first or later, each in its line."""
    minyi("init-env", "--user", "1000:1000", "--set", "ES_IMAGE=registry.office.example:5000/es")
    assert values()["ES_IMAGE"] == "registry.office.example:5000/es"
    minyi("init-env", "--set", "ES_IMAGE=other/es", "--set", "KIBANA_PORT=15601")
    assert (values()["ES_IMAGE"], values()["KIBANA_PORT"]) == ("other/es", "15601")
    assert Path(".env").read_text("utf-8").count("ES_IMAGE=") == 1


@pytest.mark.parametrize("secret", ["changeme", "CHANGEME", "short"])
@pytest.mark.parametrize("name", SECRETS)
def test_a_weak_secret_is_refused(minyi: Minyi, name: str, secret: str) -> None:
    """In an existing file and on the command line; the file stays as it was."""
    minyi("init-env", "--user", "1000:1000")
    spoiled = re.sub(rf"(?m)^{name}=.*$", f"{name}={secret}", Path(".env").read_text("utf-8"))
    Path(".env").write_text(spoiled, "utf-8")
    result = minyi("init-env")
    assert result.code == 2
    assert name in result.err
    assert Path(".env").read_text("utf-8") == spoiled
    given = minyi("init-env", "--user", "1000:1000", "--out", "new.env", "--set", f"{name}={secret}")
    assert given.code == 2
    assert not Path("new.env").exists()


@pytest.mark.parametrize(
    "pair", ["ES_PORT=9200 #x", "ES_PORT=${HOME}", "NOBODY=1", "ES_PORT", "ES_PORT=a\nB=c"]
)
def test_a_value_that_would_break_the_file_is_refused(minyi: Minyi, pair: str) -> None:
    """Spaces, expansions, line breaks, unknown names."""
    assert minyi("init-env", "--user", "1000:1000", "--set", pair).code == 2


@pytest.mark.parametrize("user", ["0:0", "0:1000", "root", "minyi:minyi", "1000"])
def test_root_and_names_are_refused(minyi: Minyi, user: str) -> None:
    """Containers never run as root, and a name means nothing inside them."""
    assert minyi("init-env", "--user", user).code == 2


def test_the_caller_is_the_default_user(minyi: Minyi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns the folders runs the containers; root must name somebody."""
    monkeypatch.setattr(os, "getuid", lambda: 1234)
    monkeypatch.setattr(os, "getgid", lambda: 99)
    minyi("init-env")
    assert values()["MINYI_USER"] == "1234:99"
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert minyi("init-env", "--out", "root.env").code == 2
