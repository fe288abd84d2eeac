"""Aggregated metrics against a recount by hand: random events, several zones, late arrivals, killed runs, outages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.models import AcquisitionSpend, AggregatedMetric, CurrencyRate, RollupDay
from analytics.rollups import Dataset, days, longer, roll_up
from analytics.rollups.dashboard import dashboard
from analytics.rollups.kept import kept
from analytics.rollups.roles import save_names
from analytics.tasks import roll_up_all
from analytics.tests.world import Sent, page_view, store_events
from config.celery import app
from config.testing.world import NOW
from tracking.models import Expiry
from workspaces.models import Organization, Workspace

pytestmark = pytest.mark.usefixtures("event_store")
FIRST = datetime(2026, 1, 20, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")
NAMES = ("page_view", "signup_completed", "payment_completed", "refund", "generation_failed", "page_exit")


def event(moment, name, visitor, value=0.0, currency=""):
    kind = name if name in ("page_view", "page_exit") else "custom"
    at = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return Sent(at, kind, "/", visitor, name, fields={"value": value, "currency": currency})


def values(dataset, name, every="daily"):
    found = kept(dataset).filter(metric_type=name, period=every)
    return dict(found.values_list("metric_date", "value"))


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 49 * 24 * 60), st.sampled_from(NAMES), st.integers(1, 5),
        st.sampled_from([0.1, 19.99, 250.0]), st.sampled_from(["", "USD", "EUR", "JPY"]),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


class Recount:
    """Every number again, by loops over the list of events."""

    def __init__(self, zone, rows):
        self.zone = zone
        self.rows = [(at.astimezone(ZoneInfo(zone)).date(), at, *rest) for at, *rest in rows]

    def active(self, first, last):
        return {who for day, _, name, who, *_ in self.rows if first <= day <= last and name != "page_exit"}

    def count(self, wanted, first, last):
        return sum(name == wanted and first <= day <= last for day, _, name, *_ in self.rows)

    def revenue(self, first, last):
        total = Decimal(0)
        for day, _, name, _, value, code in self.rows:
            sign = {"payment_completed": 1, "refund": -1}.get(name, 0)
            rate = {"": Decimal(1), "USD": Decimal(1), "EUR": Decimal("1.25")}.get(code, Decimal(0))
            total += sign * rate * Decimal(str(value)) * (first <= day <= last)
        return float(total)

    def conversion(self, first, last):
        since = {}
        for day, at, name, who, *_ in self.rows:
            if name == "signup_completed" and first <= day <= last:
                since[who] = min(since.get(who, at), at)
        window = timedelta(days=30)
        paid = {
            who
            for _, at, name, who, *_ in self.rows
            if name == "payment_completed" and who in since and since[who] <= at <= since[who] + window
        }
        return 100 * len(paid) / len(since) if since else None


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=EVENTS, zone=st.sampled_from(ZONES), cut=st.integers(0, 40))
def test_every_number_equals_a_recount_from_the_raw_events_also_after_late_ones(db, rows, zone, cut):
    organization = Organization.objects.create(name="O", slug=f"o{Organization.objects.count()}")
    workspace = Workspace.objects.create(organization=organization, name="W", slug=organization.slug, timezone=zone)
    CurrencyRate.objects.create(workspace=workspace, currency="EUR", rate=Decimal("1.25"))
    dataset = Dataset.of(workspace, "live")
    said = [(FIRST + timedelta(minutes=minute), *rest) for minute, *rest in rows]
    for part in (said[:cut], said[cut:]):
        if part:
            store_events(dataset.id, [event(*each) for each in part])
            roll_up(dataset, NOW)

    recount = Recount(zone, said)
    last = days.last_closed(dataset, NOW)
    stored = [day for day, *_ in recount.rows if day <= last]
    every_day = days.span(min(stored), last) if stored else []
    ago = lambda day, count: day - timedelta(count - 1)  # noqa: E731
    for name, count in (("dau", 1), ("wau", 7), ("mau", 30)):
        assert values(dataset, name) == {day: len(recount.active(ago(day, count), day)) for day in every_day}
    for every in ("daily", "weekly", "monthly"):
        starts = sorted({longer.buckets(day, day, every)[0] for day in every_day})
        whole = [(start, longer.bucket_end(start, every)) for start in starts]
        whole = [(first, end) for first, end in whole if end <= last]
        for name, counted in (("new_registrations", "signup_completed"), ("generations_failed", "generation_failed")):
            assert values(dataset, name, every) == {day: recount.count(counted, day, end) for day, end in whole}
        money = {day: recount.revenue(day, end) for day, end in whole}
        assert values(dataset, "revenue", every) == pytest.approx(money)
        shares = {day: recount.conversion(day, end) for day, end in whole}
        assert values(dataset, "signup_to_payment_conversion", every) == shares
    for month, churn in values(dataset, "churn_rate", "monthly").items():
        end = longer.bucket_end(month, "monthly")
        before = recount.active((month - timedelta(1)).replace(day=1), month - timedelta(1))
        lost = before - recount.active(month, end)
        assert churn == (100 * len(lost) / len(before) if before else None)


@pytest.fixture
def shop(acme):
    """A sign-up on 2 February, its payment of 50 on the 5th and a refund of 20 on 9 March."""
    store_events(
        acme.dataset_id(),
        [
            event(datetime(2026, 2, 2, 10, tzinfo=UTC), "signup_completed", 1),
            event(datetime(2026, 2, 5, 10, tzinfo=UTC), "payment_completed", 1, 50.0, "USD"),
            event(datetime(2026, 3, 9, 10, tzinfo=UTC), "refund", 1, 20.0, "USD"),
        ],
    )
    return Dataset.of(acme, "live")


def test_a_day_is_computed_once_and_again_only_after_its_events_changed(shop):
    assert len(roll_up(shop, NOW)) == 36  # 2 February to 9 March
    assert roll_up(shop, NOW) == []

    store_events(shop.id, [event(datetime(2026, 3, 4, 10, tzinfo=UTC), "payment_completed", 1, 5.0)])

    assert roll_up(shop, NOW) == [date(2026, 3, 4)]
    assert values(shop, "revenue")[date(2026, 3, 4)] == 5
    assert values(shop, "wau")[date(2026, 3, 9)] == 1
    assert values(shop, "signup_to_payment_conversion", "weekly")[date(2026, 2, 2)] == 100


def test_the_same_numbers_whether_a_run_was_killed_or_ran_twice(shop):
    reach = days.span(date(2026, 2, 2), date(2026, 3, 9))
    days.start(shop, reach, days.stored(shop, reach[0], reach[-1]))  # … and here the power went

    assert roll_up(shop, NOW) == reach
    first = list(kept(shop).values_list("metric_type", "period", "metric_date", "value").order_by("id"))
    RollupDay.objects.update(state="started")
    roll_up(shop, NOW)

    assert list(kept(shop).values_list("metric_type", "period", "metric_date", "value").order_by("id")) == first
    assert set(RollupDay.objects.values_list("state", flat=True)) == {"done"}


def test_a_week_without_a_run_is_made_up_for(shop, clock):
    roll_up(shop, NOW)

    due = roll_up(shop, NOW + timedelta(days=7))

    assert due == days.span(date(2026, 3, 10), date(2026, 3, 16))
    assert values(shop, "wau")[date(2026, 3, 15)] == 1
    assert values(shop, "wau")[date(2026, 3, 16)] == 0


def test_other_names_another_zone_or_a_rate_make_every_day_due_again(shop, acme):
    roll_up(shop, NOW)
    save_names(acme, {"registration": ("payment_completed",)})
    renamed = Dataset.of(acme, "live")
    assert len(roll_up(renamed, NOW)) == 36
    assert values(renamed, "new_registrations")[date(2026, 2, 5)] == 1

    acme.timezone = "Asia/Tokyo"
    assert len(roll_up(Dataset.of(acme, "live"), NOW)) == 36


def test_what_a_retention_period_dropped_keeps_the_number_it_had(shop, acme):
    roll_up(shop, NOW)
    other = Workspace.objects.create(organization=acme.organization, name="Later", slug="later")
    store_events(other.dataset_id(), [event(datetime(2026, 2, 20, 10, tzinfo=UTC), "payment_completed", 1, 7.0)])
    AggregatedMetric.objects.update(workspace=other)  # as if its first weeks were gone from the store
    RollupDay.objects.update(workspace=other)
    about = {"started_at": NOW, "finished_at": NOW, "before": date(2026, 2, 21)}
    Expiry.objects.create(workspace=other, environment="live", **about)

    roll_up(Dataset.of(other, "live"), NOW)

    late = Dataset.of(other, "live")
    assert values(late, "revenue")[date(2026, 2, 5)] == 50
    assert values(late, "revenue", "monthly")[date(2026, 2, 1)] == 50  # not 7: half of the month is gone
    assert values(late, "mau")[date(2026, 3, 9)] == 1


def test_without_spend_there_is_no_ratio_and_with_it_there_is(shop, acme):
    store_events(shop.id, [page_view("2026-01-15T10:00", visitor=9)])
    roll_up(shop, NOW)
    row = kept(shop).get(metric_type="ltv_cac_ratio", metric_date=date(2026, 2, 1))
    assert (row.value, row.notes["reason"]) == (None, "no spend data")

    AcquisitionSpend.objects.create(
        workspace=acme, day=date(2026, 2, 3), source="ads", amount=Decimal("12.50"), currency="USD"
    )
    days.reopen(shop, [date(2026, 2, 3)])
    roll_up(shop, NOW)

    # February: revenue 50, one active person, everybody of January gone: LTV 50 / 100 %. One registration for 12.50.
    assert values(shop, "churn_rate", "monthly")[date(2026, 2, 1)] == 100
    assert values(shop, "cac", "monthly")[date(2026, 2, 1)] == 12.5
    assert values(shop, "ltv_cac_ratio", "monthly")[date(2026, 2, 1)] == 4


def test_money_of_another_currency_is_named_and_left_out_until_there_is_a_rate(acme):
    store_events(acme.dataset_id(), [event(datetime(2026, 3, 9, 10, tzinfo=UTC), "purchase", 1, 10.0, "EUR")])
    roll_up(Dataset.of(acme, "live"), NOW)
    row = AggregatedMetric.objects.get(metric_type="revenue", period="daily", metric_date=date(2026, 3, 9))
    assert (row.value, row.notes["without_rate"], row.notes["by_currency"]) == (0, ["EUR"], {"EUR": "10.00"})

    CurrencyRate.objects.create(workspace=acme, currency="EUR", rate=Decimal("1.1"))
    roll_up(Dataset.of(acme, "live"), NOW)
    row.refresh_from_db()
    assert (row.value, row.notes.get("without_rate")) == (11, None)


def test_the_dashboard_tells_of_today_so_far(shop):
    store_events(shop.id, [event(NOW - timedelta(hours=1), "payment_completed", 2, 30.0)])

    now = dashboard(shop, NOW)

    assert (now.daily_active_users, now.monthly_active_users, now.revenue_today) == (1, 2, 30)
    assert now.conversion_rate is None  # nobody registered in the last 30 days
    assert now.ltv_cac_ratio is None


@pytest.fixture
def at_once():
    """Tasks run where they are sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_the_nightly_task_keeps_test_data_and_other_workspaces_apart(shop, acme, globex, clock, at_once):
    store_events(acme.dataset_id("test"), [event(datetime(2026, 3, 9, tzinfo=UTC), "purchase", 7, 9.0)])
    store_events(globex.dataset_id(), [event(datetime(2026, 3, 9, tzinfo=UTC), "purchase", 8, 99.0)])

    roll_up_all()

    assert values(shop, "revenue")[date(2026, 3, 9)] == -20
    assert values(Dataset.of(acme, "test"), "revenue")[date(2026, 3, 9)] == 9
    assert values(Dataset.of(globex, "live"), "revenue")[date(2026, 3, 9)] == 99


def test_strangers_can_be_left_out_of_who_is_active(acme):
    moment = datetime(2026, 3, 9, 10, tzinfo=UTC)
    known = event(moment, "login", 2)
    known.fields["user_id"] = "u-1"
    store_events(acme.dataset_id(), [event(moment, "page_view", 1), known])
    roll_up(Dataset.of(acme, "live"), NOW)
    assert values(Dataset.of(acme, "live"), "dau") == {date(2026, 3, 9): 2}

    save_names(acme, {}, only_identified=True)
    roll_up(Dataset.of(acme, "live"), NOW)

    assert values(Dataset.of(acme, "live"), "dau") == {date(2026, 3, 9): 1}
