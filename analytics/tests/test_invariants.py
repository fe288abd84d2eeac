"""What must hold in every workspace, whatever happened there: over changes of clocks, zones off the full hour, a leap
day, visits over midnight and the end of a month."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.query import run
from analytics.tests.world import Sent, page, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
EDGES = [
    ("Europe/Berlin", "2026-03-28T21:00"),
    ("America/St_Johns", "2026-03-08T03:00"),
    ("Australia/Lord_Howe", "2025-04-05T12:00"),
    ("Asia/Kolkata", "2026-01-31T16:00"),
    ("UTC", "2024-02-29T22:00"),
]
walks = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 4 * 3600), st.sampled_from(["page_view", "page_view", "click", "goal"]),
        st.sampled_from(["/", "/a", "/b"]), st.sampled_from(["DE", "IN", ""]),
    ),
    min_size=1, max_size=20,
)  # fmt: skip
NUMBERS = iter(range(10_000))


@pytest.mark.parametrize(("zone", "begun"), EDGES)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=walks)
def test_people_visits_and_events_bound_one_another_and_parts_sum_to_their_totals(acme, zone, begun, walk):
    acme.timezone, acme.pk = zone, 20_000 + next(NUMBERS)
    at, sent = datetime.fromisoformat(begun).replace(tzinfo=UTC), []
    for visitor, gap, kind, path, country in walk:
        at += timedelta(seconds=gap)
        moment = at.replace(tzinfo=None).isoformat()
        sent.append(Sent(moment, kind, path, visitor, client={"country": country}))
    store_events(acme.dataset_id(), sent)
    first, last, now = datetime.fromisoformat(begun).date(), at.date(), at + timedelta(5)
    asked = page(acme, f"period=custom&from={first - timedelta(2)}&to={last + timedelta(2)}", now)

    totals = run(asked.query("visitors", "visits", "pageviews", "events"), now).totals
    whole = {name: value or 0 for name, value in totals.items()}
    assert whole["visitors"] == len({each.visitor for each in sent})
    assert whole["visitors"] <= whole["visits"] <= whole["events"] == len(sent)
    for interval in ("hour", "day", "week", "month"):
        rows = run(asked.query("visits", "pageviews", "events", "visitors", interval=interval), now).rows
        for name in ("visits", "pageviews", "events"):
            assert sum(row.values[name] or 0 for row in rows) == whole[name], (interval, name)
        assert max(row.values["visitors"] or 0 for row in rows) <= whole["visitors"]
        assert sum(row.values["visitors"] or 0 for row in rows) >= whole["visitors"]
    for name in ("country", "entry_page"):
        rows = run(asked.query("visits", dimensions=(name,), limit=100), now).rows
        listed = sum(row.values["visits"] or 0 for row in rows)
        assert listed == whole["visits"] if name == "country" else listed <= whole["visits"]
    views = run(asked.query("pageviews", dimensions=("page",), limit=100), now).rows
    assert sum(row.values["pageviews"] or 0 for row in views) == whole["pageviews"]


@pytest.mark.parametrize("name", ["country", "page", "source", "goal", "event"])
def test_page_api_and_csv_say_the_same_of_a_breakdown(acme, as_owner, name):
    kinds, named = ["page_view", "goal", "click", "page_view"], {"goal": "signup"}
    sent = [Sent(f"{8 + n % 10:02}:{n:02}", kinds[n % 4], f"/{n % 3}", n % 7, named.get(kinds[n % 4], ""),
                 client={"country": "DE" if n % 2 else "FR"}) for n in range(40)]  # fmt: skip
    store_events(acme.dataset_id(), sent)
    engine = run(page(acme).query("visitors", dimensions=(name,), limit=100), NOW)
    question = {"metrics": ["visitors"], "dimensions": [name], "period": "yesterday", "limit": 100}
    api = as_owner.post("/api/v1/analytics/query?workspace=acme", question, "application/json").json()
    text = as_owner.get(f"/w/acme/details/{name}.csv?period=yesterday&compare=off").content.decode()
    _, *lines = csv.reader(io.StringIO(text))
    told = {row.keys[0]: row.values["visitors"] for row in engine.rows}
    assert told == {row["keys"][0]: row["values"]["visitors"] for row in api["rows"]}
    if name != "event":  # that panel lists what was done on purpose alone
        assert told == {line[0]: float(line[1]) for line in lines}


def test_the_present_and_the_profiles_answer_over_the_api(acme, globex, as_owner, as_stranger):
    store_events(acme.dataset_id(), [Sent(NOW.replace(tzinfo=None).isoformat(), "page_view", "/x")])
    store_events(acme.dataset_id(), [Sent("08:55"), Sent("09:05")])
    now = as_owner.get("/api/v1/analytics/realtime?workspace=acme").json()
    assert (now["totals"]["pageviews"], len(now["minutes"]), now["lists"]["page"]) == (
        1, 30, [{"key": "/x", "visitors": 1}],
    )  # fmt: skip
    assert as_stranger.get("/api/v1/analytics/realtime?workspace=globex").json()["totals"]["pageviews"] == 0
    told = as_owner.get("/api/v1/analytics/profiles?workspace=acme&period=yesterday").json()["profiles"]
    assert {each["profile"]: each["values"]["visits"] for each in told} == {
        "metricpal": 1, "plausible": 1, "matomo": 1, "ga4": 1, "umami": 2,
    }  # fmt: skip
