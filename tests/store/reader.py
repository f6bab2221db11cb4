"""A process that asks the record again and again until its input ends, then tells how long it took."""

import json
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from minyi.models import PolicyId
from minyi.store import open_store
from minyi.store.base import Split, Step
from minyi.store.query import NameBook, Query, parse
from minyi.store.sqlite import SqliteStore
from tests.store import invented

LEAST = 100


def main(path: str) -> None:
    """Ask at least `LEAST` times; print p95 in milliseconds by the clock and of CPU, and how many were asked."""
    store = open_store(Path(path))
    told = threading.Event()
    threading.Thread(target=wait_for_end, args=(told,), daemon=True).start()
    wall: list[float] = []
    cpu: list[float] = []
    while not told.is_set() or len(wall) < LEAST:
        clock, process = time.perf_counter(), time.process_time()
        ask(store, len(wall))
        wall.append(time.perf_counter() - clock)
        cpu.append(time.process_time() - process)
    store.close()
    print(json.dumps({"wall": p95(wall), "cpu": p95(cpu), "asked": len(wall)}))  # noqa: T201 - read by the test


def wait_for_end(told: threading.Event) -> None:
    """Say so once the input has ended."""
    sys.stdin.read()
    told.set()


def ask(store: SqliteStore, number: int) -> None:
    """A page of a word, a filtered page, a curve: what an open board asks."""
    span = (invented.START, invented.START + timedelta(days=5))
    match number % 3:
        case 0:
            store.search(parse("专利 OR 商标", resolver=NameBook()))
        case 1:
            store.search(Query(policies=(PolicyId("p-1"),), published=span))
        case _:
            store.timeline(Query(policies=(PolicyId("p-2"),), published=span), Step.HOUR, Split.LABEL)


def p95(seconds: list[float]) -> float:
    """Milliseconds that 95 of 100 stay within."""
    return 1_000 * sorted(seconds)[int(0.95 * len(seconds))]


if __name__ == "__main__":
    main(sys.argv[1])
