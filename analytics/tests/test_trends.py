"""The trends page as a browser gets it.

9 March   10:00 visitor 1 from Germany   /, then the event "signup" twice (plan pro)
9 March   11:00 visitor 2 from France    /
8 March   09:00 visitor 2                /
"""

import csv
import io

import pytest

from analytics.tests.test_overview import Text
from analytics.tests.world import Sent, page_view, store_events

pytestmark = pytest.mark.usefixtures("event_store", "clock")
URL = "/w/acme/reports/trends/"


@pytest.fixture
def world(acme) -> None:
    germany, france, pro = {"country": "DE"}, {"country": "FR"}, {"props": {"plan": "pro"}}
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", client=germany),
            Sent("10:01", "custom", "/", 1, "signup", client=germany, fields=pro),
            Sent("10:02", "custom", "/", 1, "signup", client=germany, fields=pro),
            page_view("11:00", visitor=2, client=france),
            page_view("2026-03-08T09:00", visitor=2, client=france),
        ],
    )


def answer(client, query: str, **headers: str) -> str:
    response = client.get(f"{URL}?period=7d&compare=off&{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def totals(html: str) -> list[list[str]]:
    return Text(html.split("Totals of")[1].split("</table>")[0]).rows[1:]


def numbers(html: str) -> list[list[str]]:
    return Text(html.split('id="trend-numbers"')[1].split("</table>")[0]).rows


def test_without_a_question_it_shows_visitors_by_day(world, as_viewer):
    html = answer(as_viewer, "")

    assert totals(html) == [["Visitors", "2"]]
    assert numbers(html)[-2:] == [["Sun 8 Mar 2026", "1"], ["Mon 9 Mar 2026", "2"]]


def test_series_have_conditions_of_their_own_and_a_formula_joins_them(world, as_viewer):
    html = answer(as_viewer, "s=visitors;is,event,signup&s=visitors&formula=A/B*100")

    # One of two visitors signed up in the week; on Monday one of two, on Sunday none of one.
    assert totals(html) == [["A/B*100", "50"]]
    assert [row[1] for row in numbers(html)[-2:]] == ["0", "50"]


def test_a_breakdown_has_a_line_for_each_of_the_largest_and_one_for_all_others(world, as_viewer):
    html = answer(as_viewer, "s=events&by=country&top=1")

    assert totals(html) == [["Germany", "3"], ["Other", "2"]]
    assert numbers(html)[-1] == ["Mon 9 Mar 2026", "3", "1"]


def test_what_has_no_value_is_a_group_of_its_own(world, acme, as_viewer):
    store_events(acme.dataset_id(), [page_view("12:00", visitor=5), page_view("12:00", visitor=6)])

    html = answer(as_viewer, "s=events&by=country")

    assert totals(html) == [["Germany", "3"], ["Unknown", "2"], ["France", "2"]]


def test_a_series_that_has_nothing_among_the_others_counts_zero_there(world, as_viewer):
    html = answer(as_viewer, "s=events&s=events;is,event,signup&by=country&top=1&formula=B/A*100")

    assert totals(html) == [["Germany", "66.67"], ["Other", "0"]]


def test_a_breakdown_of_nothing_says_what_to_do(acme, as_viewer):
    assert "Nothing of this happened in the period." in answer(as_viewer, "s=events&by=country")


def test_a_breakdown_by_a_property_leaves_out_what_has_none(world, as_viewer):
    assert totals(answer(as_viewer, "s=events&by=prop:plan")) == [["pro", "2"]]


def test_points_add_up_or_run_as_a_mean_but_the_total_stays(world, as_viewer):
    html = answer(as_viewer, "s=events&smooth=sum")

    assert totals(html) == [["Events", "5"]]
    assert [row[1] for row in numbers(html)[-2:]] == ["1", "5"]


def test_the_csv_holds_the_lines_of_the_chart(world, as_viewer):
    response = as_viewer.get("/w/acme/reports/trends.csv?period=7d&compare=off&s=events&by=country&top=1")

    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == ["start", "Germany", "Other"]
    assert rows[-1] == ["2026-03-09T00:00:00+00:00", "3", "1"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("formula=A%2B", "The formula stops too early"),
        ("formula=A%2BB", "There is no series B. The series are A."),
        ("s=vistors", "Did you mean &#x27;visitors&#x27;?"),
        ("by=contry", "Did you mean &#x27;country&#x27;?"),
        ("show=pie", "Choose from: line, area, bar, number, table."),
    ],
)
def test_what_makes_no_sense_gives_the_usual_page_and_a_sentence(world, as_viewer, query, sentence):
    html = answer(as_viewer, query)

    assert sentence in html
    assert totals(html) == [["Visitors", "2"]]


def test_a_slip_in_the_formula_costs_no_other_word_and_can_be_put_right(world, as_viewer):
    html = answer(as_viewer, "s=visitors&s=events&by=country&formula=A%2B")

    assert "The formula stops too early" in html
    assert 'name="formula" value="A+"' in html
    assert [row[0] for row in totals(html)][:2] == ["Visitors: Germany", "Events: Germany"]


