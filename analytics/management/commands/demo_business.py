"""`manage.py demo_business`: what the demo shop spends on customers, what its currencies are worth, its dashboards."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from analytics.dashboards import making
from analytics.dashboards.templates import config_of
from analytics.models import CurrencyRate, Dashboard
from analytics.rollups import spend
from config.lib import clock
from tracking.demo import shop
from workspaces.demo import ensure_demo
from workspaces.models import Workspace

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
        _dashboards(workspace, now)
        count = spend.record(workspace, [row for day in days for row in _spent(day)])
        self.stdout.write(f"Demo workspace {workspace.slug}: {count} rows of spend.")


def _dashboards(workspace: Workspace, now: datetime) -> None:
    """Two to begin with; who deleted them, keeps them deleted as long as another is left."""
    if Dashboard.objects.filter(workspace=workspace).exists():
        return
    for name, config in (("Shop", config_of("ecommerce")), ("Pages and readers", config_of("content"))):
        making.create(workspace, name=name, config=config, actor="the demo", now=now, is_public=True, tags=["demo"])


def _spent(day: date) -> list[dict[str, str]]:
    share = WEEKEND if day.weekday() >= 5 else Decimal(1)
    return [
        {"date": day.isoformat(), "source": source, "campaign": campaign, "amount": str(amount * share)}
        for (source, campaign), amount in DAILY.items()
    ]
