"""`manage.py writer`: stores what the ingest log holds, until SIGTERM. A second one stands by."""

import gc
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tracking import writer


class Command(BaseCommand):
    help = "Stores acknowledged events. One process does it at a time; further ones stand by to take over."

    def handle(self, *args: Any, **options: Any) -> None:
        # A batch is hundreds of thousands of objects without a cycle, and looking for cycles took a third of the time:
        # that is done when there are more than a batch explains.
        gc.set_threshold(1_000_000, 50, 1000)
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        writer.run(stop, range(settings.INGEST_SHARDS))
