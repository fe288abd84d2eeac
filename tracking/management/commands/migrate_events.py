"""`manage.py migrate_events`: bring the event store's schema up to date. Needs no PostgreSQL."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.store import StoreError, StoreUnavailable
from tracking.store.migrate import migrate


class Command(BaseCommand):
    help = "Creates or updates the event store's tables."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", help="the store to migrate; on a cluster, each node in turn (EVENT_STORE_URL)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            applied = migrate(options["url"], tell=self.stdout.write)
        except StoreUnavailable as error:
            raise CommandError(f"The event store does not answer. Is it running? ({error})") from error
        except StoreError as error:
            raise CommandError(f"The event store refused: {error}") from error
        if not applied:
            self.stdout.write("The event store is up to date.")
