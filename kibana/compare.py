"""What Kibana kept of what it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kibana.operations import Json


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that came back otherwise; `got` is None when it is missing."""

    path: str
    sent: object
    got: object


def differences(sent: object, got: object, path: str = "") -> Iterator[Difference]:
    """Values of `sent` that `got` lacks or changed. What `got` has besides is Kibana's own default."""
    if isinstance(sent, dict) and isinstance(got, dict):
        for key, value in sent.items():
            yield from differences(value, got.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(sent, list) and isinstance(got, list) and len(sent) == len(got):
        for number, (one, other) in enumerate(zip(sent, got, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif sent != got:
        yield Difference(path, sent, got)


def lost_panels(sent: Json, got: Json) -> list[str]:
    """Titles of panels that were sent and are not there, in the order sent."""
    there = {identity for identity, _ in _panels(got)}
    return [title for identity, title in _panels(sent) if identity not in there]


def panel_title(body: Json, number: int) -> str:
    """Title of the panel at this place of a board's body; empty when there is none."""
    titles = [title for _, title in _panels(body)]
    return titles[number] if 0 <= number < len(titles) else ""


def pinned_count(body: Json) -> int:
    """How many choices stand above the board."""
    pinned = body.get("pinned_panels")
    return len(pinned) if isinstance(pinned, list) else 0


def _panels(body: Json) -> Iterator[tuple[object, str]]:
    panels = body.get("panels")
    for panel in panels if isinstance(panels, list) else []:
        if isinstance(panel, dict):
            config = panel.get("config")
            yield panel.get("id"), str(config.get("title", "")) if isinstance(config, dict) else ""
