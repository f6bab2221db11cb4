"""Every command, option and configuration key is documented, and the template holds every key."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from cli.main import build_parser
from minyi.config import Config
from minyi.models import Policy

DOCS = Path(__file__).parents[2] / "docs"


def inner(hint: Any) -> Any:
    """The dataclass or plain type inside an optional or a tuple."""
    while get_origin(hint) in (tuple, Union, UnionType):
        hint = next(a for a in get_args(hint) if a is not type(None))
    return hint


def keys(kind: type, *, nested: bool = True) -> Iterator[str]:
    """Names of all keys of a configuration table and, when asked, of the tables in it."""
    hints = get_type_hints(kind)
    for spec in fields(kind):
        if not spec.metadata.get("key", True):
            continue
        yield spec.name
        below = inner(hints[spec.name])
        if nested and is_dataclass(below) and isinstance(below, type):
            yield from keys(below)


def commands(parser: argparse.ArgumentParser, name: str = "minyi") -> Iterator[tuple[str, set[str]]]:
    """Each leaf command with its own long options."""
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for action in below:
        for word, one in action.choices.items():
            yield from commands(one, f"{name} {word}")
    if not below:
        options = {o for a in parser._actions for o in a.option_strings if o.startswith("--")}
        yield name, options - {"--help", "--config", "--data", "--json", "--verbose"}


def test_every_command_and_option_is_in_the_commands_page() -> None:
    """A command line that is not written down does not exist for the office."""
    text = (DOCS / "commands.md").read_text("utf-8")
    missing = []
    for name, options in commands(build_parser()):
        line = next((one for one in text.splitlines() if f"`{name}" in one), "")
        missing += [name] if not line else [f"{name} {o}" for o in sorted(options) if o not in text]
    assert missing == []


def test_every_configuration_key_is_documented_with_its_default() -> None:
    """Each key of office.toml and of a policy file stands in the configuration page."""
    text = (DOCS / "configuration.md").read_text("utf-8")
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", text))))
    words |= set(re.findall(r"\[+([a-z_.]+)\]+", text))
    assert set(keys(Config)) - words - {"rules"} == set()
    assert set(keys(Policy, nested=False)) - words == set()


def test_the_template_of_init_holds_every_key() -> None:
    """Whoever reads the file that `minyi init` writes sees all there is to set."""
    template = resources.files("cli").joinpath("office.template.toml").read_text("utf-8")
    told = set(re.findall(r"^(?:# )?(\w+) = ", template, re.MULTILINE)) | set(
        re.findall(r"\[+([\w.]+)\]+", template)
    )
    tables = {part for name in told for part in name.split(".")}
    assert set(keys(Config)) - tables - {"checked", "result"} == set()
