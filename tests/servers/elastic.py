"""A real Elasticsearch on loopback, with security, as a plain user; stopped by its own process id."""

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any, Self

from tests.servers.elastic_java import NoNode, archive, build_plugin, find_jdk

HEAP = "512m"
START_SECONDS = 180.0


def free_port() -> int:
    """A loopback port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node:
    """One node in a folder of its own; `stop` and `start` keep its data, `close` deletes it."""

    def __init__(self) -> None:
        """Lay out the node; raises `NoNode` with what is missing."""
        self.password = secrets.token_urlsafe(16)
        self.port, self._transport = free_port(), free_port()
        self._jdk = find_jdk()
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="minyi-elastic-"))
        try:
            self._lay_out(archive())
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lay_out(self, distribution: Path) -> None:
        self.folder.chmod(0o755)
        (self.folder / "tmp").mkdir()
        with zipfile.ZipFile(distribution) as packed:
            packed.extractall(self.folder)
        self.home = next(self.folder.glob("elasticsearch-*"))
        for program in [*(self.home / "bin").iterdir(), *self.home.glob("modules/*/bin/*")]:
            program.chmod(0o755)
        build_plugin(self._jdk, self.home, self.home / "plugins" / "analysis-for-tests")
        settings = {
            "cluster.name": "minyi-tests",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self._transport,
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "action.destructive_requires_name": True,
            "xpack.security.enabled": True,
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
        }
        lines = (f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
        (self.home / "config/elasticsearch.yml").write_text("".join(lines), "utf-8")
        if os.geteuid() == 0:  # Elasticsearch refuses to run as root
            plain = _plain_user()
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, plain.pw_uid, plain.pw_gid)
        self._run("bin/elasticsearch-keystore", "add", "-x", "-f", "bootstrap.password", text=self.password)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "ES_JAVA_HOME": str(self._jdk),
            "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}",
            "ES_TMPDIR": str(self.folder / "tmp"),
        }

    def _as_plain_user(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        plain = _plain_user()
        return {"user": plain.pw_uid, "group": plain.pw_gid, "extra_groups": []}

    def _run(self, program: str, *words: str, text: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own words
            [self.home / program, *words],
            input=text.encode(),
            capture_output=True,
            check=False,
            env=self._environment(),
            cwd=self.home,
            **self._as_plain_user(),
        )
        if done.returncode:
            raise NoNode(f"{program}: {(done.stdout + done.stderr).decode(errors='replace')[-800:]}")

    def start(self) -> None:
        """Start and wait until it answers; raises `NoNode` with the end of its log when it does not."""
        log = (self.folder / "console.log").open("ab")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [self.home / "bin/elasticsearch", "-p", str(self.folder / "pid")],
                stdout=log,
                stderr=log,
                env=self._environment(),
                cwd=self.home,
                **self._as_plain_user(),
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                told = (self.folder / "console.log").read_text("utf-8", errors="replace")[-2_000:]
                raise NoNode(f"the node did not start: {told}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, ssl.SSLError):
            self.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
            return True
        return False

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request as the built-in administrator, beside any client under test."""
        token = b64encode(f"elastic:{self.password}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Basic {token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read() or b"null")

    def freeze(self) -> None:
        """Let it hang: connections open, nothing answers."""
        os.kill(self._pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        os.kill(self._pid, signal.SIGCONT)

    @property
    def _pid(self) -> int:
        """The server's own process: the start script replaces itself, or leaves this file."""
        return int((self.folder / "pid").read_text("ascii"))

    def stop(self) -> None:
        """Stop it by its own process id and wait; nothing happens when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError, ValueError):
            os.kill(self._pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End it without warning, as a power cut would."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """Stop it and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _plain_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")
