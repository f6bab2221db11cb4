"""The engine built once, and the stock package imported once (2 s, 440 MB), for all tests here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from analysis.snow import TABLE_NAME, SnowEngine, load_engine


@pytest.fixture(scope="session")
def snow_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a table, built in the place of a damaged one."""
    folder = tmp_path_factory.mktemp("snow")
    (folder / TABLE_NAME).write_bytes(b"rubbish")
    load_engine(folder)
    return folder


@pytest.fixture(scope="session")
def engine(snow_cache: Path) -> SnowEngine:
    """The engine under test."""
    return load_engine(snow_cache)


@pytest.fixture(scope="session")
def stock_score() -> Callable[[str], float]:
    """What the installed SnowNLP answers."""
    classify: Callable[[str], float] = import_module("snownlp.sentiment").classify
    return classify


@pytest.fixture(scope="session")
def stock_words() -> Callable[[str], list[str]]:
    """How the installed SnowNLP segments."""
    segment: Callable[[str], list[str]] = import_module("snownlp.seg").seg
    return segment
