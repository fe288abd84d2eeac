"""CSV of panels: units in the head, nothing a spreadsheet would run."""

import csv
import io

from analytics.exports import csv_of, line
from analytics.query import run
from analytics.tests.world import page, page_view, store_events
from config.testing.world import NOW


def cells(result):
    return list(csv.reader(io.StringIO("".join(csv_of(result)))))


def test_what_a_spreadsheet_would_run_arrives_as_text():
    assert line(["=1+1", "+49", "-x", "@a", "\tb", "plain", -5, 1.5]) == "'=1+1,'+49,'-x,'@a,'\tb,plain,-5,1.5\r\n"


def test_totals_and_their_comparison_in_one_line(event_store, acme):
    store_events(acme.dataset_id(), [page_view("10:00"), page_view("10:01")])

    found = cells(run(page(acme, "compare=previous").query("visits", "visit_duration", "bounce_rate"), NOW))

    assert found == [
        [
            "visits",
            "visit_duration (s)",
            "bounce_rate (%)",
            "before: visits",
            "before: visit_duration (s)",
            "before: bounce_rate (%)",
        ],
        ["1", "60.0", "0.0", "0", "", ""],
    ]


def test_a_series_names_the_start_of_each_bucket(event_store, acme):
    store_events(acme.dataset_id(), [page_view("10:00")])

    found = cells(run(page(acme).query("pageviews", interval="hour"), NOW))

    assert found[0] == ["start", "pageviews"]
    assert found[11] == ["2026-03-09T10:00:00+00:00", "1"]
    assert len(found) == 25
