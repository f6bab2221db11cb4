"""Where the real node comes from: a JDK of this machine, the published distribution, our small plugin."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

VERSION = "9.5.2"
ARTEFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
SHA256 = "de3d9c88b5f993d9b1f937a1da8d7bfa3e881f83bf3a0dab3e49a8d557934618"
"""Of the archive on Maven Central; another content is refused."""

OLDEST_JAVA = 21
PLUGIN = Path(__file__).parent / "elastic_plugin"
_USUAL_PLACES = ("/usr/lib/jvm/*", "/opt/java/*", "/opt/jdk*")


class NoNode(Exception):
    """What this machine lacks to run a real node, in words."""


def find_jdk() -> Path:
    """The JDK of `MINYI_JAVA_HOME`, else the newest installed one.

    Raises:
        NoNode: none is new enough.
    """
    named = os.environ.get("MINYI_JAVA_HOME")
    places = [Path(named)] if named else _installed()
    found = [(java_version(home), home) for home in places if (home / "bin/javac").exists()]
    fit = [one for one in found if one[0] >= OLDEST_JAVA]
    if not fit:
        seen = ", ".join(f"{home} ({version})" for version, home in found) or "none"
        raise NoNode(f"needs a JDK of {OLDEST_JAVA} or newer; set MINYI_JAVA_HOME to one. Found: {seen}")
    return max(fit)[1]


def _installed() -> list[Path]:
    named = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    on_path = shutil.which("javac")
    named += [Path(on_path).resolve().parents[1]] if on_path else []
    return named + [home for place in _USUAL_PLACES for home in Path("/").glob(place.lstrip("/"))]


def java_version(home: Path) -> int:
    """Major version, from the JDK's `release` file; 0 when it cannot be read."""
    with contextlib.suppress(OSError):
        found = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text("utf-8"), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def archive() -> Path:
    """The distribution, downloaded once by Maven into a cache outside the tree.

    Raises:
        NoNode: no Maven, no network, or another content than expected.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "minyi-tests"
    path = cache / f"elasticsearch-{VERSION}.zip"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _download(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        path.unlink()
        raise NoNode(f"{ARTEFACT} has SHA-256 {digest}, not {SHA256}; the file was deleted")
    return path


def _download(path: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoNode(f"needs Maven (mvn) to get {ARTEFACT}, or that file at {path}")
    part = path.with_suffix(f".{os.getpid()}.part")
    for goal in (
        ["dependency:get", f"-Dartifact={ARTEFACT}", "-Dtransitive=false"],
        ["dependency:copy", f"-Dartifact={ARTEFACT}", f"-DoutputDirectory={part}", "-Dmdep.useBaseVersion"],
    ):
        done = subprocess.run(  # noqa: S603 - our own words
            [maven, "-B", "-q", *goal], capture_output=True, text=True, check=False, timeout=900
        )
        if done.returncode:
            raise NoNode(f"Maven cannot get {ARTEFACT}: {(done.stdout + done.stderr)[-800:]}")
    next(part.glob("*.zip")).replace(path)
    shutil.rmtree(part)


def build_plugin(jdk: Path, home: Path, target: Path) -> None:
    """Compile the analysis plugin against the node's own libraries and lay it out in `target`.

    Raises:
        NoNode: the compiler refuses.
    """
    target.mkdir(parents=True)
    classes = target.parent / "classes"
    commands = (
        [
            "javac",
            "--release",
            str(OLDEST_JAVA),
            "-nowarn",
            "-cp",
            f"{home}/lib/*",
            "-d",
            str(classes),
            *map(str, PLUGIN.glob("*.java")),
        ],
        ["jar", "--create", "--file", str(target / "analysis-for-tests.jar"), "-C", str(classes), "."],
    )
    for words in commands:
        done = subprocess.run(  # noqa: S603 - our own words
            [str(jdk / "bin" / words[0]), *words[1:]], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NoNode(f"{words[0]} failed: {done.stdout}{done.stderr}")
    shutil.rmtree(classes)
    shutil.copy(PLUGIN / "plugin-descriptor.properties", target)
