"""The bridge from one month's revenue to the next, counted by head and against a plain loop."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.reports.revenue.bridge import MOVES, bridge
from analytics.tests.test_rollups import event
from analytics.tests.world import page, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
QUARTER = "period=custom&from=2026-01-10&to=2026-03-09"


def paid(month: int, person: int, amount: float, name: str = "purchase", day: int = 15):
    return event(datetime(2025 + (month > 0), month or 12, day, 10, tzinfo=UTC), name, person, amount, "USD")


@pytest.fixture
def shop(acme):
    """1 pays 10, 10, 30; 2 pays 20, 5 (15 less 10 back), nothing; 3 is new in February; 4 is back in March."""
    store_events(
        acme.dataset_id(),
        [
            paid(0, 4, 7), paid(1, 1, 10), paid(2, 1, 10), paid(3, 1, 30, day=5),
            paid(1, 2, 20), paid(2, 2, 15), paid(2, 2, -10, "refund"),
            paid(2, 3, 8), paid(3, 3, 8, day=5), paid(3, 4, 7, day=6),
        ],
    )  # fmt: skip
    return acme


def test_every_move_has_its_name_and_the_bridge_meets_the_next_month(shop):
    months = bridge(shop, page(shop, QUARTER).query(), NOW)
    told = [(f"{m.start:%m}", m.before, *(m.moves[name].amount for name in MOVES), m.after) for m in months]
    assert told == [
        # start, new, reactivated, expansion, contraction, churned, end
        ("01", 7, 30, 0, 0, 0, 7, 30),
        ("02", 30, 8, 0, 0, 15, 0, 23),
        ("03", 23, 0, 7, 20, 0, 5, 45),
    ]
    assert [each.partial for each in months] == [False, False, True]
    assert months[1].churn_rate == 50.0
    assert months[2].moves["reactivated"].people == 1


def test_page_csv_and_api_say_the_same(shop, as_owner):
    html = as_owner.get(f"/w/acme/reports/revenue/?{QUARTER}&view=months").content.decode()
    lines = as_owner.get(f"/w/acme/reports/revenue.csv?{QUARTER}&view=months").content.decode().splitlines()
    months = as_owner.get(f"/api/v1/analytics/revenue?workspace=acme&{QUARTER}").json()["months"]
    assert lines[0] == "Month,Currency,Start,New,Reactivated,Expansion,Contraction,Churned,End,Lost"
    assert lines[2].startswith("2026-02-01,USD,30.00,8.00,0.00,0.00,15.00,0.00,23.00")
    assert (months[1]["new"], months[1]["end"]) == ({"amount": "8.00", "people": 1}, "23.00")
    assert "Feb 2026" in html and "not over yet" in html


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(st.tuples(st.integers(0, 160), st.integers(1, 3), st.integers(1, 30), st.booleans()), max_size=12)
)
def test_it_counts_as_a_plain_loop_does(acme, zone, deeds):
    acme.timezone, query = zone, page(acme, QUARTER).query()
    acme.pk = 5_000 + next(NUMBERS)
    first = datetime(2025, 10, 1, 5, tzinfo=UTC)  # near midnight somewhere
    sent = [(first + timedelta(hours=23 * day), who, -much if back else much) for day, who, much, back in deeds]
    store_events(
        acme.dataset_id(), [event(at, "refund" if m < 0 else "purchase", who, m, "USD") for at, who, m in sent]
    )
    query = page(acme, QUARTER).query()
    spent: dict[int, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for at, who, much in sent:
        if at < datetime(2026, 4, 1, tzinfo=ZoneInfo(zone)):
            spent[who][f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"] += much
    names = ["2025-12", "2026-01", "2026-02", "2026-03"]
    found = {f"{each.start:%Y-%m}": each for each in bridge(acme, query, NOW)}
    for before, month in zip(names, names[1:], strict=False):
        moves, start, end = dict.fromkeys(MOVES, Decimal(0)), Decimal(0), Decimal(0)
        for theirs in spent.values():
            was, now = max(theirs[before], Decimal(0)), max(theirs[month], Decimal(0))
            ever = any(amount > 0 for name, amount in theirs.items() if name < before)
            moves["new"] += now if not was and not ever else 0
            moves["reactivated"] += now if not was and ever else 0
            moves["expansion"] += max(now - was, Decimal(0)) if was else 0
            moves["contraction"] += max(was - now, Decimal(0)) if now else 0
            moves["churned"] += was if not now else 0
            start, end = start + was, end + now
        if start or end:
            told = found[month]
            assert ({name: told.moves[name].amount for name in MOVES}, told.before, told.after) == (moves, start, end)
            gained = moves["new"] + moves["reactivated"] + moves["expansion"]
            assert start + gained - moves["contraction"] - moves["churned"] == end
        else:
            assert month not in found


NUMBERS = iter(range(10_000))
