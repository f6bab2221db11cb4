"""What the tests of this room share: a tracer that tampers with system calls."""

import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def strace() -> str:
    """The tracer that makes system calls fail, or kills at one."""
    found = shutil.which("strace")
    if not found:
        pytest.skip("strace is not installed: no system call can be tampered with")
    probe = [found, "-qq", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO", "true"]
    done = subprocess.run(probe, check=False, capture_output=True, text=True)  # noqa: S603 - fixed words
    if done.returncode:
        pytest.skip(f"tracing is not allowed here: {done.stderr.strip()}")
    return found
