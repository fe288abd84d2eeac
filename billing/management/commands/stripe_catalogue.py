"""`manage.py stripe_catalogue`: makes the plans' products and prices and the meter in Stripe, where missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.stripe_api import catalogue
from config.lib.problems import Problem


class Command(BaseCommand):
    help = "Make products, prices and the meter in Stripe where they are missing. Doing it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = catalogue.ensure()
        except Problem as problem:
            raise CommandError(problem.detail) from None
        self.stdout.write("\n".join(f"made {each}" for each in made) or "everything is there")
