"""Revenue by currency: what is added, what is not, and whose."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics.models import CurrencyRate
from analytics.reports.revenue import BY, revenue
from analytics.tests.test_rollups import event
from analytics.tests.world import Sent, page, store_events
from config.testing.world import NOW
from tracking.tests.door import post
from tracking.tests.usage.booked import stored

pytestmark = pytest.mark.usefixtures("event_store")


def at(day, hour=10):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def shop(acme):
    """Two sales of 19.99 and one of 0.10 in dollars, one refunded; one of 30 in euros."""
    store_events(
        acme.dataset_id(),
        [
            event(at(7), "purchase", 1, 19.99, "USD"), event(at(8), "purchase", 2, 19.99),
            event(at(8), "purchase", 2, 0.1),
            event(at(9), "refund", 1, -19.99, "USD"), event(at(9), "payment_completed", 3, 30.0, "EUR"),
            event(at(9), "signup_completed", 3, 99.0, "USD"),
        ],
    )  # fmt: skip
    return acme


def of(workspace, by="event", query="period=7d"):
    asked = page(workspace, query)
    return revenue(workspace, asked.query(), by, "day", NOW)


def test_each_currency_stands_by_itself_exact_to_the_cent(shop):
    dollars, euros = of(shop).currencies

    assert (dollars.currency, dollars.payments, dollars.refunds, dollars.people) == ("USD", 3, 1, 2)
    assert (dollars.paid, dollars.refunded, dollars.net) == (Decimal("40.08"), Decimal("19.99"), Decimal("20.09"))
    assert (euros.currency, euros.net, euros.mean) == ("EUR", Decimal("30.00"), Decimal("30.00"))


def test_they_are_added_only_at_a_rate_that_somebody_stated(shop):
    found = of(shop)
    assert (found.rates.total(found.net), found.rates.without_rate(found.net)) == (
        Decimal("20.09"), {"EUR": Decimal("30.00")},
    )  # fmt: skip

    CurrencyRate.objects.create(workspace=shop, currency="EUR", rate=Decimal("1.1"))

    found = of(shop)
    assert (found.rates.total(found.net), found.rates.without_rate(found.net)) == (Decimal("53.09"), {})


def test_amounts_and_currencies_as_pages_send_them(acme, acme_key, clock):
    """Text is read as a number; what is no amount counts nothing; what is no currency is added to no other."""
    sent = [("19.99", "EUR"), ("3.50", " eur "), (7, "Euro"), (5, "€"), (1e15, "JPY"), (1e300, "CHF"), ("much", "USD")]
    bodies = [{"event": "purchase", "properties": {"value": value, "currency": code}} for value, code in sent]
    assert [post(body, key=acme_key).status_code for body in bodies] == [200] * 7
    stored()

    found = {each.currency: (each.payments, each.paid) for each in of(acme, query="period=day").currencies}

    assert found == {
        "EUR": (2, Decimal("23.49")), "EURO": (1, 7), "€": (1, 5), "JPY": (1, Decimal(10) ** 15), "CHF": (1, 0),
        "USD": (1, 0),
    }  # fmt: skip


@pytest.mark.parametrize("by", BY)
def test_rows_and_days_of_every_breakdown_add_up_to_the_total(shop, by):
    found = of(shop, by)

    for parts in ([row.net for row in found.rows], [net for _, net in found.series]):
        for each in found.currencies:
            assert sum(net.get(each.currency, 0) for net in parts) == each.net


def test_days_without_a_sale_are_there_too(shop):
    days = dict(of(shop).series)

    assert len(days) == 7
    assert days[at(7, 0)] == {"USD": Decimal("19.99")}
    assert days[at(6, 0)] == {}


def test_an_amount_may_also_be_a_property_and_what_is_no_number_counts_nothing(acme):
    def paid(amount):
        return Sent("2026-03-09T10:00", "custom", "/", 1, "payment_completed", fields={"props": {"amount": amount}})

    store_events(acme.dataset_id(), [paid("49.99"), paid("nan"), paid("inf"), paid("a lot")])

    (dollars,) = of(acme).currencies
    assert dollars.paid == Decimal("49.99")


def test_filters_narrow_it_and_neighbours_are_not_in_it(shop, globex):
    store_events(globex.dataset_id(), [event(at(9), "purchase", 1, 1000.0)])

    assert of(shop, query="period=7d&f=is,event,payment_completed").net == {"EUR": Decimal("30.00")}
    assert of(globex).net == {"USD": Decimal("1000.00")}


def test_countries_stand_by_name_on_the_page_and_by_code_in_the_csv(acme, as_analyst, clock):
    """Two payments from Germany, and one from nowhere that is known."""
    asked = {"value": 5.0, "currency": "USD"}
    sent = [Sent(f"2026-03-09T1{n}:00", "goal", "/", n, "purchase", client=client, fields=asked)
            for n, client in enumerate([{"country": "DE"}, {"country": "DE"}, {}])]  # fmt: skip
    store_events(acme.dataset_id(), sent)

    table = as_analyst.get("/w/acme/reports/revenue/?period=7d&by=country").context["table"]
    lines = as_analyst.get("/w/acme/reports/revenue.csv?period=7d&by=country").content.decode().splitlines()
    sources = as_analyst.get("/w/acme/reports/revenue/?period=7d&by=source").context["table"]

    assert [(row[0].text, row[0].flag, row[1].text) for row in table.rows] == [
        ("Germany", "flags/DE.svg", "2"), ("Unknown", "", "1"),
    ]  # fmt: skip
    assert [line.split(",")[:2] for line in lines[1:]] == [["DE", "2"], ["", "1"]]
    assert [row[0].text for row in sources.rows] == ["Direct / none"]
