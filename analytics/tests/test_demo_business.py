"""The demo has exchange rates and spend, so that LTV to CAC is a number there."""

import io
from decimal import Decimal

import pytest
from django.core.management import call_command

from analytics.models import AcquisitionSpend, CurrencyRate, Dashboard


@pytest.mark.usefixtures("clock")
def test_the_demos_rates_and_spend_are_made_once(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path

    for _ in range(2):
        call_command("demo_business", stdout=io.StringIO())

    assert dict(CurrencyRate.objects.values_list("currency", "rate")) == {
        "EUR": Decimal("1.10"),
        "GBP": Decimal("1.25"),
    }
    assert AcquisitionSpend.objects.count() == 122
    assert list(Dashboard.objects.values_list("name", flat=True)) == ["Pages and readers", "Shop"]
