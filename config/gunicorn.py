"""The web process: pages, API and ingestion. `up` and the container use this file; arguments given with it win.

How many: Python runs one thread at a time, so a worker cannot use more than one core, and a second one keeps the
door open while the first computes a page. Beyond the cores, workers only cost memory (some 45 MB each; the rest is
shared, because the master imports everything before it forks). Threads wait: for PostgreSQL (0.5 ms), the event
store (5–100 ms), the ingest log's fsync (0.2–5 ms). A request computes for about 2 ms and waits for about 6, so
four threads keep a worker's core busy; eight leave room for slow queries and slow clients.
"""

import os

from prometheus_client.multiprocess import mark_process_dead

bind = "0.0.0.0:8000"
worker_class = "config.web.worker.Worker"  # gthread, with a lane for events in front of it
workers = int(os.environ.get("WEB_WORKERS") or 0) or min(2, os.cpu_count() or 1)
threads = 8
preload_app = True  # nothing connects while it is imported: see config.lib.redis_clients, tracking.store.client
control_socket_disable = True  # it would lie in the home folder, one for all installations
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # heartbeats must not wait for a disk

backlog = 512
keepalive = 15  # seconds; browsers that send every few seconds keep their connection
timeout = 60  # seconds without a heartbeat
graceful_timeout = 5  # seconds for requests in flight when it is told to stop
# Longer than any URL of ours; bodies have limits of their own (tracking.events).
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16_380
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker: object) -> None:
    """What a worker before this one kept while the ingest log was away is logged by whoever is there."""
    from tracking import spool  # only now are there settings

    spool.start()


def child_exit(server: object, worker: object) -> None:
    """A worker that ended no longer counts where the present state is shown (prometheus_client's gauges)."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[attr-defined, no-untyped-call]
