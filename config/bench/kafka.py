"""What Kafka below the log costs: appending and taking the same entries, in turns with and without."""

import argparse
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from config.bench import backlog
from config.embedded import valkey
from config.embedded.probes import free_port
from config.embedded.starting import start
from config.embedded.valkey import Valkey
from config.rig import cost
from config.rig.kafka import Kafka

ROUNDS, EVENTS = 7, 3000
SIZES = (1, 50)  # events in a request
THREADS = 8  # that append at once, as in a web worker


def measure(options: argparse.Namespace) -> dict[str, object]:
    """append and take an event, entries in Valkey and in Kafka (librdkafka's mock broker): CPU µs by process"""
    with tempfile.TemporaryDirectory(prefix="metricpal-bench-") as folder:
        server = Valkey("buffer", Path(folder), free_port(), "bench", valkey.LOG)
        server.prepare()
        child, brokers = start(server.program(), Path(folder)), Kafka()
        try:
            _use(server.url(), folder)
            return {name: value for size in SIZES for name, value in _figures(child.process.pid, brokers, size).items()}
        finally:
            child.stop()


def _use(buffer_url: str, folder: str) -> None:
    import django

    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BUFFER_URL": buffer_url,
        "METRICPAL_VAR": folder,
        "SECRET_KEY": "bench",
    }
    django.setup()


def _figures(log: int, brokers: Kafka, size: int) -> dict[str, object]:
    """Of each, the median of the rounds."""
    from django.conf import settings

    entries = [msgspec.msgpack.encode(each) for each in backlog.envelopes(2, EVENTS, size, seed=size)]
    taken: dict[str, list[tuple[float, ...]]] = {"Valkey": [], "Kafka": []}
    for _ in range(ROUNDS):
        for where, rounds in taken.items():
            settings.KAFKA_BROKERS = brokers.address if where == "Kafka" else ""
            rounds.append(_timed(log, brokers.pid, entries))
    name = f"{size} event{'s' if size > 1 else ''} in a request"
    return {
        f"{name}, {where}: {what}": [round(statistics.median(side), 1) for side in sides]
        for where, rounds in taken.items()
        for what, sides in _named([*zip(*rounds, strict=True)]).items()
    }


def _named(sides: list[tuple[float, ...]]) -> dict[str, list[tuple[float, ...]]]:
    return {"append, µs of door, log, broker": sides[:3], "take, µs of writer, log, broker": sides[3:]}


def _timed(log: int, broker: int, entries: list[bytes]) -> tuple[float, ...]:
    """CPU µs an event of this process, the log and the broker: of appending, then of taking."""
    from config.lib.redis_clients import buffer_client
    from tracking import buffer

    buffer_client().flushall()
    before = _cpu(log, broker)
    with ThreadPoolExecutor(THREADS) as pool:
        answers = pool.map(lambda entry: buffer.append({0: entry}, os.urandom(16)), entries)
        assert all(answers)
    between = _cpu(log, broker)
    batch = buffer.take(0, max_bytes=1 << 30)
    after = _cpu(log, broker)
    assert batch and len(batch.entries) == len(entries)
    both = zip([*before, *between], [*between, *after], strict=True)
    return tuple(1e6 * (later - earlier) / EVENTS for earlier, later in both)


def _cpu(log: int, broker: int) -> tuple[float, float, float]:
    return time.process_time(), cost.cpu_seconds(log), cost.cpu_seconds(broker)
