"""MetricPal's own processes, in the order in which they start: what `up` runs beside the stores."""

import sys
from pathlib import Path

from config.embedded.probes import accepts, answers_http
from config.embedded.processes import Program
from config.launcher.configuration import ROOT

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "config/gunicorn.py")]
CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "config.celery"]


def programs(var: Path, port: int) -> list[Program]:
    """`port` for pages and API, the next one for live updates. Mail that web or worker print goes to mail.log."""
    mail = var / "log/mail.log"
    live = ["--worker-class=asgi", "--workers=1", "--threads=1", f"--bind=127.0.0.1:{port + 1}"]
    # Tasks are short and wait for others (mail, HTTP, the event store): threads, not processes; as many as a process
    # has connections to PostgreSQL. One process for both queues: a second takes 150 MB, and forwarding leaves room.
    worker = ["worker", "--pool=threads", "--concurrency=8", "--queues=metricpal,outgoing"]
    worker += ["--without-gossip", "--without-mingle"]
    return [
        Program(
            "web",
            [*GUNICORN, f"--bind=127.0.0.1:{port}", "config.wsgi:application"],
            ready=lambda pid: answers_http(port, "/health"),
            output=mail,
        ),
        Program(
            "live",
            [*GUNICORN, *live, "config.asgi:application"],
            ready=lambda pid: accepts(port + 1),
        ),
        Program("writer", [sys.executable, str(ROOT / "manage.py"), "writer"]),
        Program("worker", [*CELERY, *worker, "--loglevel=warning"], output=mail),
        Program("beat", [*CELERY, "beat", f"--schedule={var / 'beat'}", "--pidfile=", "--loglevel=warning"]),
    ]
