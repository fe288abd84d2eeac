"""manage.py verify_audit [slug …]: works out every seal of the audit logs again. Exit code 1 when one is not whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspaces.audit import chain
from workspaces.models import Organization


class Command(BaseCommand):
    help = "Check that the audit logs are as they were written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="Organizations; all of them without.")

    def handle(self, *args: Any, **options: Any) -> None:
        every = Organization.objects.order_by("id")
        chosen = every.filter(slug__in=options["slugs"]) if options["slugs"] else every
        if missing := set(options["slugs"]) - set(chosen.values_list("slug", flat=True)):
            raise CommandError(f"There is no organization {', '.join(sorted(missing))}.")
        faults = 0
        for organization in chosen.iterator():
            found = chain.verify(organization)
            faults += not found.is_whole
            said = found.fault or f"whole, last seal {found.last_seal}"
            self.stdout.write(f"{organization.slug}: {found.entries} entries, {said}")
        if faults:
            raise CommandError(f"{faults} of {chosen.count()} logs are not as they were written.")
