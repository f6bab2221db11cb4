"""Reads the compose files and says what in them breaks a rule of ours."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cli.env_command import FOLDERS
from cli.main import build_parser

ROOT = Path(__file__).parents[2]
OURS = "MINYI_IMAGE"
ONCE = "no"
SECRET = re.compile(r"PASSWORD|SECRET|_KEY$")

Compose = dict[str, Any]


def load(*names: str) -> Compose:
    """The files one over another, as compose merges what we use: maps by key, mounts by target."""
    merged: Compose = {}
    for name in names or ("docker-compose.yml",):
        merged = _merge(merged, yaml.safe_load((ROOT / name).read_text("utf-8")))
    return merged


def _merge(low: Any, high: Any, key: str = "") -> Any:
    if isinstance(low, dict) and isinstance(high, dict):
        return {name: _merge(low.get(name), high.get(name, low.get(name)), name) for name in {**low, **high}}
    if key == "volumes" and isinstance(low, list):
        return [*low, *high] if high is not low else low
    return high


def problems(compose: Compose) -> list[str]:
    """Every broken rule, as `service: what`."""
    found = [f"top: {key} is not allowed" for key in compose if key not in ("services", "volumes", "x-minyi")]
    for name, service in compose["services"].items():
        found += [f"{name}: {what}" for what in _service(service, compose)]
    return found


def _service(service: Compose, compose: Compose) -> Iterator[str]:
    yield from _image(service)
    yield from _secrets(service)
    yield from _walls(service)
    yield from _limits(service)
    yield from _mounts(service, compose)
    yield from _waiting(service, compose)
    if OURS in service["image"]:
        yield from _ours(service)


def _image(service: Compose) -> Iterator[str]:
    """Name and version are variables without a silent default: offices mirror or side-load."""
    if not re.fullmatch(r"\$\{\w+_IMAGE:\?[^}]+\}:\$\{\w+_VERSION:\?[^}]+\}", str(service.get("image"))):
        yield f"image {service.get('image')!r} is not pinned by variables"


def _secrets(service: Compose) -> Iterator[str]:
    """A secret is demanded, never written down; an office's own may be empty."""
    for name, value in service.get("environment", {}).items():
        demanded = re.fullmatch(r"\$\{\w+:\?[^}]+\}", str(value))
        own = name == "MINYI_MAIL_PASSWORD" and value == "${MINYI_MAIL_PASSWORD:-}"
        path = name.endswith("_FILE") or name == "SERVER_SSL_KEY"
        if SECRET.search(name) and not (demanded or own or path):
            yield f"secret {name} is {value!r}"


def _walls(service: Compose) -> Iterator[str]:
    """No root, no capability, no way to gain either, nothing open to the network."""
    if not re.fullmatch(r"[1-9]\d*:\d+|\$\{MINYI_USER:\?[^}]+\}", str(service.get("user"))):
        yield f"runs as {service.get('user')}"
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        yield "keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if service.get("privileged") or service.get("network_mode") or service.get("pid"):
        yield "shares the host"
    for port in service.get("ports", []):
        if not re.fullmatch(r"127\.0\.0\.1:\$\{\w+_PORT:-\d+\}:\d+", str(port)):
            yield f"port {port} is not on 127.0.0.1"


def _limits(service: Compose) -> Iterator[str]:
    """Memory and processes are bounded, logs rotate, what stays up is watched."""
    if not service.get("mem_limit"):
        yield "has no memory limit"
    if not service.get("pids_limit"):
        yield "has no limit of processes"
    if service.get("restart") == ONCE:
        return
    if service.get("restart") != "unless-stopped":
        yield f"restarts {service.get('restart')!r}"
    if set(service.get("healthcheck", {})) != {"test", "interval", "timeout", "retries", "start_period"}:
        yield "is not watched"
    if "max-size" not in service.get("logging", {}).get("options", {}):
        yield "logs without end"


def _mounts(service: Compose, compose: Compose) -> Iterator[str]:
    """Only volumes declared here, folders of `minyi init-env`, and settings of this repository, read-only."""
    for mount in service.get("volumes", []):
        source, _, rest = str(mount).partition(":")
        if not source.startswith("."):
            if source not in compose["volumes"]:
                yield f"volume {source} is not declared"
        elif source.removeprefix("./") not in FOLDERS and not (
            (ROOT / source).is_file() and rest.endswith(":ro")
        ):
            yield f"mount {mount} is neither a known folder nor a read-only file of ours"


def _waiting(service: Compose, compose: Compose) -> Iterator[str]:
    """Every dependency says what it waits for, and it can come true."""
    needs = service.get("depends_on", {})
    if isinstance(needs, list):
        yield f"waits for {needs} without a condition"
        return
    for name, one in needs.items():
        other = compose["services"].get(name)
        if other is None:
            yield f"waits for {name}, which is not there"
            continue
        wanted = "service_completed_successfully" if other.get("restart") == ONCE else "service_healthy"
        if one.get("condition") != wanted:
            yield f"waits for {name} to be {one.get('condition')}, not {wanted}"


def _ours(service: Compose) -> Iterator[str]:
    if service.get("read_only") is not True or "/tmp" not in service.get("tmpfs", []):  # noqa: S108 - a mount
        yield "can write its own image"
    if not service.get("init"):
        yield "has nobody to reap its children"
    if service["image"].split(":")[0] == "${MINYI_IMAGE" and "entrypoint" not in service:
        try:
            build_parser().parse_args([str(word) for word in service["command"]])
        except SystemExit:
            yield f"runs minyi {shlex.join(service['command'])}, which it does not understand"
