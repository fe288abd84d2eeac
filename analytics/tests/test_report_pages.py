"""The pages of events, people, the web, money and business: who may see them, what they say with data and without."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.models import AcquisitionSpend, CurrencyRate, MetricRoles
from analytics.reports.web.model import VIEWS
from analytics.tests.test_rollups import event
from analytics.tests.world import Sent, page_view, store_events
from analytics.views.reports.routes import SINGLE, SUMMED
from analytics.views.reports.web import TABS

pytestmark = pytest.mark.usefixtures("event_store", "clock")
REPORTS = [each.name for each in (*SINGLE, *SUMMED)]
SETTINGS = "/w/acme/settings/business/"
TEST = '<span class="chip chip-warn">Test data</span>'
OPEN = {"web", "realtime", "business"}  # a viewer may look at these


def address(name, query=""):
    return f"/w/acme/reports/{name}/{query}"


def text_of(response):
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def rows_of(response):
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


@pytest.fixture
def busy(acme):
    """Yesterday: a visitor from Google reads two pages and buys for 20 dollars; a server tells of 5 euros."""
    at = lambda hour: datetime(2026, 3, 9, hour, tzinfo=UTC)  # noqa: E731
    bought = {"value": 20.0, "currency": "USD", "user_id": "u-1"}
    store_events(
        acme.dataset_id(),
        [
            page_view("10:00", "/landing", query="?utm_source=google", client={"country": "DE"}),
            page_view("10:01", "/pricing"),
            Sent("10:02", "goal", "/pricing", 1, "purchase", fields=bought),
            event(at(12), "payment_completed", 9, 5.0, "EUR"),
        ],
    )  # fmt: skip
    return acme


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_workspace_says_what_to_do_and_shows_nothing_of_its_neighbours(acme, globex, as_analyst, name):
    props = {"query": "theirs", "account": "theirs", "href": "https://theirs.example/", "link": "outbound"}
    kinds = (("page_view", ""), ("search", ""), ("click", ""), ("goal", "purchase"))
    about = {"fields": {"props": props, "value": 77.0}}
    theirs = [Sent("2026-03-10T11:50", kind, "/theirs", 1, name, **about) for kind, name in kinds]
    store_events(globex.dataset_id(), theirs)

    for query in ("", "?period=day", "?env=test"):
        page = as_analyst.get(address(name, query))
        assert page.status_code == 200
        assert "theirs" not in page.content.decode()
        assert "77" not in re.sub(r"\d\d:77|#\w+", "", text_of(page))


@pytest.mark.parametrize("name", ["events", "people", "web", "trends", "funnel", "retention", "lifecycle"])
def test_on_the_first_day_a_report_opens_on_today_and_its_links_name_the_period(acme, as_analyst, name):
    store_events(acme.dataset_id(), [page_view("2026-03-10T08:00")])

    page = as_analyst.get(address(name)).content.decode()

    assert 'value="2026-03-10"' in page  # the first day, in the dialog of the period
    assert 'href="?period=28d' in page
    assert 'name="period" value="day"' in page  # what the sentence keeps


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_opens_as_a_page_as_a_fragment_and_as_csv(busy, as_admin, name):
    query = "?period=yesterday&f=is,country,DE"

    assert as_admin.get(address(name, query)).status_code == 200
    part = as_admin.get(address(name, query), headers={"HX-Request": "true", "HX-Target": "dashboard"})
    assert "<html" not in part.content.decode()
    assert 'id="report-result"' in part.content.decode()
    table = as_admin.get(f"/w/acme/reports/{name}.csv{query}")
    assert table.headers["Content-Disposition"] == f'attachment; filename="acme-{name}.csv"'
    assert b"".join(table)


@pytest.mark.parametrize("name", REPORTS)
def test_viewers_see_sums_and_analysts_people_and_only_admins_export_people(busy, as_viewer, as_analyst, name):
    assert as_viewer.get(address(name)).status_code == (200 if name in OPEN else 403)
    assert as_analyst.get(address(name)).status_code == 200
    may_download = name not in {each.name for each in SINGLE}
    assert as_analyst.get(f"/w/acme/reports/{name}.csv").status_code == (200 if may_download else 403)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    "query",
    ["?period=nonsense", "?f=nonsense", "?tab=x&by=x&measure=x&every=x&tail=x&model=x", "?cursor=x&after=x&offset=x"],
)
def test_an_address_that_makes_no_sense_gives_the_usual_page(busy, as_analyst, name, query):
    assert as_analyst.get(address(name, query)).status_code == 200


def test_an_export_of_people_is_written_down(busy, as_admin):
    b"".join(as_admin.get("/w/acme/reports/people.csv?period=yesterday"))

    assert busy.organization.audit_entries.filter(action="people.exported").exists()


def test_events_are_walked_by_older_and_stand_still_while_others_arrive(acme, as_analyst):
    quarters = [(hour, minute) for hour in range(20) for minute in (0, 15, 30, 45)]
    sent = [page_view(f"{hour:02}:{minute:02}", f"/p{number}") for number, (hour, minute) in enumerate(quarters)]
    store_events(acme.dataset_id(), sent)
    first = as_analyst.get(address("events", "?period=yesterday")).content.decode()
    older = re.search(r'href="(\?[^"]*after=[^"]+)"', first).group(1).replace("&amp;", "&")

    store_events(acme.dataset_id(), [page_view("23:00", "/arrived")])
    second = as_analyst.get(address("events") + older).content.decode()

    shown = [set(re.findall(r'title="(/p\d+)"', page)) for page in (first, second)]
    assert (len(shown[0]), len(shown[1])) == (50, 30)
    assert shown[0] & shown[1] == set()
    assert "/arrived" not in second


def test_the_live_tail_shows_the_last_half_hour_and_can_be_paused(acme, as_analyst):
    store_events(
        acme.dataset_id(), [page_view("2026-03-10T11:59", "/just-now"), page_view("2026-03-10T11:00", "/earlier")]
    )

    tail = as_analyst.get(address("events", "?tail=on")).content.decode()
    paused = as_analyst.get(address("events", "?tail=paused")).content.decode()

    assert "/just-now" in tail
    assert "/earlier" not in tail
    assert ('data-refresh-ms="1000"' in tail, 'data-refresh-ms="0"' in paused) == (True, True)
    assert TEST not in tail
    assert TEST in as_analyst.get(address("events", "?tail=on&env=test")).content.decode()


def test_a_person_has_a_page_with_properties_visits_and_events(busy, as_analyst):
    people = as_analyst.get(address("people", "?period=yesterday&who=identified")).content.decode()
    href = re.search(r'href="(/w/acme/people/\d+/)"', people).group(1)

    page = text_of(as_analyst.get(href))

    assert "u-1" in page
    assert "20.00" in page
    assert "purchase" in page
    assert "Nothing is known of this person yet" in page


def test_a_visit_has_a_page_of_its_own(busy, as_analyst):
    visits = as_analyst.get(address("sessions", "?period=yesterday")).content.decode()
    href = re.search(r'href="(/w/acme/visits/\d+/)"', visits).group(1)

    assert as_analyst.get(href).status_code == 200
    for missing in ("/w/acme/visits/1/", "/w/acme/visits/x/", "/w/acme/people/1234567/", "/w/acme/people/x/"):
        assert as_analyst.get(missing).status_code == 404


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_the_web_reports_opens_and_its_csv_has_the_same_rows(busy, as_viewer, tab):
    page = as_viewer.get(address("web", f"?period=yesterday&tab={tab}"))
    rows = rows_of(as_viewer.get(f"/w/acme/reports/web.csv?period=yesterday&tab={tab}"))

    assert page.status_code == 200
    assert all(next(iter(row.values())) in page.content.decode() for row in rows)
    assert (rows == []) == (page.content.decode().count("<tbody>") == 0)


@pytest.mark.parametrize("report", VIEWS)
def test_page_and_api_say_the_same_of_the_web(busy, as_analyst, report):
    answer = as_analyst.get(
        "/api/v1/analytics/web", {"period": "yesterday", "report": report, "workspace": "acme"}
    ).json()
    rows = rows_of(as_analyst.get(f"/w/acme/reports/web.csv?period=yesterday&tab={report}"))

    assert [str(row["key"]) for row in answer["rows"]] == [next(iter(row.values())) for row in rows]


def test_revenue_is_the_same_on_page_api_and_csv(busy, as_analyst):
    query = "?period=yesterday&by=event"
    page = text_of(as_analyst.get(address("revenue", query)))
    answer = as_analyst.get(f"/api/v1/analytics/revenue{query}&workspace=acme").json()
    rows = rows_of(as_analyst.get(f"/w/acme/reports/revenue.csv{query}"))

    assert (answer["total"], answer["without_rate"]) == ("20.00", ["EUR"])
    assert "no rate to USD is stated: EUR" in page
    assert [(row["Event"], Decimal(row["EUR"]), Decimal(row["USD"])) for row in rows] == [
        ("payment_completed", Decimal(5), Decimal(0)), ("purchase", Decimal(0), Decimal(20)),
    ]  # fmt: skip


def test_attribution_is_the_same_on_page_api_and_csv(busy, as_analyst):
    answer = as_analyst.get(
        "/api/v1/analytics/attribution",
        {"goal": "purchase", "by": "source", "period": "yesterday", "workspace": "acme"},
    ).json()
    (row,) = rows_of(as_analyst.get("/w/acme/reports/attribution.csv?period=yesterday&by=source&goal=purchase"))

    assert [(each["key"], each["conversions"]["last"]) for each in answer["rows"]] == [("Google", 1.0)]
    assert (row["Source"], row["Last touch"]) == ("Google", "1")


@pytest.mark.parametrize(
    ("asked", "field"), [({}, "goal"), ({"goal": "x", "by": "y"}, "by"), ({"goal": "x", "window": "0"}, "window")]
)
def test_attribution_says_what_to_ask(acme, as_analyst, asked, field):
    refused = as_analyst.get("/api/v1/analytics/attribution", asked | {"workspace": "acme"})

    assert (refused.status_code, refused.json()["field"]) == (400, field)


def test_business_metrics_are_shown_for_each_day_with_what_they_are_made_of(busy, as_viewer):
    page = text_of(as_viewer.get(address("business", "?period=7d&measure=revenue")))
    rows = rows_of(as_viewer.get("/w/acme/reports/business.csv?period=7d&measure=revenue"))

    assert "5.00 EUR, 20.00 USD; no rate for EUR" in page
    assert [(row["Day"], row["Revenue"]) for row in rows] == [("2026-03-09", "20.0")]


NARROWED = "?period=7d&measure=revenue&f=is,page,/nope"  # nobody was on that page
UNFILTERED = "Business metrics are kept for the whole workspace: filters do not apply here."


def test_business_metrics_offer_no_filter_and_say_that_one_in_the_address_is_left_out(busy, as_viewer):
    narrowed = as_viewer.get(address("business", NARROWED))
    whole = as_viewer.get(address("business", "?period=7d&measure=revenue"))

    assert "5.00 EUR, 20.00 USD; no rate for EUR" in text_of(narrowed)
    assert (text_of(narrowed).count(UNFILTERED), text_of(whole).count(UNFILTERED)) == (1, 0)
    assert "/nope" not in narrowed.content.decode()
    for control in ("filter-dialog", "saved-menu"):
        assert control not in whole.content.decode()
        assert control in as_viewer.get(address("web")).content.decode()


def test_the_receipt_of_business_metrics_names_no_filter(busy, as_viewer):
    receipt = as_viewer.get(address("business", f"receipt/{NARROWED}"))

    assert f"<dd>none. {UNFILTERED}</dd>" in receipt.content.decode()
    assert "/nope" not in receipt.content.decode()


@pytest.mark.parametrize(
    "asked",
    ["/w/acme/download/business/as/pdf/", "/api/v1/analytics/receipt/business",
     "/api/v1/analytics/metrics/aggregated", "/api/v1/analytics/metrics/dashboard"],
)  # fmt: skip
def test_files_and_answers_of_business_metrics_refuse_filters(busy, as_owner, asked):
    whole = as_owner.get(f"{asked}?workspace=acme")
    refused = as_owner.get(f"{asked}?workspace=acme&f=is,page,/nope")

    assert (whole.status_code, refused.status_code) == (200, 400)
    assert UNFILTERED in refused.content.decode()


def test_event_names_are_set_and_named_again_when_they_cannot_be(busy, as_admin):
    names = {
        "form": "roles",
        "registration": "joined, signup",
        "payment_completed": "purchase",
        "only_identified": "on",
    }
    assert as_admin.post(SETTINGS, names).status_code == 302
    kept = MetricRoles.objects.get(workspace=busy)
    assert (kept.names["registration"], kept.names["refund"], kept.only_identified) == (["joined", "signup"], [], True)

    refused = as_admin.post(SETTINGS, names | {"registration": ",".join(f"n{n}" for n in range(30))})
    assert "At most 20 names" in text_of(refused)


def test_rates_are_stated_and_removed(busy, as_admin):
    as_admin.post(SETTINGS, {"form": "rate", "currency": "eur", "rate": "1.1"})
    assert CurrencyRate.objects.get(workspace=busy).rate == Decimal("1.1")
    for currency, rate, says in (("USD", "1", "own currency"), ("EURO", "1", ""), ("GBP", "0", "more than nothing")):
        refused = as_admin.post(SETTINGS, {"form": "rate", "currency": currency, "rate": rate})
        assert (refused.status_code, says in text_of(refused)) == (200, True)

    as_admin.post(SETTINGS, {"form": "forget_rate", "currency": "EUR"})
    assert not CurrencyRate.objects.exists()


def test_spend_is_uploaded_refused_by_row_and_removed(busy, as_admin):
    def upload(content):
        return as_admin.post(SETTINGS, {"form": "spend", "file": SimpleUploadedFile("spend.csv", content)})

    upload(b"Date,Source,Amount\n2026-03-01,google,12.5\n")
    row = AcquisitionSpend.objects.get(workspace=busy)
    assert (row.amount, row.currency) == (Decimal("12.5"), "USD")
    assert "Row 1: " in text_of(upload(b"date,source,amount\n1.3.26,google,1\n"))
    assert "Missing: amount" in text_of(upload(b"date,source\n"))
    assert "UTF-8" in text_of(upload(b"\xff\xfe"))

    as_admin.post(SETTINGS, {"form": "forget_spend", "uid": str(row.uid)})
    as_admin.post(SETTINGS, {"form": "forget_spend", "uid": "nonsense"})
    assert not AcquisitionSpend.objects.exists()


def test_another_workspaces_spend_and_rates_cannot_be_removed(busy, globex, as_admin):
    theirs = AcquisitionSpend.objects.create(workspace=globex, day="2026-03-01", source="x", amount=1, currency="USD")
    CurrencyRate.objects.create(workspace=globex, currency="EUR", rate=1)

    as_admin.post(SETTINGS, {"form": "forget_spend", "uid": str(theirs.uid)})
    as_admin.post(SETTINGS, {"form": "forget_rate", "currency": "EUR"})

    assert (AcquisitionSpend.objects.count(), CurrencyRate.objects.count()) == (1, 1)
    assert as_admin.get("/w/globex/settings/business/").status_code == 404
    assert Client().get(SETTINGS).status_code == 302


@pytest.mark.parametrize("name", ["trends", "web"])
def test_before_the_first_event_a_report_leads_to_the_snippet(name, as_owner, acme, busy):
    told = "none has arrived yet"

    assert told not in text_of(as_owner.get(address(name)))
    assert told not in text_of(as_owner.get(address(name, "?env=test")))  # test data: the snippet would not help
    fresh = acme.organization.workspaces.create(name="New", slug="new")
    answer = as_owner.get(f"/w/{fresh.slug}/reports/{name}/")
    assert told in text_of(answer) and "/w/new/install/" in answer.content.decode()


def test_a_list_of_events_says_the_day_of_each(busy, as_analyst):
    store_events(busy.dataset_id(), [page_view("2026-03-08T23:59", "/late")])

    page = as_analyst.get(address("events", "?period=7d")).content.decode()

    assert re.findall(r'event-day">([^<]+)<', page) == ["Mon 9 Mar 2026", "Sun 8 Mar 2026"]
