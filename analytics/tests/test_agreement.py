"""Every report says one thing: what its page shows stands in its CSV, and in the API's answer."""

import csv
import html
import io
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from analytics.tests.world import goal, page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
WEEK = "from=2026-03-02&to=2026-03-09"
Lines = list[dict[str, str]]
Numbers = list[tuple[Any, ...]]


@pytest.fixture
def busy(acme):
    """Six people, each on every n-th of eight days, with two pages a visit; the even ones pay, for an account."""
    sent = []
    for visitor in range(1, 7):
        for day in range(2, 10, visitor):
            sent.append(page_view(f"2026-03-{day:02}T10:00", "/", visitor))
            sent.append(page_view(f"2026-03-{day:02}T10:01", f"/{day % 3}", visitor))
        if visitor % 2 == 0:
            props = {"account": f"company-{visitor % 4}"}
            sent.append(goal("2026-03-08T10:05", "purchase", visitor, value=9.0, currency="EUR", props=props))
    store_events(acme.dataset_id(), sent)
    return acme


# The numbers of a report as its CSV has them, and as the API has them.
REPORTS: dict[str, tuple[Callable[[Lines], Numbers], Callable[[dict[str, Any]], Numbers]]] = {
    "lifecycle": (
        lambda lines: [_whole(line, "new", "returning", "resurrected", "dormant") for line in lines],
        lambda told: [(b["new"], b["returning"], b["resurrected"], b["dormant"]) for b in told["buckets"]],
    ),
    "stickiness": (
        lambda lines: [_whole(line, "people", "people with at least as many") for line in lines],
        lambda told: list(zip(told["exact"], told["cumulative"], strict=True)),
    ),
    "retention": (
        lambda lines: [_whole(line, "people", "Day 1", "Day 2", "Day 3") for line in lines],
        lambda told: [
            (row["began"], *(cell["count"] if cell else None for cell in row["cells"][:3])) for row in told["rows"]
        ],
    ),
    "paths": (
        lambda lines: [(int(line["Step"]), line["From"], line["To"], int(line["Visits"])) for line in lines],
        lambda told: [_link(told["nodes"], each) for each in told["links"]],
    ),
    "people": (
        lambda lines: [(line["person_id"], *_whole(line, "visits", "pageviews")) for line in lines],
        lambda told: [(each["person_id"], each["visits"], each["pageviews"]) for each in told["people"]],
    ),
    "sessions": (
        lambda lines: [(line["id"], *_whole(line, "pageviews", "events", "bounce")) for line in lines],
        lambda told: [(each["id"], each["pageviews"], each["events"], each["bounce"]) for each in told["sessions"]],
    ),
    "accounts": (
        lambda lines: [(line["Account"], *_whole(line, "People", "Visits", "Events")) for line in lines],
        lambda told: [(each["name"], each["people"], each["visits"], each["events"]) for each in told["accounts"]],
    ),
    "events": (
        lambda lines: [(line["id"], line["name"], line["path"]) for line in lines],
        lambda told: [(each["id"], each["name"], each["path"]) for each in told["events"]],
    ),
}
SHOWN_IN_CELLS = ("lifecycle", "stickiness", "accounts", "paths")  # the others show rates, or one line for each row


@pytest.mark.parametrize("name", REPORTS)
def test_page_csv_and_api_of_a_report_agree(busy, as_admin, name):
    of_csv, of_api = REPORTS[name]
    text = b"".join(as_admin.get(f"/w/acme/reports/{name}.csv?{WEEK}")).decode()
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    told = as_admin.get(f"/api/v1/analytics/{name}?workspace=acme&limit=100&{WEEK}").json()
    page = as_admin.get(f"/w/acme/reports/{name}/?{WEEK}").content.decode()

    assert lines
    assert sorted(of_csv(lines), key=str) == sorted(of_api(told), key=str)
    if name in SHOWN_IN_CELLS:
        numbers = Counter(each for row in of_csv(lines) for each in row if isinstance(each, int) and each)
        assert not numbers - Counter(_cells(page)), "a number of the CSV is not on the page"


def _whole(line: dict[str, str], *names: str) -> tuple[int | None, ...]:
    return tuple(int(line[name]) if line[name] else None for name in names)


def _link(nodes: list[dict[str, Any]], link: dict[str, Any]) -> tuple[int, str, str, int]:
    begin, end = nodes[link["source"]], nodes[link["target"]]
    return begin["step"], begin["label"] or "Other", end["label"] or "Other", link["visits"]


def _cells(page: str) -> list[int]:
    """Every whole number that stands alone in a cell."""
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page, re.S)
    texts = [html.unescape(re.sub(r"<[^>]*>", "", cell)).strip().lstrip("−-") for cell in cells]
    return [int(each) for each in texts if each.isdecimal()]
