"""What every job is given: the opened record, the configuration, the office's key, the clock, the folders."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobs.record import RECORD, guard, mark, place
from minyi import clock, config
from minyi.config import Config, Office
from minyi.errors import ConfigError
from minyi.store import open_store
from minyi.store.base import Store
from minyi.store.care import Act, Progress

log = logging.getLogger(__name__)

COPIED = (
    "数据目录 %s 是从别处复制来的，或换了机器，邮件一律暂缓，以免两处重复发信；"
    "若由这里发信，请运行 minyi notify release（放行）或加 --drop（不发积压的）"
)
"""Said at every start until a person confirms."""


@dataclass(frozen=True, slots=True)
class Context:
    """An opened office. `clock` gives the instant of a job; the demo hands in a simulated one."""

    config: Config
    data: Path
    store: Store
    author_key: bytes
    clock: Callable[[], datetime] = clock.now

    @property
    def spool(self) -> Path:
        """Folder of finished crawls waiting for ingest."""
        return self.data / "spool"

    @property
    def cache(self) -> Path:
        """Folder of files that can be built again."""
        return self.data / "cache"

    @property
    def locks(self) -> Path:
        """Folder of lock files."""
        return self.data / "locks"


@contextmanager
def open_context(
    config_path: Path,
    data: Path,
    *,
    now: Callable[[], datetime] = clock.now,
    missing_ok: bool = False,
    progress: Progress = log.warning,
) -> Iterator[Context]:
    """Open the office for the length of the block; with `missing_ok`, defaults stand in for no file.

    `progress` hears of the minutes in which an older release's record is brought up to date.

    Raises:
        ConfigError: the configuration is wrong.
        StoreError: the record cannot be opened.
    """
    nameless = missing_ok and not config_path.exists()
    read = (
        Config(Office(name="未命名机构", contact=""), path=config_path)
        if nameless
        else config.load(config_path)
    )
    _make_folders(data, config_path.parent)
    guard(data)
    store = open_store(data / RECORD, progress=progress)
    try:
        mark(data)
        if store.care.arrive(place(data), Act("minyi", "copied", RECORD), now()):
            log.warning(COPIED, data)
        yield Context(read, data, store, author_key(config_path.parent), now)
    finally:
        store.close()


def _make_folders(data: Path, config: Path) -> None:
    """The folders of the record, closed to other users, and of the configuration.

    Raises:
        ConfigError: they cannot be made, or belong to someone else.
    """
    try:
        for folder in (data, config):
            folder.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"文件夹不能使用：{error.strerror}；请换一个，或改正其权限", file=str(folder)
        ) from error


def author_key(folder: Path) -> bytes:
    """The office's key for author pseudonyms, made at the first run beside the configuration, mode 0600.

    Raises:
        ConfigError: the file is there but holds no key.
    """
    path = folder / "author.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_bytes(32)
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise ConfigError(f"作者密钥无法读取：{error}", file=str(path)) from error
    if len(key) != 32:
        raise ConfigError("作者密钥已损坏；请从备份恢复，否则作者匿名编号会改变", file=str(path))
    return key