@pytest.mark.parametrize(
    ("series", "by", "sentence"),
    [
        (
            "bounce_rate",
            "page",
            "Bounce rate is a number of visits and cannot be broken down by Page, which tells events apart. "
            "Choose Entry page instead, or another metric, such as Visitors, Visits or Page views.",
        ),
        ("exits", "page", "Choose Exit page instead, or another metric"),
        ("visit_duration", "prop:plan", "Choose another metric, such as Visitors, Visits or Page views."),
        ("pageviews", "entry_page", "Choose Page instead, or another metric, such as Visitors, Visits or Views per"),
    ],
)
def test_what_cannot_be_broken_down_so_leaves_the_question_to_be_changed(world, as_viewer, series, by, sentence):
    html = answer(as_viewer, f"s=visitors;is,country,DE&s={series}&formula=A*2&by={by}&f=is,device,phone")

    assert sentence in html.split('class="banner" role="alert"')[1].split("</p>")[0]
    assert [f'id="metric-{letter}"' in html for letter in "ABC"] == [True, True, False]
    assert 'name="formula" value="A*2"' in html
    assert "country is Germany" in html.lower().replace("germany", "Germany")
    assert f"f=is,device,phone&amp;s=visitors%3Bis,country,DE&amp;s={series}&amp;formula=A%2A2" in html
    assert "Totals of" not in html


def test_a_program_is_told_the_same_with_names_and_the_field(world, as_owner):
    asked = {"series": [{"metric": "bounce_rate"}], "by": "page", "period": "7d"}

    response = as_owner.post("/api/v1/analytics/trends?workspace=acme", asked, "application/json")

    assert (response.status_code, response.json()["field"]) == (400, "metrics")
    assert response.json()["detail"].startswith("'bounce_rate' cannot be broken down by 'page'")


def test_a_conversion_rate_asks_for_what_those_who_converted_did(world, as_viewer, as_owner):
    asked = {"series": [{"metric": "conversion_rate"}], "period": "7d"}

    html = answer(as_viewer, "s=conversion_rate&s=events")
    response = as_owner.post("/api/v1/analytics/trends?workspace=acme", asked, "application/json")

    assert "Choose an event in place of any event" in html.split('class="banner" role="alert"')[1].split("</p>")[0]
    assert [f'id="metric-{letter}"' in html for letter in "ABC"] == [True, True, False]
    assert (response.status_code, response.json()["field"]) == (400, "series")
    # One of the week's two visitors signed up.
    assert totals(answer(as_viewer, "s=conversion_rate;is,event,signup")) == [
        ["Conversion rate where Event is signup", "50\u202f%"]
    ]
    assert totals(answer(as_viewer, "s=conversion_rate&f=is,event,signup"))[0][1] == "50\u202f%"
    assert [row[0] for row in totals(answer(as_viewer, "s=conversion_rate&by=event"))] == ["page_view", "signup"]
    assert [row[1] for row in totals(answer(as_viewer, "s=conversion_rate&by=event"))] == ["100\u202f%", "50\u202f%"]


def test_a_dialog_adds_a_condition_to_the_series_it_was_opened_for(world, as_viewer):
    sent = "s=visitors&s=events&into=B&dimension=country&operator=is&value=Germany"

    response = as_viewer.get(f"{URL}?{sent}")

    assert response.status_code == 302
    assert response["Location"] == "?s=visitors&s=events%3Bis,country,DE"


def test_htmx_gets_the_part_it_names_and_the_one_address_of_the_state(world, as_viewer):
    part = as_viewer.get(f"{URL}?s=events&formula=&by=", headers={"HX-Request": "true", "HX-Target": "overview"})
    live = as_viewer.get(f"{URL}?s=events", headers={"HX-Request": "true", "HX-Target": "dashboard"})

    assert b"<html" not in part.content
    assert b'id="overview"' in part.content
    assert part["HX-Push-Url"] == f"{URL}?s=events"
    assert b'id="overview"' not in live.content
    assert b'id="report-result"' in live.content


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("s=bounce_rate", "Bounce rate"),
        ("s=events&s=views_per_visit", "Views per visit"),
        ("s=events&s=visits&formula=A/B", "A/B"),
        ("s=events&s=visits&formula=A*B", "A*B"),
        ("s=visit_duration&formula=A*2", "Visit duration"),
    ],
)
def test_rates_and_means_are_not_added_up(world, acme, as_viewer, as_analyst, query, what):
    html = answer(as_viewer, f"{query}&smooth=sum")
    refused = as_analyst.get(f"/api/v1/analytics/trends?workspace={acme.uid}&{query}&smooth=sum")

    assert f"{what} cannot be added up" in html
    assert numbers(html) == numbers(answer(as_viewer, query))
    assert (refused.status_code, refused.json()["field"]) == (400, "smooth")


def test_sums_of_counts_are_added_up(world, as_viewer):
    """One event on Sunday and four on Monday, halved, less one page view and two: -0.5, and 0 more."""
    html = answer(as_viewer, "s=events&s=pageviews&formula=A/2-B&smooth=sum")

    assert [row[1] for row in numbers(html)[-2:]] == ["-0.5", "-0.5"]


def test_days_of_visitors_that_are_added_up_say_so(world, as_viewer):
    """One visitor on Sunday, two on Monday, of whom one was there on Sunday."""
    html = answer(as_viewer, "s=visitors&smooth=sum")

    assert totals(html) == [["Visitors", "2"]]
    assert [row[1] for row in numbers(html)[-2:]] == ["1", "3"]
    assert "who was there in two days counts twice" in html
    assert "counts twice, so" not in answer(as_viewer, "s=events&smooth=sum")
    assert "counts twice, so" not in answer(as_viewer, "s=visitors")
