"""Notices: sent once, tried again, held back, withdrawn; through any crash."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import User
from analytics.alerts import channels, evaluation, notices, rules, telling
from analytics.models import AlertChange, Notice
from analytics.tests.alerts.world import heard, history, kinds, rule, states, views, webhook, work
from config.lib import clock as time
from workspaces.models import Connection

pytestmark = pytest.mark.usefixtures("event_store", "clock")
MINUTE, HOUR = 60, 3600


class Killed(BaseException):
    """As kill -9: nothing after it runs, not even an except clause."""


def busy(acme, *told, **fields):
    """A rule about to fire."""
    made = rule(acme, *told, **fields)
    views(acme, 3)
    return made


# --- a crash between any two lines

LINES = [
    (evaluation, "_readings"),  # claimed, nothing measured
    (evaluation, "_record"),  # measured, nothing decided
    (evaluation, "_written"),  # the state is written, the history is not
    (notices, "put"),  # the history is written, the notices are not
    (AlertChange, "save"),
    (telling, "_claim"),  # committed, nothing claimed
    (telling, "message_of"),  # claimed, nothing sent
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("where", "line"), LINES)
def test_a_kill_at_any_line_loses_no_alert_and_tells_it_once(acme, vendor, clock, monkeypatch, where, line):
    made = busy(acme, webhook(acme, vendor))
    with monkeypatch.context() as dying:
        dying.setattr(where, line, _dies)
        with pytest.raises(Killed):
            work()
    for _ in range(6):  # whoever comes after
        clock.shift(30)
        work()

    assert kinds(vendor) == ["fired"]
    assert history(made) == ["fired"]
    assert states(made) == ["sent"]


@pytest.mark.django_db(transaction=True)
def test_a_kill_after_sending_sends_again_under_the_same_id(acme, vendor, clock, monkeypatch):
    busy(acme, webhook(acme, vendor))
    real = channels.channel_of

    class Dying:
        def __init__(self, channel):
            self.channel = channel

        def tell(self, message):
            self.channel.tell(message)
            raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(channels, "channel_of", lambda connection: Dying(real(connection)))
        with pytest.raises(Killed):
            work()
    for _ in range(6):
        clock.shift(30)
        work()

    (first, id_of_first), (second, id_of_second) = heard(vendor)
    assert (first, id_of_first) == (second, id_of_second)


def _dies(*_, **__):
    raise Killed


def test_two_workers_with_the_same_notice_send_it_once(acme, vendor):
    made = busy(acme, webhook(acme, vendor))
    (notice_id,) = evaluation.evaluate(made.pk, time.now())
    telling.tell(notice_id, time.now())
    telling.tell(notice_id, time.now())

    assert kinds(vendor) == ["fired"]


def test_two_workers_with_the_same_evaluation_write_it_once(acme, vendor, monkeypatch):
    """The slower one began from the same state; its lease was over."""
    made = busy(acme, webhook(acme, vendor))
    late = time.now() + evaluation.LEASE

    def overtaken(gauge, moments):
        monkeypatch.undo()
        evaluation.evaluate(made.pk, late)
        return real(gauge, moments)

    real = evaluation._readings
    monkeypatch.setattr(evaluation, "_readings", overtaken)
    evaluation.evaluate(made.pk, time.now())

    assert history(made) == ["fired"]


# --- a channel that does not answer


def test_a_failed_attempt_is_made_again_later_and_later(acme, vendor, clock):
    made = busy(acme, webhook(acme, vendor))
    for _ in range(3):
        vendor.answer(500, b"oops")
    waits = []
    work()
    for _ in range(3):
        notice = Notice.objects.get()
        waits.append((notice.due_at - time.now()).total_seconds())
        clock.shift(waits[-1] + 1)
        telling.tell(notice.pk, time.now())

    assert [pytest.approx(usual, rel=0.2) for usual in (5, 300, 1800)] == waits
    assert len(vendor.requests) == 4 and len({each for _, each in heard(vendor)}) == 1
    assert states(made) == ["sent"]


def test_a_channel_that_asks_for_time_gets_it(acme, vendor):
    busy(acme, webhook(acme, vendor))
    vendor.answer(429, headers={"Retry-After": "90"})
    work()
    notice = Notice.objects.get()

    assert (notice.due_at - time.now()).total_seconds() == 90
    assert notice.last_error == "Webhook answered 429: {}"


def test_nobody_waits_longer_than_a_day(acme, vendor):
    busy(acme, webhook(acme, vendor))
    vendor.answer(503, headers={"Retry-After": "31536000"})
    work()

    assert Notice.objects.get().due_at - time.now() == timedelta(days=1)


def test_after_75_hours_it_is_given_up(acme, vendor, clock):
    made = busy(acme, webhook(acme, vendor))
    vendor.respond = lambda _: _broken()
    began = time.now()
    work()
    while (notice := Notice.objects.get()).state == "waiting":
        clock.move_to(notice.due_at + timedelta(seconds=1))
        telling.tell(notice.pk, time.now(), jitter=lambda: 0.5)

    assert states(made) == ["failed"]
    assert len(vendor.requests) == 10
    assert timedelta(hours=75) < time.now() - began < timedelta(hours=77)


def _broken():
    from config.testing.vendor import Reply

    return Reply(500)


def test_a_channel_that_hangs_does_not_make_its_other_notices_hang(acme, vendor, clock):
    told = webhook(acme, vendor)
    waiting = [evaluation.evaluate(busy(acme, told, name=name).pk, time.now())[0] for name in ("One", "Two", "Three")]
    vendor.answer(500)
    for notice_id in waiting:
        telling.tell(notice_id, time.now())
    assert len(vendor.requests) == 1  # the others wait for its next attempt

    clock.shift(7)
    work()  # that one
    work()
    assert len(vendor.requests) == 4


def after_hours_of_failure(told, vendor, clock, **fields):
    """A rule that fired, of which the channel has heard nothing in four hours. Now it would."""
    made = busy(told.workspace, told, **fields)
    vendor.respond = lambda _: _broken()
    for _ in range(4 * HOUR // (5 * MINUTE)):
        work()
        clock.shift(5 * MINUTE)
    vendor.respond = None
    vendor.requests.clear()
    assert Notice.objects.earliest("pk").due_at - time.now() > timedelta(hours=1)
    return made


def test_the_end_of_an_alert_is_not_told_before_its_beginning(acme, vendor, clock):
    made = after_hours_of_failure(webhook(acme, vendor), vendor, clock)
    views(acme, 1)
    work()
    work()
    assert (history(made), vendor.requests) == (["fired", "resolved"], [])

    clock.move_to(Notice.objects.earliest("pk").due_at + timedelta(seconds=1))
    work()
    work()

    assert kinds(vendor) == ["fired", "resolved"]


def test_what_fires_after_a_long_failure_of_the_channel_does_not_wait_for_what_fired_before(acme, vendor, clock):
    told = webhook(acme, vendor)
    first = after_hours_of_failure(told, vendor, clock, name="One", tells_resolved=False)

    second = busy(acme, told, name="Two", window_minutes=5)
    work()

    assert (states(first), states(second), kinds(vendor)) == (["waiting"], ["sent"], ["fired"])


def test_a_refusal_for_good_pauses_the_channel_tells_the_owner_and_keeps_the_notice(acme, owner, admin, vendor, clock):
    told = webhook(acme, vendor)
    made = busy(acme, told)
    vendor.answer(410, b"gone for ever")
    work()
    told.refresh_from_db()

    assert told.pause_reason == "Webhook answered 410: gone for ever"
    (letter,) = mail.outbox
    assert (sorted(letter.to), letter.subject) == (["admin@example.com", "owner@example.com"], "Channel paused: Pager")
    clock.shift(5 * MINUTE)
    work()
    assert (len(vendor.requests), states(made)) == (1, ["waiting"])

    channels.resume(told, actor=owner, now=time.now())
    work()
    assert states(made) == ["sent"]
    assert len({each for _, each in heard(vendor)}) == 1


def test_when_the_mail_about_a_pause_cannot_go_out_the_channel_is_tried_again_first(acme, vendor, monkeypatch):
    told = webhook(acme, vendor)
    busy(acme, told)
    vendor.answer(401)
    with monkeypatch.context() as broken:
        broken.setattr(channels, "mail_about_pause", _no_mail)
        work()
    told.refresh_from_db()

    assert told.paused_at is None
    assert Notice.objects.get().state == "waiting"


def _no_mail(*_):
    raise smtplib.SMTPServerDisconnected


def test_what_is_old_when_a_channel_comes_back_is_not_told(acme, owner, vendor, clock):
    told = webhook(acme, vendor)
    made = busy(acme, told)
    vendor.answer(410)
    work()
    clock.shift(4 * 24 * HOUR)
    channels.resume(told, actor=owner, now=time.now())

    assert states(made) == ["failed"]


def test_a_deleted_channel_is_told_nothing_and_the_alert_goes_on(acme, vendor, clock):
    told = webhook(acme, vendor)
    made = busy(acme, told)
    work()
    Connection.objects.all().delete()
    clock.shift(11 * MINUTE)
    views(acme, 1)
    work()

    assert history(made) == ["fired", "resolved"]
    assert kinds(vendor) == ["fired"]


# --- quiet hours and snooze

NIGHT = {"from": "11:00", "to": "12:30"}  # around the fixed clock


def test_in_quiet_hours_nobody_is_told_and_afterwards_what_is_still_open(acme, vendor, clock):
    made = busy(acme, webhook(acme, vendor), quiet_hours=NIGHT, window_minutes=120)
    work()
    assert (kinds(vendor), history(made)) == ([], ["fired"])
    clock.shift(29 * MINUTE)
    work()
    assert kinds(vendor) == []
    clock.shift(1 * MINUTE)
    work()
    assert kinds(vendor) == ["fired"]


def test_what_is_over_by_the_morning_is_not_told(acme, vendor, clock):
    made = busy(acme, webhook(acme, vendor), quiet_hours=NIGHT)
    work()
    clock.shift(15 * MINUTE)
    views(acme, 1)
    work()
    clock.shift(16 * MINUTE)
    views(acme, 1)
    work()

    assert kinds(vendor) == []
    assert history(made) == ["fired", "resolved"]
    assert states(made) == ["withdrawn"]


def test_what_was_told_before_the_night_is_resolved_after_it(acme, vendor, clock):
    busy(acme, webhook(acme, vendor), quiet_hours={"from": "12:05", "to": "12:30"})
    work()
    assert kinds(vendor) == ["fired"]
    clock.shift(20 * MINUTE)
    views(acme, 1)
    work()
    assert kinds(vendor) == ["fired"]
    clock.shift(11 * MINUTE)
    work()
    assert kinds(vendor) == ["fired", "resolved"]


def test_a_snoozed_alert_comes_back_when_it_is_still_open(acme, vendor, owner, clock):
    made = busy(acme, webhook(acme, vendor), window_minutes=240)
    work()
    made.refresh_from_db()
    rules.snooze(made, time.now() + timedelta(minutes=30), actor=owner, now=time.now())
    clock.shift(29 * MINUTE)
    work()
    assert kinds(vendor) == ["fired"]
    clock.shift(2 * MINUTE)
    work()
    assert kinds(vendor) == ["fired", "fired"]
    assert history(made) == ["fired"]


def test_a_snoozed_alert_that_is_over_says_so_and_does_not_come_back(acme, vendor, owner, clock):
    made = busy(acme, webhook(acme, vendor))
    work()
    made.refresh_from_db()
    rules.snooze(made, time.now() + timedelta(minutes=30), actor=owner, now=time.now())
    clock.shift(20 * MINUTE)
    views(acme, 1)
    work()
    clock.shift(31 * MINUTE)
    work()

    assert kinds(vendor) == ["fired", "resolved"]


def test_waking_up_early_tells_what_was_held(acme, vendor, owner, clock):
    made = rule(acme, webhook(acme, vendor))
    rules.snooze(made, time.now() + timedelta(hours=8), actor=owner, now=time.now())
    views(acme, 3)
    work()
    assert kinds(vendor) == []
    made.refresh_from_db()
    rules.snooze(made, None, actor=owner, now=time.now())
    work()
    assert kinds(vendor) == ["fired"]


def test_a_channel_that_was_only_slow_loses_nothing_to_a_recovery(acme, vendor, clock):
    """A notice that is tried again is no held one: the crossing is told although it is over by then."""
    busy(acme, webhook(acme, vendor))
    vendor.answer(500)
    vendor.answer(500)
    work()
    clock.shift(11 * MINUTE)
    views(acme, 1)
    work()
    for _ in range(3):
        clock.shift(7 * MINUTE)
        work()

    assert set(kinds(vendor)) == {"fired", "resolved"}


# --- mail


def test_a_mail_carries_the_numbers_and_its_own_id(acme, owner):
    told = channels.mail_to(acme, owner, time.now())
    busy(acme, told)
    work()

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["owner@example.com"], "Alert: Busy (Acme)")
    assert "Page views over the last 10 minutes: 3." in letter.body
    assert f"/w/acme/alerts/{AlertChange.objects.get().rule.uid}/" in letter.body
    assert letter.extra_headers["Message-ID"] == f"<{Notice.objects.get().uid}@localhost>"


def test_who_has_left_gets_no_mail(acme, owner, analyst):
    told = channels.mail_to(acme, analyst, time.now())
    busy(acme, told)
    analyst.memberships.all().delete()
    work()

    assert [letter.to for letter in mail.outbox] == [["owner@example.com"]]  # about the paused channel
    told.refresh_from_db()
    assert told.pause_reason == "None of its addresses belongs to a member of the organization."


def test_whose_account_is_closed_gets_no_mail_either(acme, owner, admin):
    told = channels.mail_to(acme, admin, time.now())
    busy(acme, told)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    work()

    assert [letter.to for letter in mail.outbox] == [["owner@example.com"]]  # about the paused channel


def test_a_name_of_several_lines_makes_no_header_of_its_own(acme, owner):
    busy(acme, channels.mail_to(acme, owner, time.now()), name="Busy\r\nBcc: everybody@example.com")
    work()

    assert mail.outbox[0].subject == "Alert: Busy Bcc: everybody@example.com (Acme)"


def test_a_lack_of_data_while_snoozed_does_not_swallow_the_reminder(acme, vendor, owner, clock):
    made = busy(acme, webhook(acme, vendor), tells_no_data=True)
    work()
    made.refresh_from_db()
    rules.snooze(made, time.now() + timedelta(minutes=30), actor=owner, now=time.now())
    clock.shift(12 * MINUTE)
    work()  # nothing is recorded any more
    clock.shift(13 * MINUTE)
    views(acme, 3)
    work()  # and again: still the same crossing
    clock.shift(6 * MINUTE)
    work()

    assert history(made) == ["fired", "no_data", "data"]
    assert kinds(vendor) == ["fired", "fired"]


def test_snoozing_what_is_over_keeps_the_word_that_it_is(acme, vendor, owner, clock):
    made = busy(acme, webhook(acme, vendor), quiet_hours={"from": "12:05", "to": "12:30"})
    work()
    clock.shift(20 * MINUTE)
    views(acme, 1)
    work()
    made.refresh_from_db()
    rules.snooze(made, time.now() + timedelta(minutes=30), actor=owner, now=time.now())
    clock.shift(31 * MINUTE)
    work()

    assert kinds(vendor) == ["fired", "resolved"]


def test_what_fires_oftener_than_it_may_tell_waits_and_is_not_told_when_it_is_over(acme, vendor, clock):
    busy = rule(acme, webhook(acme, vendor), most_a_day=2)
    for _ in range(3):
        views(acme, 3)
        work()
        clock.shift(15 * MINUTE)
        views(acme, 1)
        work()
        clock.shift(15 * MINUTE)

    assert history(busy) == ["fired", "resolved"] * 3
    assert kinds(vendor) == ["fired", "resolved"] * 2
    assert states(busy)[-1] == "withdrawn"


def test_what_is_still_open_when_the_first_is_a_day_old_is_told_then(acme, vendor, clock):
    busy = rule(acme, webhook(acme, vendor), most_a_day=1, tells_resolved=False)
    views(acme, 3)
    work()
    clock.shift(15 * MINUTE)
    views(acme, 1)
    work()
    clock.shift((24 * 60 - 20) * MINUTE)
    views(acme, 3)
    work()
    assert (history(busy), kinds(vendor)) == (["fired", "resolved", "fired"], ["fired"])

    clock.shift(5 * MINUTE)
    work()
    assert kinds(vendor) == ["fired", "fired"]
