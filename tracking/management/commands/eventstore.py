"""`manage.py eventstore`: run the process that owns the embedded event store.

Django only reads the settings here; then the process becomes `python -m tracking.store.owner`, which knows neither
Django nor PostgreSQL and is a hundred megabytes lighter for it.
"""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tracking.store.address import parse


class Command(BaseCommand):
    help = "Runs the embedded event store. Stop it with SIGTERM: it finishes running inserts first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        port = parse(settings.EVENT_STORE_URL).port
        path = str(settings.VAR_DIR / "eventstore")
        parser.add_argument("--path", default=path, help="data directory (default: %(default)s)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=port, help="0: any free one (default: %(default)s)")
        parser.add_argument(
            "--memory", type=int, help="most the engine may take, in MiB (default: 40 %% of RAM, to 2048)"
        )
        parser.add_argument("--token", help="what clients must send (default: EVENT_STORE_TOKEN, else the URL's)")

    def handle(self, *args: Any, **options: Any) -> None:
        token = options["token"] or os.environ.get("EVENT_STORE_TOKEN") or parse(settings.EVENT_STORE_URL).token
        command = [sys.executable, "-m", "tracking.store.owner"]
        for name in ("path", "host", "port", "memory"):
            if options[name] is not None:
                command += [f"--{name}", str(options[name])]
        os.chdir(settings.BASE_DIR)
        os.execve(sys.executable, command, os.environ | {"EVENT_STORE_TOKEN": token})
