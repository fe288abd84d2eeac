"""The pages of alerts, as people of each role meet them."""

import re
from urllib.parse import urlencode

import pytest
from django.core import mail

from analytics.alerts import channels
from analytics.models import AlertRule, Notice
from analytics.tests.alerts.world import SECRET, kinds, rule, views, webhook, work
from config.lib import clock as time
from workspaces.models import Connection

pytestmark = pytest.mark.usefixtures("event_store", "clock")
LIST, NEW, CHANNELS = "/w/acme/alerts/", "/w/acme/alerts/new/", "/w/acme/channels/"
FORM = {
    "asked": "1", "name": "Sign-ups fall", "m": "events", "e": "signup", "f": "is,country,DE", "condition": "below",
    "threshold": "5", "window": "60", "for": "10", "margin": "5", "me": "1", "resolved": "1", "quiet_from": "22:00",
    "quiet_to": "07:00", "quiet_day": ["mon", "fri"],
}  # fmt: skip


def text_of(answer) -> str:
    """What stands on the page, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_list_begins_with_a_way_to_the_first_alert(as_analyst):
    assert "No alert yet. Have somebody told" in text_of(as_analyst.get(LIST))


def test_the_sentence_becomes_a_rule_that_tells_its_maker(as_analyst, acme, analyst):
    answer = as_analyst.post(NEW, FORM)
    made = AlertRule.objects.get()

    assert answer.status_code == 302 and answer["Location"] == f"/w/acme/alerts/{made.uid}/"
    assert made.query == {
        "series": [{"metric": "events", "filters": [["is", "event", ["signup"]], ["is", "country", ["DE"]]]}],
        "formula": "",
    }
    assert (made.condition, made.threshold, made.window_minutes, made.for_minutes) == ("below", 5, 60, 10)
    assert (made.margin_pct, made.tells_resolved, made.tells_no_data) == (5, True, False)
    assert made.quiet_hours == {"from": "22:00", "to": "07:00", "days": ["mon", "fri"]}
    assert made.schedule is None and made.created_by == analyst
    (channel,) = made.channels.all()
    assert (channel.kind, channel.configuration) == ("email", {"to": "analyst@example.com"})


def test_editing_begins_with_the_rule_as_it_is_and_changes_nothing_by_itself(as_analyst):
    as_analyst.post(NEW, FORM)
    made = AlertRule.objects.get()
    opened = as_analyst.get(f"/w/acme/alerts/{made.uid}/edit/")
    state = dict.fromkeys(re.findall(r"[?&](\w+)=", opened["Location"]))
    page = as_analyst.get(opened["Location"]).content.decode()

    assert {"m", "e", "f", "condition", "threshold", "quiet_from", "ch"} <= set(state)
    assert 'value="Sign-ups fall"' in page and "Country is Germany" in page
    fields = dict(as_analyst.get(opened["Location"]).wsgi_request.GET.lists())
    as_analyst.post(f"/w/acme/alerts/{made.uid}/edit/", fields)
    again = AlertRule.objects.get()
    same = ("query", "condition", "threshold", "window_minutes", "for_minutes", "margin_pct", "quiet_hours", "name")
    assert [getattr(again, each) for each in same] == [getattr(made, each) for each in same]
    assert list(again.channels.all()) == list(made.channels.all())


@pytest.mark.parametrize("threshold", [1_234_567.5, 0.1234567, 9e14, 0.00001, 5])
def test_a_threshold_of_any_size_and_precision_stays_what_it_is(as_analyst, acme, threshold):
    made = rule(acme, threshold=threshold, margin_pct=12.345678)
    opened = as_analyst.get(f"/w/acme/alerts/{made.uid}/edit/")
    fields = dict(as_analyst.get(opened["Location"]).wsgi_request.GET.lists())

    as_analyst.post(f"/w/acme/alerts/{made.uid}/edit/", fields | {"name": ["Another name"]})

    again = AlertRule.objects.get()
    assert (again.name, again.threshold, again.margin_pct) == ("Another name", threshold, 12.345678)


def test_the_preview_says_the_number_and_how_often_it_would_have_fired(as_analyst, acme):
    views(acme, 3)
    views(acme, 5, ago_s=5 * 3600)
    query = {"asked": "1", "m": "pageviews", "condition": "above", "threshold": "2", "window": "60"}
    page = text_of(as_analyst.get(f"{NEW}?{urlencode(query)}"))

    assert "3 now" in page and "would fire now" in page
    assert "Over the last day this would have fired 2 times ." in page


def test_without_a_number_the_preview_still_shows_the_present_one(as_analyst, acme):
    views(acme, 3)
    page = text_of(as_analyst.get(f"{NEW}?m=pageviews"))

    assert "3 now" in page and "Write a number to see how often it would have fired" in page


def test_a_conversion_rate_of_any_event_is_not_watched_until_an_event_is_chosen(as_analyst, acme):
    views(acme, 3)
    says = "Choose an event in place of any event"
    query = {"asked": "1", "m": "conversion_rate", "condition": "below", "threshold": "5", "name": "Conversion"}

    chosen = text_of(as_analyst.get(f"{NEW}?{urlencode(query)}"))
    refused = as_analyst.post(NEW, query)
    assert says in chosen and "now would" not in chosen
    assert says in text_of(refused) and 'value="Conversion"' in refused.content.decode()
    assert not AlertRule.objects.exists()

    assert as_analyst.post(NEW, query | {"e": "signup"}).status_code == 302


def test_the_filter_dialog_adds_a_condition_and_keeps_what_was_typed(as_analyst):
    query = {"asked": "1", "m": "events", "e": "signup", "name": "Mine", "dimension": "page", "operator": "is"}
    moved = as_analyst.get(f"{NEW}?{urlencode(query | {'value': '/docs|/blog'})}")

    assert moved.status_code == 302
    page = as_analyst.get(moved["Location"]).content.decode()
    assert "Page is /docs or /blog" in page and 'value="Mine"' in page


def test_a_formula_of_trends_is_watched_as_it_is(as_analyst):
    query = [("s", "completions"), ("s", "visitors"), ("formula", "A + B"), ("name", "Both"), ("threshold", "9")]
    as_analyst.post(NEW, {"asked": "1", "s": ["completions", "visitors"], "formula": "A + B", "name": "Both",
                          "threshold": "9"})  # fmt: skip

    assert AlertRule.objects.get().query["formula"] == "A + B"
    assert "A Completions" in text_of(as_analyst.get(f"{NEW}?{urlencode(query)}"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Give it a name."),
        ({"threshold": "many"}, "Write a number."),
        ({"threshold": ""}, "Write a number."),
        ({"threshold": "1e99"}, "of a size that means something"),
        ({"window": "0"}, "A window has 1 to"),
        ({"condition": "over"}, "Choose one of above"),
        ({"m": "vistors"}, "Did you mean &#x27;visitors&#x27;"),
        ({"quiet_to": ""}, "Write both times"),
        ({"condition": "change", "threshold": "0"}, "above 0"),
        ({"f": "is,nothing,1"}, "Unknown dimension"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(as_analyst, change, says):
    answer = as_analyst.post(NEW, FORM | change)

    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not AlertRule.objects.exists()


def test_an_open_alert_is_acknowledged_snoozed_and_woken(as_analyst, acme, vendor):
    made = rule(acme, webhook(acme, vendor))
    views(acme, 3)
    work()
    page = text_of(as_analyst.get(LIST))
    assert "Open now" in page and "Page views over the last 10 minutes: 3. Fires when above 2." in page

    as_analyst.post(f"{LIST}{made.uid}/acknowledge/", {"back": "list"})
    assert "seen by analyst@example.com" in text_of(as_analyst.get(LIST))
    as_analyst.post(f"{LIST}{made.uid}/snooze/", {"minutes": "60"})
    assert "Firing, snoozed" in text_of(as_analyst.get(LIST))
    as_analyst.post(f"{LIST}{made.uid}/snooze/", {"minutes": "0"})
    assert AlertRule.objects.get().snoozed_until is None
    detail = text_of(as_analyst.get(f"{LIST}{made.uid}/"))
    assert "Pager: 12:00" in detail and "still so" in detail


def test_the_history_can_be_narrowed(as_viewer, acme, clock):
    rule(acme)
    views(acme, 3)
    work()
    clock.shift(700)
    views(acme, 1)
    work()

    assert text_of(as_viewer.get(f"{LIST}history/")).count("Busy") == 2
    assert "Nothing has happened" in text_of(as_viewer.get(f"{LIST}history/?only=open"))
    assert "Busy" in text_of(as_viewer.get(f"{LIST}history/?only=unseen&page=1"))
    assert as_viewer.get(f"{LIST}history/?only=unseen&page=99999999999").status_code == 200


def test_the_test_button_says_what_each_channel_said(as_analyst, acme, vendor):
    made = rule(acme, webhook(acme, vendor))
    vendor.answer(500)
    page = text_of(as_analyst.post(f"{LIST}{made.uid}/test/", follow=True))

    assert "Pager: Webhook answered 500" in page and "It would not fire now" in page
    assert not Notice.objects.exists()


def test_switching_off_and_deleting(as_analyst, acme):
    made = rule(acme)
    as_analyst.post(f"{LIST}{made.uid}/switch/")
    assert "Off" in text_of(as_analyst.get(LIST))
    as_analyst.post(f"{LIST}{made.uid}/delete/")
    assert not AlertRule.objects.exists()


def test_a_rule_whose_question_is_gone_can_be_seen_edited_and_deleted(as_analyst, acme):
    made = rule(acme)
    AlertRule.objects.update(query={"series": [{"saved": "3f6c0000-0000-4000-8000-000000000000"}], "formula": ""})
    work()

    assert "What it watched is gone" in text_of(as_analyst.get(LIST))
    assert as_analyst.get(f"{LIST}{made.uid}/").status_code == 200
    edited = as_analyst.get(f"{LIST}{made.uid}/edit/", follow=True)
    assert "Choose anew what it should watch" in text_of(edited)


def test_viewers_see_and_change_nothing(as_viewer, acme):
    made = rule(acme)

    assert as_viewer.get(LIST).status_code == as_viewer.get(f"{LIST}{made.uid}/").status_code == 200
    assert as_viewer.get(NEW).status_code == 403
    for action in ("test", "snooze", "switch", "delete", "acknowledge"):
        assert as_viewer.post(f"{LIST}{made.uid}/{action}/").status_code == 403
    assert as_viewer.get(CHANNELS).status_code == 403


def test_markup_in_names_stays_text(as_owner, acme, vendor):
    webhook(acme, vendor, name="<img src=x onerror=alert(1)>")
    made = rule(acme, *Connection.objects.all(), name="<script>alert(1)</script>")
    views(acme, 3)
    work()

    for page in (LIST, f"{LIST}{made.uid}/", f"{LIST}history/", CHANNELS, NEW):
        assert "<script>alert" not in as_owner.get(page).content.decode()
        assert "<img src=x" not in as_owner.get(page).content.decode()


# --- channels


def test_a_channel_is_connected_and_tried_out_at_once(as_admin, acme, vendor):
    form = {"name": "Pager", "url": f"{vendor.url}/hook", "secret": SECRET}
    page = text_of(as_admin.post(f"{CHANNELS}add/webhook/", form, follow=True))

    assert "Pager is connected. Pager took the test message." in page
    assert kinds(vendor) == ["test"]
    assert SECRET not in as_admin.get(f"{CHANNELS}{Connection.objects.get().uid}/").content.decode()


def test_a_channel_that_does_not_work_says_why(as_admin, vendor):
    vendor.answer(410, b"gone")
    form = {"name": "#ops", "url": f"{vendor.url}/services/x"}
    page = text_of(as_admin.post(f"{CHANNELS}add/slack/", form, follow=True))

    assert "#ops did not take the test message: Slack answered 410: gone" in page


@pytest.mark.parametrize(
    ("kind", "form", "says"),
    [
        ("slack", {"name": "x", "url": "ftp://x"}, "http"),
        ("webhook", {"name": "x", "url": "https://a.example", "secret": "s"}, "24 random bytes"),
        ("email", {"name": "x", "to": "stranger@elsewhere.example"}, "is no member of the organization"),
        ("email", {"name": "", "to": "owner@example.com"}, "required"),
    ],
)
def test_what_cannot_work_is_said_beside_its_field(as_admin, kind, form, says):
    answer = as_admin.post(f"{CHANNELS}add/{kind}/", form)

    assert answer.status_code == 200 and says in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_kind_that_does_not_exist_is_not_there(as_admin):
    assert as_admin.get(f"{CHANNELS}add/pigeon/").status_code == 404


def test_a_paused_channel_is_resumed_and_sends_what_waited(as_admin, acme, vendor):
    told = webhook(acme, vendor)
    rule(acme, told)
    views(acme, 3)
    vendor.answer(410)
    work()
    assert "1 waiting" in text_of(as_admin.get(CHANNELS))
    assert "Alerts wait for it" in text_of(as_admin.get(LIST))

    as_admin.post(f"{CHANNELS}{told.uid}/resume/")
    work()
    assert kinds(vendor)[-1] == "fired" and "waiting" not in text_of(as_admin.get(CHANNELS))


def test_changing_a_channel_keeps_the_secret_that_is_left_empty(as_admin, acme, vendor):
    told = webhook(acme, vendor)
    as_admin.post(f"{CHANNELS}{told.uid}/", {"name": "Renamed", "url": f"{vendor.url}/new", "secret": ""})
    changed = Connection.objects.get()

    assert changed.name == "Renamed"
    assert channels.channel_of(changed).settings.secret == SECRET
    assert vendor.requests[-1].path == "/new"


def test_deleting_a_channel(as_admin, acme, vendor):
    told = webhook(acme, vendor)
    as_admin.post(f"{CHANNELS}{told.uid}/delete/")

    assert not Connection.objects.exists()


def test_the_mail_of_an_analyst_needs_no_administrator(as_analyst, acme):
    as_analyst.post(NEW, FORM)
    AlertRule.objects.update(quiet_hours=None, for_minutes=0, next_at=time.now())
    work()

    assert mail.outbox[0].to == ["analyst@example.com"]
