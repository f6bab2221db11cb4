"""`minyi run`: the resident service."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from threading import Event

from jobs.service import Service
from scheduler import Turn, serve


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    stop = Event()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with Service(args.config, args.data, stop.set) as service:
        print(f"值守中（进程 {os.getpid()}），按 Ctrl-C 停止。运行状况：minyi health", flush=True)
        turns = (
            Turn("collect", 5.0, service.collect),
            Turn("watch", 30.0, service.watch),
            Turn("notify", 5.0, service.notify),
            Turn("upkeep", 60.0, service.keep_up),
            Turn("rescore", 60.0, service.rescore),
            Turn("project", 5.0, service.project),
            Turn("heartbeat", 30.0, service.beat),
        )
        serve(turns, stop)
        print(f"错误：{service.failure}" if service.failure else "已停止", flush=True)
        # A crawl under way is left to die with us: its child ends with its parent, and what it has not
        # handed over is fetched again. Waiting for it could take minutes.
        sys.stdout.flush()
        os._exit(1 if service.failure else 0)
