"""Catches the demo's mail on loopback and saves it where a person can open it."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP

from minyi.errors import ConfigError

HOST = "127.0.0.1"
MAX_BYTES = 10 * 1024 * 1024


class Mailbox:
    """A running SMTP server that delivers into `folder`; a context manager.

    Each message becomes `NAME.eml` as received, with `NAME.html` and `NAME.txt` of its parts; NAME comes
    from its Message-ID, so a second copy replaces the first. A folder of earlier runs is kept.

    Raises:
        ConfigError: on entering, when the port is taken.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        """`port` 0 takes any free one."""
        self.folder = folder
        self._wanted = port
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._saved: list[Path] = []
        self._ready = threading.Event()

    @property
    def port(self) -> int:
        """The port served."""
        if self._socket is None:
            raise RuntimeError("the mailbox is not running")
        return int(self._socket.getsockname()[1])

    @property
    def received(self) -> tuple[Path, ...]:
        """The `.eml` file of each message accepted since entering, copies included, in order."""
        return tuple(self._saved)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._socket = socket.create_server((HOST, self._wanted))
        except OSError as error:
            raise ConfigError(f"本机端口 {self._wanted} 已被占用，示例邮箱无法启动") from error
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(self._loop, self._socket), daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._socket = None

    def _serve(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(loop.create_server(lambda: self._protocol(loop), sock=listening))
        loop.call_soon(self._ready.set)
        loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    def _protocol(self, loop: asyncio.AbstractEventLoop) -> Any:
        return SMTP(
            self, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="Minyi demo mailbox", loop=loop
        )

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Save one message; 250 only once it is on disk."""
        self._saved.append(save(bytes(envelope.content), self.folder))
        return "250 OK"


def save(raw: bytes, folder: Path) -> Path:
    """Write a message's three files and return the `.eml`; equal Message-IDs share one name."""
    message = message_from_bytes(raw, policy=default)
    stem = _stem(str(message.get("Message-ID", "")), raw)
    for suffix, kind in ((".html", "html"), (".txt", "plain")):
        text = _part(message, kind)
        if text is not None and kind == "html":
            text = _with_pictures(text, message)
        if text is not None:
            (folder / f"{stem}{suffix}").write_text(text, "utf-8", newline="\n")
    path = folder / f"{stem}.eml"
    path.write_bytes(raw)
    return path


def _stem(message_id: str, raw: bytes) -> str:
    """A file name that no Message-ID can turn into a path."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", message_id.strip("<> ").partition("@")[0]).strip("-")[:48]
    digest = sha256(message_id.encode() if message_id else raw).hexdigest()[:8]
    return f"{readable or 'mail'}-{digest}"


def _with_pictures(page: str, message: EmailMessage) -> str:
    """The page with the pictures of the mail in it, so that a browser shows what a mail program does."""
    for part in message.walk():
        if part.get_content_maintype() == "image" and part["Content-ID"]:
            data = b64encode(part.get_payload(decode=True) or b"").decode("ascii")  # type: ignore[arg-type]
            name = str(part["Content-ID"]).strip("<>")
            page = page.replace(f'"cid:{name}"', f'"data:{part.get_content_type()};base64,{data}"')
    return page


def _part(message: EmailMessage, kind: str) -> str | None:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else None
