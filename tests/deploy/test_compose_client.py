"""Compose itself reads the files: with a generated `.env`, and never without. `make test-compose`.

Any client will do (`docker-compose`, `docker compose`); none needs a running engine for this. The older
client of Debian 12 checks against the schema of the Compose specification that it brings along.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Minyi, minyi
from tests.deploy.compose import ROOT

__all__ = ["minyi"]  # a fixture

pytestmark = pytest.mark.compose
FILES = ("docker-compose.yml", "docker-compose.tls.yml")


def client() -> list[str]:
    """The compose client of this machine; `MINYI_COMPOSE` names another."""
    named = os.environ.get("MINYI_COMPOSE") or shutil.which("docker-compose")
    return [named] if named else ["docker", "compose"]


def config(*files: str) -> subprocess.CompletedProcess[str]:
    """What compose makes of the files in the working folder."""
    options = [word for name in files for word in ("-f", name)]
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    return subprocess.run(  # noqa: S603 - the client of this machine
        [*client(), *options, "config"], capture_output=True, text=True, env=clean, check=False
    )


@pytest.fixture(autouse=True)
def _checkout(minyi: Minyi) -> None:
    """The files in a folder of their own, where `minyi` runs too."""
    del minyi
    for name in FILES:
        shutil.copy(ROOT / name, name)
    shutil.copytree(ROOT / "deploy", "deploy")
    shutil.copy(ROOT / "Dockerfile", "Dockerfile")


@pytest.mark.parametrize("files", [FILES[:1], FILES], ids=["plain", "tls"])
def test_the_files_are_taken_with_a_generated_env(minyi: Minyi, files: tuple[str, ...]) -> None:
    """Every secret of `.env` arrives."""
    assert minyi("init-env", "--user", "1000:1000").code == 0
    done = config(*files)
    assert (done.returncode, "scheduler:" in done.stdout) == (0, True), done.stderr
    text = Path(".env").read_text("utf-8")
    for line in text.splitlines():
        if line.partition("=")[0].endswith(("_PASSWORD", "_KEY")):
            assert line.partition("=")[2] in done.stdout


def test_the_files_are_refused_without_env() -> None:
    """In words that name the way out."""
    done = config(FILES[0])
    assert done.returncode != 0
    assert "init-env" in done.stderr


def test_the_files_are_refused_when_a_secret_is_missing(minyi: Minyi) -> None:
    """One removed line is enough."""
    minyi("init-env", "--user", "1000:1000")
    lines = Path(".env").read_text("utf-8").splitlines()
    Path(".env").write_text("\n".join(one for one in lines if not one.startswith("KIBANA_OBJECTS_KEY=")))
    done = config(FILES[0])
    assert done.returncode != 0
    assert "KIBANA_OBJECTS_KEY" in done.stderr


def test_a_wrong_condition_is_refused(minyi: Minyi) -> None:
    """The client reads what it is given: a planted fault fails."""
    minyi("init-env", "--user", "1000:1000")
    text = Path(FILES[0]).read_text("utf-8")
    Path(FILES[0]).write_text(text.replace("condition: service_healthy", "condition: service_well"), "utf-8")
    assert config(FILES[0]).returncode != 0
