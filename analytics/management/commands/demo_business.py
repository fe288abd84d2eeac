"""`manage.py demo_business`: what the demo shop spends on customers, and what its currencies are worth."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from analytics.models import CurrencyRate
from analytics.rollups import spend
from config.lib import clock
from tracking.demo import shop
from workspaces.demo import ensure_demo

RATES = {"EUR": Decimal("1.10"), "GBP": Decimal("1.25")}
DAILY = {("google", "spring-sale"): Decimal("18.40"), ("newsletter", "weekly"): Decimal("3.10")}
WEEKEND = Decimal("0.6")


class Command(BaseCommand):
    help = "State the demo's exchange rates and acquisition spend; a second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        workspace = ensure_demo(now).workspace
        for currency, rate in RATES.items():
            CurrencyRate.objects.get_or_create(workspace=workspace, currency=currency, defaults={"rate": rate})
        days = [now.date() - timedelta(number) for number in range(shop.DAYS + 1)]
        count = spend.record(workspace, [row for day in days for row in _spent(day)])
        self.stdout.write(f"Demo workspace {workspace.slug}: {count} rows of spend.")


def _spent(day: date) -> list[dict[str, str]]:
    share = WEEKEND if day.weekday() >= 5 else Decimal(1)
    return [
        {"date": day.isoformat(), "source": source, "campaign": campaign, "amount": str(amount * share)}
        for (source, campaign), amount in DAILY.items()
    ]
