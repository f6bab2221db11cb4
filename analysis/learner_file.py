"""Files of learnt models: `ID.json` says everything but the large array, which is `ID.weights` beside it.

The id holds the beginning of a SHA-256 over both, so a file that was altered or cut is found out. Numbers of
the array are 32-bit floats in little-endian order; nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.learner import CLASSES, SCHEMA, SIZE, Model
from minyi.errors import ResourceError
from minyi.spool import sync_folder

_ID = re.compile(r"m\d{8}T\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a stored model; `figures` are the gate's when it was trained."""

    id: str
    trained_at: datetime
    corrections: int
    """Standing corrections at that time, those that check included."""
    taught: int
    """Corrections it learnt from."""
    lexicon: str
    """Version of the lexicon it was trained on."""
    figures: Mapping[str, float]


def write_model(folder: Path, model: Model, card: ModelCard) -> ModelCard:
    """Write both files durably; the card comes back with the id that the content gives.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = _little_endian(model.grams).tobytes()
    values = {
        "schema": SCHEMA,
        "trained_at": card.trained_at.isoformat(),
        "corrections": card.corrections,
        "taught": card.taught,
        "lexicon": card.lexicon,
        "figures": dict(card.figures),
        "temperature": model.temperature,
        "dense": [list(row) for row in model.dense],
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    name = f"m{card.trained_at:%Y%m%dT%H%M%S}-{_digest(values)[:8]}"
    values["sha256"] = _digest(values)
    _write(folder / f"{name}.weights", weights)
    _write(folder / f"{name}.json", json.dumps(values, indent=1).encode())
    sync_folder(folder)
    return replace(card, id=name)


def read_model(folder: Path, name: str) -> Model:
    """Read and check a model.

    Raises:
        ResourceError: there is none of that id, it is damaged, or it was made by another version.
    """
    values = _values(folder, name)
    try:
        data = (folder / f"{name}.weights").read_bytes()
    except OSError as error:
        raise _damaged(name, error.strerror or "") from error
    if hashlib.sha256(data).hexdigest() != values["weights_sha256"]:
        raise _damaged(name, "权重与校验和不符")
    grams = array("f")
    grams.frombytes(data)
    dense = tuple(tuple(map(float, row)) for row in values["dense"])
    if len(grams) != len(CLASSES) * SIZE or len(dense) != len(CLASSES):
        raise _damaged(name, "大小不对")
    return Model(name, dense, _little_endian(grams), float(values["temperature"]))


def read_card(folder: Path, name: str) -> ModelCard:
    """What is known of a model, without its weights.

    Raises:
        ResourceError: as `read_model`.
    """
    values = _values(folder, name)
    return ModelCard(
        name,
        datetime.fromisoformat(values["trained_at"]),
        int(values["corrections"]),
        int(values["taught"]),
        str(values["lexicon"]),
        values["figures"],
    )


def model_names(folder: Path) -> list[str]:
    """Ids of the models in a folder, the oldest first."""
    return sorted(path.stem for path in folder.glob("m*.json") if _ID.fullmatch(path.stem))


def remove_model(folder: Path, name: str) -> None:
    """Delete both files of a model."""
    for kind in ("json", "weights"):
        (folder / f"{name}.{kind}").unlink(missing_ok=True)


def _values(folder: Path, name: str) -> dict[str, Any]:
    if not _ID.fullmatch(name):
        raise ResourceError(f"{name!r} 不是模型编号；编号见 minyi model list")
    try:
        values = json.loads((folder / f"{name}.json").read_bytes())
    except FileNotFoundError:
        raise ResourceError(f"没有模型 {name}；现有的见 minyi model list") from None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(name, str(error)) from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        raise ResourceError(f"模型 {name} 由另一版本的程序训练，不能使用；请重新 minyi model train")
    told = values.pop("sha256", None)
    if told != _digest(values) or not name.endswith(_digest(values)[:8]):
        raise _damaged(name, "内容与校验和不符")
    return values


def _damaged(name: str, why: str) -> ResourceError:
    return ResourceError(f"模型 {name} 已损坏（{why}）；可用 minyi model rollback 退回上一个")


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _little_endian(numbers: array[float]) -> array[float]:
    if sys.byteorder == "little":
        return numbers
    swapped = array(numbers.typecode, numbers)
    swapped.byteswap()
    return swapped


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
