"""Each report finds its workspace's rows by the key, and reads nothing of the others'."""

import re

import pytest

from analytics.query import statements
from analytics.query.model import Did, Filter
from analytics.tests.exports.test_downloads import fetched
from analytics.tests.world import Sent, page, page_view, store_events
from analytics.views.exports.sources import SOURCES
from config.testing.world import NOW
from tracking import store
from tracking.store import reads

pytestmark = pytest.mark.usefixtures("event_store", "clock")
STEPS = "&step=is,event,page_view&step=is,goal,signup"
READS = re.compile(r"\b(?:FROM|JOIN) (?:events|sessions|identity|traits|cohort_members)\b")
CUT_ANEW = "FROM (SELECT e.dataset_id AS dataset_id"  # visits as another tool counts them, asked as the stored ones are


@pytest.fixture
def heard(monkeypatch):
    """What a report asks of the store, as it is sent."""
    found = []
    for name in ("ask", "blocks"):
        send = getattr(reads, name)

        def listen(*given, send=send):
            texts = [each for each in given if isinstance(each, str)]
            values = next((each for each in given if isinstance(each, dict)), None)
            found.append((texts[0], values))
            return send(*given)

        monkeypatch.setattr(reads, name, listen)
    return found


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_reading_of_a_report_is_pruned_by_the_dataset(as_owner, acme, globex, heard, source):
    store_events(acme.dataset_id(), [page_view("10:00"), Sent("10:01", "goal", "/", 1, "signup")])
    for month in range(1, 4):  # a part of its own for each: the index has something to leave out
        store_events(globex.dataset_id(), [page_view(f"2025-{month:02}-07T10:00"), page_view(f"09:0{month}")])
    heard.clear()

    answer, _ = fetched(as_owner, acme, source, query=f"period=7d{STEPS if source == 'funnel' else ''}")

    asked = [(sql, values) for sql, values in heard if READS.search(sql) and not sql.startswith("EXPLAIN")]
    assert answer.status_code == 200
    assert asked or source == "business"  # kept numbers may say that there is nothing to count
    for sql, values in asked:
        plan = store.query(f"EXPLAIN indexes = 1 {sql}", values, dataset_id=acme.dataset_id())
        text = "\n".join(str(row[0]) for row in plan.rows)
        scans = text.count("ReadFromMergeTree")
        assert sql.count("dataset_id = ") == len(READS.findall(sql)) + sql.count(CUT_ANEW), sql
        assert text.count("PrimaryKey") == scans >= 1, text
        assert len(re.findall(r"Condition: .*dataset_id in \[(\d+), \1\]", text)) >= scans, text


@pytest.mark.parametrize("condition", [Filter("page", "contains", ("a",)), Did((Filter("page", "is", ("/a",)),))])
def test_a_question_over_visits_judges_the_events_it_looks_up_while_it_reads_them(acme, condition):
    question = page(acme).query("visits", compare=None, filters=(condition,))

    [asked] = statements(question, NOW)

    assert asked.source == "sessions"
    assert re.findall(r"FROM events (\w+)", asked.sql) == ["PREWHERE"]
