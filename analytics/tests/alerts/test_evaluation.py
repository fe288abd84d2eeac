"""From stored events to a told webhook, round after round, with real stores and a real receiver."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics import custom_metrics, segments
from analytics.alerts import evaluation, question, rules
from analytics.alerts.measure import Gauge
from analytics.models import AlertChange, AlertRule
from analytics.query.lookup import SavedOf
from analytics.query.model import QueryError
from analytics.tests.alerts.world import SECRET, history, kinds, rule, views, webhook, work
from analytics.tests.world import Sent, goal, page_view, store_events
from config.lib import clock as time
from config.lib.problems import Problem
from config.lib.webhooks import verify
from tracking.store import QueryTimeout, StoreUnavailable

pytestmark = pytest.mark.usefixtures("event_store", "clock")
MINUTE = 60


def test_a_crossing_is_told_once_and_its_end_once(acme, vendor, clock):
    made = rule(acme, webhook(acme, vendor))
    views(acme, 3)

    for _ in range(4):  # three page views in ten minutes: above 2, four rounds long
        work()
        clock.shift(30)
    clock.shift(10 * MINUTE)  # they leave the window
    views(acme, 1)
    work()
    work()

    assert kinds(vendor) == ["fired", "resolved"]
    fired, resolved = made.changes.order_by("id")
    assert fired.said.startswith("Page views over the last 10 minutes: 3. Fires when above 2.")
    assert fired.said.endswith(" Most on / (3); most from Direct / none (3).")
    assert (fired.value, fired.ended_at) == (3, resolved.at)
    made.refresh_from_db()
    assert (made.status, made.is_open, made.last_triggered_at) == ("ok", False, fired.at)


def test_the_message_is_signed_and_says_what_happened(acme, vendor):
    made = rule(acme, webhook(acme, vendor))
    views(acme, 3)
    work()

    (request,) = vendor.requests
    notice = made.changes.get().notices.get()
    assert verify(SECRET, request.headers, request.body, time.now())
    assert request.headers["webhook-id"] == str(notice.uid)
    assert notice.state == "sent"


def test_it_hears_of_an_event_within_a_minute_of_its_becoming_visible(acme, vendor, clock):
    rule(acme, webhook(acme, vendor))
    work()
    clock.shift(1)  # just missed
    views(acme, 3, ago_s=0)
    rounds = 0
    while not vendor.requests:
        clock.shift(29)
        work()
        rounds += 1

    assert rounds * 29 <= 60


def test_a_rule_is_evaluated_once_in_half_a_minute_whoever_asks(acme):
    made = rule(acme)

    assert evaluation.due(time.now()) == [made.pk]
    evaluation.evaluate(made.pk, time.now())
    assert evaluation.due(time.now()) == []
    assert evaluation.evaluate(made.pk, time.now()) == []


def test_nothing_at_all_is_no_data_and_an_open_crossing_stays_open(acme, vendor, clock):
    made = rule(acme, webhook(acme, vendor), tells_no_data=True)
    views(acme, 3)
    work()
    clock.shift(11 * MINUTE)
    work()
    made.refresh_from_db()

    assert (made.status, made.is_open) == ("no_data", True)
    assert made.last_reason == "Nothing at all was recorded in this window."
    assert kinds(vendor) == ["fired", "no_data"]

    views(acme, 1)
    clock.shift(30)
    work()
    assert kinds(vendor) == ["fired", "no_data", "resolved"]


def test_where_silence_is_what_is_watched_nothing_is_zero(acme):
    quiet = rule(acme, condition="below", threshold=1)
    gone = rule(acme, condition="absence", query="events;is,event,heartbeat")
    work()

    assert (history(quiet), history(gone)) == (["fired"], ["fired"])


def test_an_event_that_stays_away_and_comes_back(acme, vendor, clock):
    made = rule(acme, webhook(acme, vendor), condition="absence", query="events;is,event,heartbeat", window_minutes=5)
    store_events(acme.dataset_id(), [Sent("2026-03-10T11:58", "custom", "/", 1, "heartbeat")])
    work()
    assert history(made) == []
    clock.shift(4 * MINUTE)
    work()
    assert history(made) == ["fired"]
    store_events(acme.dataset_id(), [Sent("2026-03-10T12:04", "custom", "/", 1, "heartbeat")])
    clock.shift(30)
    work()
    assert kinds(vendor) == ["fired", "resolved"]


def test_a_rate_of_nothing_is_no_data(acme):
    made = rule(acme, query="bounce_rate", condition="below", threshold=50)
    work()
    made.refresh_from_db()

    assert (made.status, made.last_reason) == ("no_data", "There is nothing to calculate it from in this window.")


def test_a_division_by_zero_is_no_data(acme):
    made = rule(acme, query="s=pageviews&s=completions&formula=A/B", condition="below", threshold=5)
    views(acme, 3)
    work()
    made.refresh_from_db()

    assert made.status == "no_data"


def test_a_formula_a_saved_metric_and_a_segment_are_watched(acme, owner):
    goals = [goal("2026-03-10T11:59", "signup", visitor=1)]
    store_events(acme.dataset_id(), [*goals, *(page_view("2026-03-10T11:59", visitor=n) for n in (1, 2, 3, 4))])
    about = {"actor": owner, "now": time.now()}
    saved = custom_metrics.create(
        acme, name="Rate", series=[{"metric": "completions"}, {"metric": "visitors"}], formula="A / B * 100", **about
    )
    segment = segments.create(acme, name="Signed up", filters=[["is", "event", ["signup"]]], **about)
    asked = ["s=completions&s=visitors&formula=A/B*100", f"saved,{saved.uid}", f"visitors;segment,{segment.uid}"]

    assert [Gauge(rule(acme, query=each), time.now()).read(time.now()).value for each in asked] == [25, 25, 1]


def test_a_rule_whose_segment_was_deleted_says_so_once_and_recovers(acme, vendor, owner, clock):
    about = {"actor": owner, "now": time.now()}
    segment = segments.create(acme, name="Docs", filters=[["is", "page", ["/docs"]]], **about)
    made = rule(acme, webhook(acme, vendor), query=f"visitors;segment,{segment.uid}")
    segments.delete(segment, **about)
    for _ in range(3):
        work()
        clock.shift(30)
    made.refresh_from_db()

    assert kinds(vendor) == ["invalid"]
    assert "There is no segment" in made.last_reason

    rules.change(made, actor=owner, now=time.now(), query="visitors")
    views(acme, 1)
    work()
    made.refresh_from_db()
    assert made.status == "ok"


@pytest.mark.parametrize(
    ("against", "earlier", "value"),
    [("previous", "2026-03-10T11:45", -50), ("day", "2026-03-09T11:55", -50), ("week", "2026-03-03T11:55", -50)],
)
def test_a_change_is_held_against_an_earlier_window(acme, against, earlier, value):
    store_events(acme.dataset_id(), [page_view(earlier, visitor=n) for n in range(1, 5)])  # four then
    views(acme, 2)
    made = rule(acme, condition="change", threshold=40, direction="down", against=against)
    work()

    reading = Gauge(made, time.now()).read(time.now())
    assert (reading.value, reading.base, reading.judged) == (2, 4, value)
    assert history(made) == ["fired"]


def in_berlin_after_the_clocks_went_forward(acme, clock):
    """Noon on the Monday after summer time began: ten in UTC, where it was eleven a week ago."""
    acme.timezone = "Europe/Berlin"
    acme.save()
    clock.shift(datetime(2026, 3, 30, 10, tzinfo=UTC) - time.now())


def test_the_same_time_a_week_ago_is_what_the_clocks_showed_then(acme, clock):
    in_berlin_after_the_clocks_went_forward(acme, clock)
    noon, an_hour_before = "2026-03-23T10:55", "2026-03-23T09:55"
    store_events(acme.dataset_id(), [page_view(noon, visitor=n) for n in range(1, 5)])
    store_events(acme.dataset_id(), [page_view(an_hour_before, visitor=9)])
    views(acme, 4)
    made = rule(acme, condition="change", threshold=40, against="week")

    reading = Gauge(made, time.now()).read(time.now())

    assert (reading.value, reading.base, reading.judged) == (4, 4, 0)


def test_what_is_usual_at_this_hour_is_so_by_the_clocks(acme, clock):
    in_berlin_after_the_clocks_went_forward(acme, clock)
    mondays = [f"2026-{day}T10:55" for day in ("02-16", "02-23", "03-02", "03-09", "03-16", "03-23")]
    store_events(acme.dataset_id(), [page_view("2026-02-10T10:00", visitor=99)])  # there was something before
    store_events(acme.dataset_id(), [page_view(each, visitor=n) for each in mondays for n in range(4)])
    views(acme, 4)
    made = rule(acme, condition="anomaly", threshold=3)

    reading = Gauge(made, time.now()).read(time.now())

    assert (reading.value, reading.base, reading.judged) == (4, 4, 0)


def test_from_nothing_there_is_no_change_in_percent(acme):
    views(acme, 2)
    made = rule(acme, condition="change", threshold=40)
    work()
    made.refresh_from_db()

    assert made.status == "no_data"
    assert made.last_reason == "The earlier window is zero: from nothing there is no change in percent."


def test_what_is_unusual_at_this_hour_fires(acme):
    days = [f"2026-03-0{day}T11:55" for day in range(3, 10)]
    store_events(acme.dataset_id(), [page_view("2026-02-20T10:00", visitor=99)])  # there was something before
    store_events(acme.dataset_id(), [page_view(day, visitor=n) for day in days for n in range(4)])  # four each day
    made = rule(acme, condition="anomaly", threshold=3, direction="up")
    views(acme, 9)  # the spread of 4 is 2: 9 is 2.5 spreads above
    work()
    assert history(made) == []

    views(acme, 2, path="/more")  # 11 is 3.5 above
    AlertChange.objects.all().delete()
    evaluation.evaluate(rule(acme, condition="anomaly", name="Again").pk, time.now())
    fired = AlertChange.objects.get()
    assert fired.said.startswith("Page views over the last 10 minutes: 11 (usual: about 4). Fires when unusual,")


def test_what_an_outage_left_out_is_made_up_for_minute_by_minute(acme, vendor, clock):
    made = rule(acme, webhook(acme, vendor), window_minutes=2)
    views(acme, 1)
    work()
    clock.shift(5 * MINUTE)
    views(acme, 3)  # at 12:04:30: above for two minutes
    clock.shift(15 * MINUTE)
    views(acme, 1)  # 1 is known at 12:20; in between there is no data, and no news
    work()  # the first since 12:00

    fired, resolved = made.changes.order_by("id")
    assert (fired.kind, resolved.kind, len(vendor.requests)) == ("fired", "resolved", 2)
    assert [f"{each.at:%H:%M}" for each in (fired, resolved)] == ["12:05", "12:20"]


def test_a_store_that_is_away_postpones_and_loses_nothing(acme, vendor, clock, monkeypatch):
    made = rule(acme, webhook(acme, vendor), window_minutes=2)
    views(acme, 3)
    with monkeypatch.context() as broken:
        broken.setattr("analytics.alerts.measure.run_many", _away)
        work()
        made.refresh_from_db()
        assert (made.status, made.evaluated_at) == ("waiting", None)
    clock.shift(30)
    work()

    assert kinds(vendor) == ["fired"]


def _away(*_):
    raise StoreUnavailable("refused")


def test_numbers_that_lag_behind_are_not_judged(acme, clock, monkeypatch):
    made = rule(acme, condition="absence", query="events")
    with monkeypatch.context() as lagging:
        lagging.setattr("analytics.alerts.evaluation.storing_behind", lambda now: 300.0)
        work()
    assert history(made) == []
    clock.shift(30)
    views(acme, 1)
    work()
    assert history(made) == []


def test_outside_its_schedule_it_is_not_evaluated(acme, clock):
    made = rule(acme, schedule={"from": "13:00", "to": "17:00", "days": ["tue"]})
    views(acme, 3)
    work()
    assert history(made) == []
    clock.shift(61 * MINUTE)
    views(acme, 3)
    work()
    assert history(made) == ["fired"]


def test_a_changed_question_begins_anew_and_a_changed_name_does_not(acme, vendor, clock):
    made = rule(acme, webhook(acme, vendor))
    views(acme, 3)
    work()
    made.refresh_from_db()
    rules.change(made, actor=None, now=time.now(), name="Very busy")
    clock.shift(30)
    work()
    assert kinds(vendor) == ["fired"]

    made.refresh_from_db()
    rules.change(made, actor=None, now=time.now(), threshold=1)
    clock.shift(30)
    work()
    assert kinds(vendor) == ["fired", "fired"]
    assert made.changes.filter(ended_at=None).count() == 1


def test_an_evaluation_of_the_old_question_is_thrown_away(acme, monkeypatch):
    made = rule(acme)
    views(acme, 3)

    def changed_meanwhile(gauge, moments):
        rules.change(made, actor=None, now=time.now() + timedelta(seconds=1), threshold=100)
        return real(gauge, moments)

    real = evaluation._readings
    monkeypatch.setattr(evaluation, "_readings", changed_meanwhile)
    evaluation.evaluate(made.pk, time.now())

    assert history(made) == []


def test_switched_off_it_is_silent_and_what_was_open_is_over(acme, clock):
    made = rule(acme)
    views(acme, 3)
    work()
    made.refresh_from_db()
    rules.switch(made, False, actor=None, now=time.now())
    clock.shift(30)
    work()

    assert made.changes.get().ended_at is not None
    assert evaluation.due(time.now()) == []


def test_test_data_and_neighbours_are_not_counted(acme, globex):
    made = rule(acme)
    at = "2026-03-10T11:59"
    store_events(acme.dataset_id("test"), [page_view(at, visitor=n) for n in range(5)])
    store_events(globex.dataset_id(), [page_view(at, visitor=n) for n in range(5)])
    views(acme, 1)

    assert Gauge(made, time.now()).read(time.now()).value == 1


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("vistors", "Did you mean 'visitors'"),
        ("", "Write a metric"),
        (7, "Write a metric"),
        ("s=visitors&s=visits", "need a formula"),
        ("s=visitors&period=7d", "Unknown parameter 'period'"),
        ({"series": [{"metric": "visitors"}], "by": "page"}, "Unknown field 'by'"),
        ("exit_rate", "Watch exits"),
        ("conversion_rate", "needs what those who converted did"),
        ("s=conversion_rate;is,country,DE&s=visitors&formula=A*B", "needs what those who converted did"),
        ("saved,none", "There is no saved metric"),
        ("visitors;is,nothing,1", "nothing"),
        ("s=visitors&formula=A+B", "no series B"),
    ],
)
def test_what_cannot_be_asked_is_refused_when_it_is_made(acme, query, says):
    with pytest.raises(QueryError, match=says):
        rule(acme, query=query)


def test_windows_are_cut_to_the_second(acme):
    views(acme, 1, ago_s=600)
    views(acme, 1, ago_s=601)

    assert Gauge(rule(acme), time.now()).read(time.now()).value == 1


def test_a_formula_of_spaces_and_signs_is_written_so_that_it_is_read_again(acme):
    made = rule(acme, query="s=completions;is,goal,sign-up&s=visitors&formula=(A - B) / B * 100 + 1")
    saved = SavedOf(acme, time.now())
    text = question.text(question.read(made.query, saved))
    assert question.stored(question.read(text, saved)) == made.query
    assert made.query["formula"] == "(A - B) / B * 100 + 1"


def test_a_question_that_is_too_heavy_is_no_data_and_is_not_asked_for_every_minute(acme, clock, monkeypatch):
    made = rule(acme)
    views(acme, 1)
    work()
    clock.shift(30 * MINUTE)
    asked = []

    def too_heavy(queries, now):
        asked.append(queries)
        raise QueryTimeout("160")

    monkeypatch.setattr("analytics.alerts.measure.run_many", too_heavy)
    work()
    made.refresh_from_db()

    assert (made.status, made.last_reason) == ("no_data", evaluation.TOO_HEAVY)
    assert (len(asked), made.evaluated_at) == (1, time.now())


def test_the_message_says_where_the_number_came_from(acme, vendor):
    views(acme, 2, path="/pricing")
    views(acme, 1, path="/" + "x" * 300)
    made = rule(acme, webhook(acme, vendor))
    visits = rule(acme, query="bounce_rate", threshold=0, name="Bounces")
    work()

    assert "Most on /pricing (2), /xxx" in made.changes.get().said
    assert "x" * 61 not in made.changes.get().said
    assert "Most on" not in "".join(each.said for each in visits.changes.all())


def test_an_alert_whose_contributors_cost_too_much_is_told_without_them(acme, vendor, monkeypatch):
    def too_heavy(queries, now):
        raise QueryTimeout("160")

    monkeypatch.setattr("analytics.alerts.contributors.run_many", too_heavy)
    made = rule(acme, webhook(acme, vendor))
    views(acme, 3)
    work()

    assert kinds(vendor) == ["fired"]
    assert made.changes.get().said == "Page views over the last 10 minutes: 3. Fires when above 2."


def test_two_who_change_one_rule_at_once_both_have_their_way(acme):
    made = rule(acme)
    one, other = AlertRule.objects.get(), AlertRule.objects.get()

    rules.change(one, actor=None, now=time.now(), threshold=50)
    rules.change(other, actor=None, now=time.now(), name="Crowd")

    made.refresh_from_db()
    assert (made.name, made.threshold) == ("Crowd", 50)


def test_a_rule_that_is_deleted_meanwhile_cannot_be_changed(acme):
    made = rule(acme)
    rules.delete(AlertRule.objects.get(), actor=None, now=time.now())

    with pytest.raises(Problem) as refused:
        rules.change(made, actor=None, now=time.now(), name="Crowd")

    assert (refused.value.status, refused.value.code) == (409, "alert_deleted")
