"""The compose files keep our rules of safety, and breaking one of them is noticed."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from cli.env_command import STACK_VERSION, VARIABLES
from minyi.store.elastic import access
from minyi.store.elastic.layout import Layout
from tests.deploy.compose import ROOT, Compose, load, problems

TLS = ("docker-compose.yml", "docker-compose.tls.yml")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[?-])?([^}]*)\}")


@pytest.mark.parametrize("names", [TLS[:1], TLS], ids=["plain", "tls"])
def test_the_files_keep_every_rule(names: tuple[str, ...]) -> None:
    """Alone and with TLS laid over."""
    assert problems(load(*names)) == []


def put(service: str, **values: Any) -> Callable[[Compose], None]:
    """Change keys of a service."""
    return lambda compose: compose["services"][service].update(values)


def environ(service: str, **values: str) -> Callable[[Compose], None]:
    """Change variables of a service."""
    return lambda compose: compose["services"][service]["environment"].update(values)


FAULTS: dict[str, Callable[[Compose], None]] = {
    "a version written down": put("es", image="docker.elastic.co/elasticsearch/elasticsearch:9.5.2"),
    "no version": put("kibana", image="${KIBANA_IMAGE:?}"),
    "the latest": put("scheduler", image="minyi:latest"),
    "a secret written down": environ("es", ELASTIC_PASSWORD="secret"),
    "a secret with a default": environ("kibana", KIBANA_PASSWORD="${KIBANA_PASSWORD:-changeme}"),
    "an encryption key that may be missing": environ("kibana", KIBANA_OBJECTS_KEY="${KIBANA_OBJECTS_KEY}"),
    "open to the network": put("es", ports=["${ES_PORT:-9200}:9200"]),
    "open on all addresses": put("kibana", ports=["0.0.0.0:${KIBANA_PORT:-5601}:5601"]),
    "root": put("scheduler", user="0:0"),
    "no user": lambda compose: compose["services"]["es"].pop("user"),
    "capabilities kept": put("es", cap_drop=[]),
    "capabilities added": put("es", cap_add=["SYS_ADMIN"]),
    "privileges to gain": put("kibana", security_opt=[]),
    "privileged": put("scheduler", privileged=True),
    "the host's network": put("scheduler", network_mode="host"),
    "no memory limit": lambda compose: compose["services"]["es"].pop("mem_limit"),
    "no process limit": lambda compose: compose["services"]["mail"].pop("pids_limit"),
    "nobody looks after it": lambda compose: compose["services"]["scheduler"].pop("healthcheck"),
    "no time to start": lambda compose: compose["services"]["kibana"]["healthcheck"].pop("start_period"),
    "never restarted": put("scheduler", restart="on-failure"),
    "endless logs": put("es", logging={}),
    "a writable image": put("scheduler", read_only=False),
    "no place for scratch files": put("setup-es", tmpfs=[]),
    "zombies": put("scheduler", init=False),
    "a command that is none": put("setup-es", command=["index", "make"]),
    "an option that is none": put("setup-kibana", command=["kibana", "setup", "--uri", "x"]),
    "a wait without a condition": put("kibana", depends_on=["setup-es"]),
    "a wait for health of what ends": put("kibana", depends_on={"setup-es": {"condition": "service_healthy"}}),
    "a wait for the end of what stays": put("setup-es", depends_on={"es": {"condition": "service_completed_successfully"}}),
    "a wait for a start only": put("setup-kibana", depends_on={"kibana": {"condition": "service_started"}}),
    "a wait for nobody": put("scheduler", depends_on={"web": {"condition": "service_healthy"}}),
    "the host's files": put("scheduler", volumes=["./:/srv/minyi"]),
    "settings that can be written": put("kibana", volumes=["./deploy/kibana.yml:/usr/share/kibana/config/kibana.yml"]),
    "a volume nobody declares": put("es", volumes=["data:/usr/share/elasticsearch/data"]),
    "a name at the top": lambda compose: compose.update(name="minyi"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(fault: str) -> None:
    """Each rule can fail, and only for its own reason."""
    compose = load()
    FAULTS[fault](compose)
    assert len(problems(compose)) == 1


def test_every_variable_is_one_of_init_env() -> None:
    """What must be set, `minyi init-env` sets; what has a default, has its default."""
    known = {one.name: one for one in VARIABLES} | {"MINYI_MAIL_PASSWORD": None, "PUBLIC_NAME": None}
    for name in TLS:
        for variable, kind, default in VARIABLE.findall((ROOT / name).read_text("utf-8")):
            assert variable in known, f"{name}: {variable}"
            spec = known[variable]
            if spec is not None:
                assert kind in (":?", ":-"), f"{name}: {variable} may be empty unseen"
                assert kind == ":?" or default == spec.first()


def test_the_watch_does_not_wait_for_kibana() -> None:
    """Boards may fail; the watch goes on. Nothing that runs waits for a board."""
    services = load(*TLS)["services"]
    seen: set[str] = set()
    todo = ["scheduler"]
    while todo:
        needs = services[todo.pop()].get("depends_on", {})
        todo += [name for name in needs if name not in seen]
        seen |= set(needs)
    assert seen == {"setup-es", "es", "certs"}


def test_the_watch_holds_the_small_key_only() -> None:
    """Neither the administrator's password nor Kibana's secrets, and its keys cannot be changed by it."""
    service = load()["services"]["scheduler"]
    assert not {"ELASTIC_PASSWORD", "KIBANA_PASSWORD", "MINYI_ELASTIC_PASSWORD"} & set(service["environment"])
    assert service["environment"]["MINYI_ELASTIC_API_KEY_FILE"] == f"/srv/minyi/keys/{access.SERVICE}"
    assert "./keys:/srv/minyi/keys:ro" in service["volumes"]
    assert "delete_index" not in str(access.descriptors(Layout())[access.SERVICE])


def test_the_certificates_authority_is_shown_without_keys() -> None:
    """Our containers mount the volume that holds one public file."""
    services = load(*TLS)["services"]
    for name in ("setup-es", "setup-kibana", "scheduler"):
        assert "trust:/trust:ro" in services[name]["volumes"]
        assert not any(str(one).startswith("certs:") for one in services[name]["volumes"])
    script = (ROOT / "deploy/certs.sh").read_text("utf-8")
    assert "rm -f data/ca/ca.key" in script


def test_both_products_have_one_version() -> None:
    """Kibana refuses an Elasticsearch of another version."""
    services = load()["services"]
    versions = {services[name]["image"].split("}:")[1] for name in ("es", "kibana")}
    assert len(versions) == 1
    assert STACK_VERSION.startswith("9.5.")


def test_nothing_to_compare_is_an_error() -> None:
    """The checks read real services."""
    assert set(load()["services"]) == {"es", "setup-es", "kibana", "setup-kibana", "scheduler", "mail"}
