"""Which source, country or page converts best: of each group's visitors, the share that did what the filters say.

9 March    visitors 1 and 2 from Google (1 signs up), visitors 3, 4 and 5 from news.example (3 signs up, twice);
           visitor 6 came by themselves and did nothing but look
8 March    visitor 7 from Google signs up
"""

import csv

import pytest

from analytics.query import run
from analytics.tests.test_filters import random_events
from analytics.tests.test_overview import Text, rows_of, tiles_of
from analytics.tests.world import goal, page, page_view, store_events
from config.testing.world import NOW

pytestmark = pytest.mark.usefixtures("event_store", "clock")
QUERY = "/api/v1/analytics/query?workspace=acme"
SIGNED_UP = [["is", "goal", ["signup"]]]
GOOGLE, NEWS = {"referrer": "https://www.google.com/"}, {"referrer": "https://news.example/a"}


@pytest.fixture
def world(acme):
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", "/", 1, fields=GOOGLE), goal("10:01", "signup", 1),
            page_view("10:00", "/", 2, fields=GOOGLE),
            page_view("10:00", "/news", 3, fields=NEWS), goal("10:01", "signup", 3), goal("10:02", "signup", 3),
            page_view("10:00", "/news", 4, fields=NEWS), page_view("10:00", "/news", 5, fields=NEWS),
            page_view("10:00", "/", 6),
            page_view("2026-03-08T10:00", "/", 7, fields=GOOGLE), goal("2026-03-08T10:01", "signup", 7),
        ],
    )  # fmt: skip
    return acme


def rates(client, dimension="source", **question):
    asked = {"metrics": ["visitors", "group_conversion_rate"], "dimensions": [dimension], "filters": SIGNED_UP}
    answer = client.post(QUERY, asked | {"period": "yesterday"} | question, "application/json").json()
    return {row["keys"][0]: list(row["values"].values()) for row in answer["rows"]}


def test_each_sources_converts_are_a_share_of_its_own_visitors(world, as_owner):
    assert rates(as_owner) == {"Google": [1, 50.0], "news.example": [1, pytest.approx(100 / 3)]}
    # Of all six visitors each is one.
    whole = rates(as_owner, metrics=["visitors", "conversion_rate"])
    assert whole == {"Google": [1, pytest.approx(100 / 6)], "news.example": [1, pytest.approx(100 / 6)]}


def test_where_they_came_in_tells_the_landing_page_that_converts(world, as_owner):
    assert rates(as_owner, "entry_page") == {"/": [1, pytest.approx(100 / 3)], "/news": [1, pytest.approx(100 / 3)]}


def test_other_filters_narrow_both_sides(world, as_owner):
    assert rates(as_owner, filters=[*SIGNED_UP, ["is", "source", ["Google"]]]) == {"Google": [1, 50.0]}


def test_the_comparison_has_its_own_visitors(world):
    asked = page(world, "compare=previous&f=is,goal,signup").query("group_conversion_rate", dimensions=("source",))

    (google, news) = sorted(run(asked, NOW).rows, key=lambda row: row.keys)

    assert (google.values, google.before) == ({"group_conversion_rate": 50.0}, {"group_conversion_rate": 100.0})
    assert news.before == {"group_conversion_rate": None}  # nobody came from there the day before


def test_over_time_each_bucket_and_the_others_have_their_own(world, as_owner):
    asked = {
        "series": [{"metric": "group_conversion_rate", "filters": SIGNED_UP}],
        "by": "source", "top": 1, "period": {"from": "2026-03-08", "to": "2026-03-09"}, "interval": "day",
    }  # fmt: skip

    answer = as_owner.post("/api/v1/analytics/trends?workspace=acme", asked, "application/json").json()

    found = {line["group"]: (line["values"], line["total"]) for line in answer["lines"]}
    # On Sunday one of one from Google, on Monday one of two: two of three in all. The others: one of four on Monday.
    assert found["Google"] == ([100.0, 50.0], pytest.approx(200 / 3))
    assert [each for name, each in found.items() if name != "Google"] == [([None, 25.0], 25.0)]


