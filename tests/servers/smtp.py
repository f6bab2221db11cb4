"""A mail catcher on loopback whose failures are scripted: refusals, lost connections, TLS or none."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HANG_UP = "hang up"
"""In place of an answer: close the connection without one."""


@dataclass(frozen=True, slots=True)
class Caught:
    """One message accepted, as received."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    encrypted: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        """Parsed as a mail program would."""
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Catcher:
    """A running catcher. `script[stage]` (`mail`, `rcpt`, `data`) holds answers to give in turn, then 250.

    `recipients_refused` are always answered 550. `watch[stage]` is called before the stage is answered: the
    place to kill a process from.
    """

    port: int = 0
    authority: Path | None = None
    caught: list[Caught] = field(default_factory=list)
    script: dict[str, list[str]] = field(default_factory=dict)
    recipients_refused: set[str] = field(default_factory=set)
    watch: dict[str, Callable[[], None]] = field(default_factory=dict)
    stages: list[str] = field(default_factory=list)

    def trust(self) -> ssl.SSLContext:
        """A client context that trusts this server and nobody else."""
        return ssl.create_default_context(cafile=None if self.authority is None else str(self.authority))

    def _answer(self, stage: str, server: Any, usual: str) -> str:
        self.stages.append(stage)
        self.watch.get(stage, lambda: None)()
        scripted = self.script.get(stage, [])
        answer = scripted.pop(0) if scripted else usual
        if answer == HANG_UP:
            server.transport.abort()
            return "421 gone"
        return answer

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Answer MAIL FROM."""
        envelope.mail_from = address
        return self._answer("mail", server, "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        refused = address in self.recipients_refused
        answer = self._answer("rcpt", server, "550 5.1.1 no such mailbox" if refused else "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Answer the end of DATA; only a message answered 250 counts as caught."""
        answer = self._answer("data", server, "250 OK")
        if answer.startswith("250"):
            self.caught.append(
                Caught(
                    envelope.mail_from,
                    tuple(envelope.rcpt_tos),
                    bytes(envelope.content),
                    session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
                    getattr(session.auth_data, "login", b"").decode() or None,
                )
            )
        return answer

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Answer QUIT."""
        return self._answer("quit", server, "221 Bye")


@contextlib.contextmanager
def serve_smtp(
    folder: Path, *, security: str = "starttls", login: tuple[str, str] | None = None, name: str = "127.0.0.1"
) -> Iterator[Catcher]:
    """Run a catcher; `name` is whom its certificate belongs to, `login` the user and password it asks for."""
    catcher = Catcher()
    server_context = None
    if security != "none":
        catcher.authority, key = certificate(folder, name)
        server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_context.load_cert_chain(catcher.authority, key)
    listening = socket.create_server(("127.0.0.1", 0))
    catcher.port = listening.getsockname()[1]
    loop = asyncio.new_event_loop()

    def protocol() -> Any:
        return SMTP(
            catcher,
            tls_context=server_context if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_required=login is not None,
            auth_require_tls=security == "starttls",
            authenticator=_checker(login),
            loop=loop,
        )

    ready = threading.Event()
    thread = threading.Thread(
        target=_serve,
        args=(loop, listening, protocol, server_context if security == "tls" else None, ready),
        daemon=True,
    )
    thread.start()
    ready.wait()
    try:
        yield catcher
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for an address or host name: paths of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_path, key_path


def _checker(login: tuple[str, str] | None) -> Callable[..., AuthResult]:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = login is not None and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=good, handled=False, auth_data=data)

    return check


def _serve(
    loop: asyncio.AbstractEventLoop,
    listening: socket.socket,
    protocol: Callable[[], Any],
    context: ssl.SSLContext | None,
    ready: threading.Event,
) -> None:
    asyncio.set_event_loop(loop)
    server = loop.run_until_complete(loop.create_server(protocol, sock=listening, ssl=context))
    loop.call_soon(ready.set)
    loop.run_forever()
    server.close()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
