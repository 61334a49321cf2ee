"""``goldthread database start | stop | status | url``: the database that comes with Goldthread."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from goldthread.config.postgres import Cluster, ClusterError
from goldthread.config.postgres.binaries import installed_root

_STOPPED = 3  # exit status of "status" when nothing runs, as system services have it


def cluster_directory(data: Path | None = None) -> Path:
    """Where the cluster lies: in ``data``, else in the folder that GOLDTHREAD_DATA names, else in ``.goldthread``."""
    return (data or Path(os.environ.get("GOLDTHREAD_DATA") or ".goldthread")) / "postgres"


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``database`` and its verbs. Each sets ``run``, a function of the parsed arguments that returns a status."""
    database = subparsers.add_parser("database", help="start, stop and find the database that comes with Goldthread")
    verbs = database.add_subparsers(required=True, metavar="COMMAND")

    def verb(name: str, told: str, run: Callable[[Cluster, argparse.Namespace], int]) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = verbs.add_parser(name, help=told, description=told)
        parser.add_argument("--data", type=Path, help="data folder (default: GOLDTHREAD_DATA or .goldthread)")
        parser.set_defaults(run=lambda args: _run(run, args))
        return parser

    verb("start", "Start the database, creating it the first time; does nothing when it runs.", _start)
    verb("stop", "Stop the database.", _stop)
    verb("status", "Say whether the database runs; exit status 0 if so, else 3.", _status)
    url = verb("url", "Print the address of the running database, password included.", _url)
    url.add_argument("--role", choices=("app", "owner", "admin"), default="app", help="whose address (default: app)")


def _run(verb: Callable[[Cluster, argparse.Namespace], int], args: argparse.Namespace) -> int:
    cluster = Cluster(cluster_directory(args.data), lambda line: print(line, file=sys.stderr, flush=True))
    try:
        return verb(cluster, args)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1


def _start(cluster: Cluster, _: argparse.Namespace) -> int:
    cluster.start()
    print(cluster.status().sentence)
    return 0


def _stop(cluster: Cluster, _: argparse.Namespace) -> int:
    cluster.stop()
    print(cluster.status().sentence)
    return 0


def _status(cluster: Cluster, _: argparse.Namespace) -> int:
    status = cluster.status()
    print(status.sentence)
    print(f"Its programs (psql, pg_dump, pg_restore) are in {installed_root() / 'bin'}.")
    return 0 if status.state == "running" else _STOPPED


def _url(cluster: Cluster, args: argparse.Namespace) -> int:
    found = cluster.connections()
    if found is None:
        raise ClusterError(f"{cluster.status().sentence} Start it with 'goldthread database start'.")
    print({"app": found.app_url, "owner": found.owner_url, "admin": found.admin_url}[args.role])
    return 0