def test_a_day_on_which_nobody_did_it_is_no_gap_but_nothing(world):
    asked = page(world, "period=custom&from=2026-03-07&to=2026-03-09&f=is,goal,purchase")
    whole = run(asked.query("conversion_rate", interval="day"), NOW).rows
    of_google = run(
        asked.query("group_conversion_rate", interval="day", dimensions=("source",), groups=("Google",)), NOW
    )

    # On Saturday nobody came of whom it could be a share.
    assert [row.values["conversion_rate"] for row in whole] == [None, 0, 0]
    assert [row.values["group_conversion_rate"] for row in of_google.rows if not row.is_other] == [None, 0, 0]


@pytest.mark.parametrize("dimension", ["source", "country", "page", "entry_page", "host", "browser"])
def test_it_is_the_visitors_of_two_questions_one_divided_by_the_other(acme, dimension):
    store_events(acme.dataset_id(), random_events(300))
    clicked = page(acme, "f=is,type,click")

    def told(asked, metric):
        found = run(asked.query(metric, dimensions=(dimension,), limit=1000), NOW)
        return {row.keys: row.values[metric] for row in found.rows}

    everybody, those, share = (
        told(page(acme), "visitors"),
        told(clicked, "visitors"),
        told(clicked, "group_conversion_rate"),
    )

    assert len(share) > 1 or dimension == "host"
    assert share == {keys: pytest.approx(100 * count / everybody[keys]) for keys, count in those.items()}


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"dimensions": []}, "name a dimension"),
        ({"dimensions": ["goal"]}, "ask for conversion_rate"),
        ({"filters": [["is", "country", ["DE"]]]}, "Give a filter on event, goal"),
        ({"order_by": ["group_conversion_rate", "desc"]}, "worked out afterwards"),
    ],
)
def test_what_has_no_groups_or_no_converts_is_refused(world, as_owner, question, says):
    asked = {"metrics": ["group_conversion_rate"], "dimensions": ["source"], "filters": SIGNED_UP}

    answer = as_owner.post(QUERY, asked | {"period": "yesterday"} | question, "application/json")

    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_filtered_by_a_goal_the_overview_tells_which_source_converts_best(world, as_viewer):
    html = as_viewer.get("/w/acme/?period=yesterday&f=is,goal,signup").content.decode()

    assert headings(html, "panel-sources") == ["Source", "Visitors", "Rate"]
    assert rows_of(html, "panel-sources") == [["Google", "1", "50\u202f%"], ["news.example", "1", "33.3\u202f%"]]
    assert rows_of(html, "panel-pages") == [["/", "2", "50\u202f%"]]  # of four who were there
    assert headings(html, "panel-behaviour") == ["Goal", "Visitors", "Times", "Rate"]
    tiles = tiles_of(html)
    assert tiles["Conversion rate"] == "33.3 %"  # two of six
    assert (tiles["Visitors"], tiles["Events"]) == ("2", "3")
    assert not {"Page views", "Views per visit"} & set(tiles)


def test_a_filter_on_a_property_alone_leaves_page_views_in_sight(world, as_viewer):
    html = as_viewer.get("/w/acme/?period=yesterday&f=is,prop:plan,pro").content.decode()

    assert {"Page views", "Views per visit"} <= set(tiles_of(html))


def test_its_details_its_csv_and_its_receipt_say_the_same(world, as_viewer):
    asked = "period=yesterday&f=is,goal,signup"

    details = as_viewer.get(f"/w/acme/details/source/?{asked}").content.decode()
    saved = as_viewer.get(f"/w/acme/details/source.csv?{asked}").content.decode("utf-8-sig")
    receipt = as_viewer.get(f"/w/acme/receipt/?{asked}&metric=group_conversion_rate&by=source&value=Google")

    assert [row[-1] for row in Text(details).rows] == ["Group conversion rate", "50\u202f%", "33.3\u202f%"]
    assert "sort=group_conversion_rate" not in details  # rows are ordered before it is known
    _, *rows = csv.reader(saved.splitlines())
    assert [float(row[-1]) for row in rows] == [50.0, pytest.approx(100 / 3, abs=0.01)]
    assert receipt.status_code == 200 and "50\u202f%" in receipt.content.decode()


def test_without_such_a_filter_the_overview_is_as_ever(world, as_viewer):
    html = as_viewer.get("/w/acme/?period=yesterday&f=is,source,Google").content.decode()

    assert headings(html, "panel-sources") == ["Source", "Visitors", "Share"]
    assert "Views per visit" in tiles_of(html)


def headings(html: str, part: str) -> list[str]:
    return Text("<table>" + html.split(f'id="{part}"')[1].split("<table")[1].split(">", 1)[1]).rows[0]
