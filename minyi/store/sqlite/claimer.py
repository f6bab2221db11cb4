"""Who took a message to send, told so that another process can see whether the sender still lives.

A token names this boot, this process-number space (container), the process and its start. A process
of the same space is asked of /proc: exact, and a number used again is another start. Of another
space nothing can be asked, so its claim stands for `LEASE_SECONDS`, longer than any send may take.
"""

from __future__ import annotations

import os
from pathlib import Path

LEASE_SECONDS = 1_800
"""How long a claim from another container stands: six times the longest wait for a mail server's answer."""


def token() -> str:
    """This process."""
    pid = os.getpid()
    return f"{_space()}|{pid}|{_start(pid)}"


def may_live(claimer: str, age_seconds: float) -> bool:
    """False only when that claimer is surely gone, or out of reach and `age_seconds` past its lease."""
    space, _, process = claimer.partition("|")
    if space.split("/")[0] != _boot():
        return False  # the machine has started anew since
    if space != _space():
        return age_seconds < LEASE_SECONDS
    pid, _, start = process.partition("|")
    return pid.isdigit() and _start(int(pid)) == start != ""


def _space() -> str:
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{_boot()}/{namespace}"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _start(pid: int) -> str:
    """Start of a living process in clock ticks since boot; empty when there is none, or only its corpse."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
