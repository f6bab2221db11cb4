"""The image holds what it is built from and nothing of an office; Kibana's settings hold no secret."""

import re
import smtplib
import socket
import subprocess
import sys
import time
import tomllib
from email.message import EmailMessage
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from cli.env_command import VARIABLES
from tests.deploy.compose import ROOT, load

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IGNORE = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
COMMANDS = [
    line.split(maxsplit=1)
    for line in DOCKERFILE.replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]


def sent(path: str) -> bool:
    """True when the file goes to the builder: the last line that matches it or a folder above decides."""
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    found = False
    for line in IGNORE:
        pattern = line.lstrip("!")
        if not line or line.startswith("#"):
            continue
        depth = pattern.removeprefix("**/")
        if any(
            fnmatch(one, pattern) or (pattern != depth and fnmatch(one.split("/")[-1], depth))
            for one in above
        ):
            found = line.startswith("!")
    return found


def test_every_room_goes_into_the_image() -> None:
    """As the wheel is made from them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    rooms = [name.rstrip("*") for name in project["packages"]["find"]["include"]]
    assert all(sent(f"{room}/__init__.py") for room in rooms)
    assert all(sent(f"{name}.py") for name in project["py-modules"])
    for path in (
        "pyproject.toml",
        "requirements/runtime.txt",
        "requirements/build.txt",
        "config/panels.toml",
    ):
        assert sent(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env", ".env.old", ".git/config", "config/office.toml", "config/author.key", "config/policies.toml",
        "data/minyi.db", "keys/service", "backup/minyi.db", "mail/caught/new/1", "tests/conftest.py",
        "minyi/__pycache__/text.pyc", ".venv/bin/python", "requirements/dev.txt",
    ],
)  # fmt: skip
def test_nothing_of_an_office_goes_into_the_image(path: str) -> None:
    """Configuration, keys, data, copies, mails, tests, leftovers."""
    assert not sent(path)


def test_packages_are_installed_by_their_hashes_only() -> None:
    """Every install names a lock and demands its hashes, but for our own, which needs no other."""
    installs = re.findall(r"pip install ([^\n&\\]*)", DOCKERFILE)
    assert len(installs) == 3
    locked = [one for one in installs if "requirements/" in one]
    assert all("--require-hashes" in one for one in locked)
    (own,) = (one for one in installs if one not in locked)
    assert own.split() == ["--no-deps", "--no-build-isolation", "."]


def test_the_image_is_built_in_stages_and_runs_without_root() -> None:
    """The tools of the build stay behind; the last user is nobody special."""
    words = [name for name, *_ in COMMANDS]
    assert words.count("FROM") == 2
    stages = [rest[0] for name, *rest in COMMANDS if name == "FROM"]
    assert stages == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    users = [rest[0] for name, *rest in COMMANDS if name == "USER"]
    assert users == ["10001:10001"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "ADD" not in words
    assert not re.search(r"curl|wget|apt-get|:latest|chmod 777", DOCKERFILE)


def test_the_base_image_is_the_same_everywhere() -> None:
    """In the Dockerfile, in compose, and in what `minyi init-env` writes."""
    (first,) = (one.first() for one in VARIABLES if one.name == "PYTHON_IMAGE")
    assert f"ARG PYTHON_IMAGE={first}\n" in DOCKERFILE
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", first)


def test_kibanas_settings_hold_no_secret_and_the_time_zone() -> None:
    """Secrets come from the environment that compose gives it; nothing calls home."""
    settings = yaml.safe_load((ROOT / "deploy/kibana.yml").read_text("utf-8"))
    given = load()["services"]["kibana"]["environment"]
    secrets = {key: value for key, value in settings.items() if re.search(r"password|[kK]ey$", key)}
    assert len(secrets) == 4
    assert {f"${{{name}}}" for name in given} == set(secrets.values())
    assert settings["uiSettings.overrides"] == {"dateFormat:tz": "Asia/Shanghai"}
    assert settings["i18n.locale"] == "zh-CN"
    assert settings["elasticsearch.username"] == "kibana_system"
    assert settings["telemetry.optIn"] is settings["newsfeed.enabled"] is False


def test_the_mail_catcher_catches(tmp_path: Path) -> None:
    """The very command of the `mail` service, on another port, keeps a mail in the folder."""
    service = load()["services"]["mail"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path / "caught"
    words = [*service["entrypoint"], *service["command"]]
    words = [
        word.replace("0.0.0.0:1025", f"127.0.0.1:{port}").replace("/mail/caught", str(folder))
        for word in words
    ]
    with subprocess.Popen([sys.executable, *words[1:]], stderr=subprocess.DEVNULL) as catcher:  # noqa: S603 - ours
        try:
            server = reached(port)
            message = EmailMessage()
            message["Subject"], message["From"], message["To"] = "示例", "a@b.example", "c@d.example"
            message.set_content("示例")
            server.send_message(message)
            server.quit()
        finally:
            catcher.terminate()
    assert len(list((folder / "new").iterdir())) == 1


def reached(port: int) -> smtplib.SMTP:
    """Connect as soon as somebody listens."""
    until = time.monotonic() + 20
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=10)
        except ConnectionRefusedError:
            assert time.monotonic() < until
