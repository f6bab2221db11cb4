"""A sink that is killed: `python -m tests.elastic.dying_sink RECORD URL PASSWORD PREFIX WHEN BATCH`.

WHEN is `send` (before the request), `receive` (after it was sent, its answer unread) or `ack` (the answer
is there, the record does not know yet). BATCH counts the batches that go well before.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from jobs.project import Projector, drain
from minyi.store import open_store
from minyi.store.elastic.client import Cluster, Login
from minyi.store.elastic.layout import Layout
from minyi.store.elastic.sink import Sink
from tests.store.invented import NOW


class DyingCluster(Cluster):
    """Dies at a chosen point of a chosen bulk request."""

    when = "send"
    left = 0

    def bulk(self, lines: Sequence[bytes]) -> Any:
        """Count down, then die."""
        self.left -= 1
        if self.left >= 0:
            return super().bulk(lines)
        if self.when == "send":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.when == "receive":
            threading.Thread(target=_die_soon).start()
        answer = super().bulk(lines)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer


def _die_soon() -> None:
    time.sleep(0.003)  # long enough to send, too short for the cluster to answer
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Drain and die."""
    record, url, password, prefix, when, batch = sys.argv[1:]
    cluster = DyingCluster([url], Login(user="elastic", password=password))
    cluster.when, cluster.left = when, int(batch)
    store = open_store(Path(record))
    projector = Projector(store, Sink(cluster, Layout(prefix)), lambda: NOW, Random(1), _size=20)
    drain(projector, tell=lambda _: None)


if __name__ == "__main__":
    main()
