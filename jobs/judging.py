"""What judges posts 研判工具: the lexicon, the office's own words, and the model it activated."""

from __future__ import annotations

import logging
from pathlib import Path

import analysis
from analysis.own_words import read_own_words
from jobs.context import Context
from minyi import config
from minyi.errors import ConfigError, ResourceError
from minyi.store import open_store

log = logging.getLogger(__name__)


def toolkit(context: Context) -> analysis.Toolkit:
    """The toolkit for the registered policies, with own words and running model.

    Raises:
        ConfigError: the file of own words has a fault.
        ResourceError: the running model, or a table, is missing or damaged.
    """
    return _loaded(context, words=True, model=True)


def toolkit_for_intake(context: Context) -> analysis.Toolkit:
    """As `toolkit`, but without what has a fault: posts go on being stored, and `faults` says what to mend.

    Raises:
        ResourceError: a table is missing or damaged.
    """
    wrong = faults(context)
    if not wrong:
        return toolkit(context)
    for words in wrong.values():
        log.error("posts are judged without it: %s", words)
    return _loaded(context, words="own_words" not in wrong, model="model" not in wrong)


def faults(context: Context) -> dict[str, str]:
    """What keeps own words (`own_words`) or the running model (`model`) from being used, in words."""
    found = {}
    try:
        check_words(context.config)
    except ConfigError as error:
        found["own_words"] = str(error)
    running = running_model(context)
    if running:
        try:
            analysis.check_model(models_folder(context), running)
        except ResourceError as error:
            found["model"] = str(error)
    return found


def models_folder(context: Context) -> Path:
    """Where learnt models are kept."""
    return context.data / "models"


def running_model(context: Context) -> str | None:
    """Id of the model that judges; None while the lexicon does alone."""
    activated = context.store.learning.models()
    return activated[-1] if activated else None


def toolkit_with(context: Context, model: str | None) -> analysis.Toolkit:
    """The toolkit as `toolkit`, but with this model, or with none.

    Raises:
        ConfigError, ResourceError: as `toolkit`.
    """
    return analysis.load(
        context.cache,
        context.store.policies(),
        own_words=_own_words(context.config),
        model=(models_folder(context), model) if model else None,
    )


def standalone(config_path: Path, data: Path) -> analysis.Toolkit:
    """A toolkit for text alone: no policies, own words if there is a configuration, the record's model.

    Raises:
        ConfigError, ResourceError: as `toolkit`.
    """
    words, model = judges(config_path, data)
    return analysis.load(data / "cache", (), own_words=words, model=model)


def judges(config_path: Path, data: Path) -> tuple[Path | None, tuple[Path, str] | None]:
    """File of own words, and folder and id of the running model, of an office that need not be set up.

    Raises:
        ConfigError: the configuration is wrong.
    """
    words = _own_words(config.load(config_path)) if config_path.exists() else None
    record = data / "minyi.db"
    if not record.is_file():
        return words, None
    store = open_store(record)
    try:
        activated = store.learning.models()
    finally:
        store.close()
    return words, (data / "models", activated[-1]) if activated else None


def _loaded(context: Context, *, words: bool, model: bool) -> analysis.Toolkit:
    running = running_model(context) if model else None
    return analysis.load(
        context.cache,
        context.store.policies(),
        own_words=_own_words(context.config) if words else None,
        model=(models_folder(context), running) if running else None,
    )


def _own_words(read: config.Config) -> Path | None:
    """The file of own words; None when none is named.

    Raises:
        ConfigError: it is named and missing.
    """
    if not read.analysis.own_words:
        return None
    path = read.path.parent / read.analysis.own_words
    if not path.exists():
        raise ConfigError(
            f"找不到自备词文件 {path}；请新建（可为空），或把 own_words 留空",
            file=str(read.path),
            key="analysis.own_words",
        )
    return path


def check_words(read: config.Config) -> int:
    """Read the file of own words; how many there are.

    Raises:
        ConfigError: it is missing, or a line has a fault; names the line.
    """
    path = _own_words(read)
    return len(read_own_words(path).splitlines()) if path else 0
