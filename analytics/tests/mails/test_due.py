"""Reports by mail, from the page that sets one up to the mail, and to its end."""

import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail

from accounts.models import User
from analytics import segments
from analytics.mails import due, letter
from analytics.models import ReportMail, ScheduledReport
from analytics.tasks import forget_exports, send_report, send_reports
from analytics.tests.world import page_view, store_events
from config.lib import clock as present
from config.testing.pictures import png
from workspaces import logos
from workspaces.models import AuditEntry, Membership

pytestmark = pytest.mark.usefixtures("event_store", "clock")
TO_MONDAY = timedelta(days=5, hours=20)  # from Tuesday the 10th, 12:00, to Monday the 16th, 8:00


@pytest.fixture
def set_up(acme, as_owner):
    """Sets a report up on the page."""

    def post(client=as_owner, **given):
        fields = {"source": "overview", "every": "week", "emails": "owner@example.com"} | given
        answer = client.post(f"/w/{acme.slug}/mails/", fields)
        assert answer.status_code == 302, re.findall(r'field-error" role="alert">([^<]+)', answer.content.decode())
        return ScheduledReport.objects.order_by("-id")[0]

    return post


@pytest.fixture
def week(acme):
    """The week from the 9th to the 15th of March has three visitors, the one before has one."""
    paths = {"2026-03-04T10:00": "/a", "2026-03-10T10:00": "/a", "2026-03-11T10:00": "/b", "2026-03-12T10:00": "/b"}
    store_events(acme.dataset_id(), [page_view(at, path, n) for n, (at, path) in enumerate(paths.items())])


def a_minute(clock):
    """What the clock does each minute: the walk, and the tasks it sends."""
    for pk in due.walk(present.now()):
        send_report(pk)
    return mail.outbox


def test_on_monday_at_eight_the_week_comes_by_mail(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY - timedelta(minutes=1))
    assert a_minute(clock) == []

    clock.shift(timedelta(minutes=1))
    (sent,) = a_minute(clock)

    assert sent.to == ["owner@example.com"]
    assert sent.subject == "Acme: Overview, 9 – 15 Mar 2026"
    for words in (
        "Visitors: 3",
        "Visitors rose from 1 to 3",
        "- Page: /b +2",
        "/w/acme/?period=custom&from=2026-03-09",
    ):
        assert words in sent.body
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "What changed" in html
    (name, pdf, kind) = sent.attachments[0]
    assert (name, kind, pdf[:4]) == ("acme-overview-2026-03-09.pdf", "application/pdf", b"%PDF")


def test_the_logo_of_the_organization_stands_in_the_mail_itself(set_up, week, clock, acme, owner):
    logos.set_logo(acme.organization, png(800, 80), actor=owner, now=present.now())
    set_up()
    clock.shift(TO_MONDAY)
    (sent,) = a_minute(clock)

    html, picture = sent.alternatives[0][0], sent.attachments[1]
    assert '<img src="cid:logo" width="200" height="20" alt="Acme"' in html and ">MetricPal<" not in html
    assert (picture["Content-ID"], picture.get_content_type()) == ("<logo>", "image/png")
    assert picture.get_payload(decode=True) == png(800, 80)


def test_it_comes_once_however_often_the_clock_strikes(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY)
    for _ in range(3):
        a_minute(clock)
        clock.shift(timedelta(minutes=1))

    assert len(mail.outbox) == 1
    assert ScheduledReport.objects.get().next_at.isoformat() == "2026-03-23T08:00:00+00:00"


def test_two_workers_do_not_send_it_twice(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY)
    (pk,) = due.walk(present.now())

    def write(given):
        assert due.send(pk, present.now(), letter.write) is False  # the other one, at the same moment
        return letter.write(given)

    assert due.send(pk, present.now(), write) is True
    assert len(mail.outbox) == 1


class Killed(BaseException):
    """As when the process is gone."""


def test_a_worker_that_dies_before_sending_loses_no_mail(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY)
    (pk,) = due.walk(present.now())
    with pytest.raises(Killed):
        due.send(pk, present.now(), lambda given: (_ for _ in ()).throw(Killed))
    assert due.walk(present.now()) == []  # claimed still

    clock.shift(due.CLAIM)
    a_minute(clock)

    assert len(mail.outbox) == 1


def test_a_mail_that_goes_out_again_is_known_as_the_same(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY)
    due.walk(present.now())
    one = ReportMail.objects.select_related("recipient__report__workspace").get()

    first, again = letter.write(one), letter.write(one)

    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"] == f"<{one.uid}@localhost>"


def test_while_the_mail_server_is_away_it_is_tried_again_and_at_last_given_up(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY)
    (pk,) = due.walk(present.now())

    def refuse(given):
        raise SMTPServerDisconnected("gone")

    tries = 0
    while not ReportMail.objects.filter(gave_up_at__isnull=False).exists():
        due.send(pk, present.now(), refuse)
        clock.shift(timedelta(hours=5))
        tries += 1

    assert tries == due.ATTEMPTS
    assert a_minute(clock) == []


def test_a_report_that_can_no_longer_be_asked_says_so_on_its_page(set_up, week, clock, as_owner, acme, owner):
    segment = segments.create(acme, name="B", filters=[["is", "page", ["/b"]]], actor=owner, now=present.now())
    set_up(f=f"segment,{segment.uid}")
    segment.delete()
    clock.shift(TO_MONDAY)

    assert a_minute(clock) == []

    assert "The newest mail was not sent" in as_owner.get(f"/w/{acme.slug}/mails/").content.decode()
    assert due.walk(present.now()) == []


def test_after_an_outage_the_latest_one_comes_and_not_all_that_were_missed(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY + timedelta(days=15))

    (sent,) = a_minute(clock)

    assert "23 – 29 Mar 2026" in sent.subject
    assert ReportMail.objects.count() == 1


def test_a_month(set_up, week, clock):
    set_up(every="month")
    clock.shift(timedelta(days=21, hours=20))  # 1 April, 8:00

    (sent,) = a_minute(clock)

    assert sent.subject == "Acme: Overview, 1 – 31 Mar 2026"


def test_a_month_is_compared_with_the_whole_one_before(set_up, acme, clock):
    days = ("2026-02-01", "2026-02-14", "2026-02-28", "2026-03-10")
    store_events(acme.dataset_id(), [page_view(f"{day}T10:00", visitor=n) for n, day in enumerate(days)])
    store_events(acme.dataset_id(), [page_view("2026-01-31T10:00", visitor=9)])
    set_up(every="month")
    clock.shift(timedelta(days=21, hours=20))  # 1 April, 8:00

    (sent,) = a_minute(clock)

    assert "1 – 31 Mar 2026, compared with 1 – 28 Feb 2026" in sent.body
    assert "Visitors fell from 3 to 1" in sent.body
    assert "from=2026-03-01&to=2026-03-31&match=date" in sent.body  # the page it leads to compares with the same


@pytest.mark.parametrize(
    ("zone", "eight_there"),
    [("America/Los_Angeles", timedelta(hours=7)), ("Europe/Berlin", timedelta(hours=-1)), ("UTC", timedelta(0))],
)
def test_in_a_workspace_that_moved_it_comes_at_eight_there_and_once(
    set_up, week, clock, acme, as_owner, zone, eight_there
):
    set_up()
    as_owner.put(f"/api/v1/workspaces/{acme.uid}", {"timezone": zone}, content_type="application/json")
    hours = []
    clock.shift(TO_MONDAY - timedelta(hours=12))
    for hour in range(-12, 24):
        before = len(mail.outbox)
        a_minute(clock)
        hours += [timedelta(hours=hour)] * (len(mail.outbox) - before)
        clock.shift(timedelta(hours=1))

    assert hours == [eight_there]
    assert mail.outbox[0].subject == "Acme: Overview, 9 – 15 Mar 2026"


def test_any_report_comes_as_its_table(set_up, week, clock):
    set_up(source="web", f="is,page,/b")
    clock.shift(TO_MONDAY)

    (sent,) = a_minute(clock)

    assert "/b" in sent.body
    assert "/a |" not in sent.body
    assert sent.attachments[0][0] == "acme-web-2026-03-09.pdf"


def test_without_an_event_it_says_so(set_up, clock):
    set_up()
    clock.shift(TO_MONDAY)

    assert "Nothing was recorded" in a_minute(clock)[0].body


def test_text_of_a_visitor_is_text_in_the_mail(set_up, acme, clock):
    store_events(acme.dataset_id(), [page_view("2026-03-10T10:00", "/<img src=x onerror=alert(1)>")])
    set_up()
    clock.shift(TO_MONDAY)

    html = a_minute(clock)[0].alternatives[0][0]

    assert "<img" not in html
    assert "/&lt;img src=x" in html


def test_the_page_says_when_the_last_mail_went_out_and_why_the_newest_did_not(set_up, as_owner, acme, clock):
    (recipient,) = set_up().recipients.all()
    monday = present.now() - timedelta(days=1, hours=4)
    for weeks_ago, sent in ((2, True), (1, True), (0, False)):
        due_at = monday - timedelta(weeks=weeks_ago)
        recipient.mails.create(due_at=due_at, sent_at=due_at if sent else None, reason="" if sent else "No room.")

    shown = as_owner.get(f"/w/{acme.slug}/mails/").content.decode()

    assert "last sent 1\xa0week, 1\xa0day ago" in shown
    assert "The newest mail was not sent: No room." in shown


def test_the_page_reads_no_mail_however_many_there_were(set_up, as_owner, acme, monkeypatch):
    (recipient,) = set_up().recipients.all()
    weeks = [present.now() - timedelta(weeks=n) for n in range(100)]
    ReportMail.objects.bulk_create(ReportMail(recipient=recipient, due_at=each, sent_at=each) for each in weeks)
    read = []
    monkeypatch.setattr(ReportMail, "from_db", classmethod(lambda *given: read.append(given)))

    assert "last sent now" in as_owner.get(f"/w/{acme.slug}/mails/").content.decode()
    assert read == []


def test_mails_are_forgotten_after_ninety_days_but_for_the_last_of_each_recipient(set_up, week, clock):
    set_up(emails="owner@example.com, boss@client.example")
    clock.shift(TO_MONDAY)
    for _ in range(20):
        a_minute(clock)
        clock.shift(timedelta(days=7))
    assert (len(mail.outbox), ReportMail.objects.count()) == (40, 40)

    forget_exports()
    assert ReportMail.objects.count() == 24  # of the last twelve Mondays: 84 days

    ScheduledReport.objects.update(next_at=present.now() + timedelta(days=365))
    clock.shift(timedelta(days=200))
    forget_exports()
    assert ReportMail.objects.count() == 2


def test_a_mail_that_is_forgotten_does_not_come_again(set_up, week, clock):
    set_up()
    clock.shift(TO_MONDAY)
    a_minute(clock)
    ReportMail.objects.all().delete()

    assert len(a_minute(clock)) == 1


# --- who gets it


def test_each_recipient_gets_a_mail_of_their_own(set_up, week, clock):
    set_up(emails="owner@example.com\nboss@client.example")
    clock.shift(TO_MONDAY)

    assert sorted(sent.to[0] for sent in a_minute(clock)) == ["boss@client.example", "owner@example.com"]
    assert all(len(sent.to) == 1 and not sent.cc and not sent.bcc for sent in mail.outbox)


def test_who_left_the_organization_gets_nothing_any_more(set_up, week, clock, admin):
    set_up(emails="owner@example.com, admin@example.com")
    Membership.objects.get(user=admin).delete()
    clock.shift(TO_MONDAY)

    assert [sent.to for sent in a_minute(clock)] == [["owner@example.com"]]


def test_who_leaves_while_the_mail_server_is_away_gets_nothing_when_it_is_back(set_up, week, clock, admin, as_owner):
    set_up(emails="owner@example.com, admin@example.com")
    clock.shift(TO_MONDAY)

    def refuse(given):
        raise SMTPServerDisconnected("gone")

    for pk in due.walk(present.now()):
        due.send(pk, present.now(), refuse)
    Membership.objects.get(user=admin).delete()
    clock.shift(timedelta(hours=1))

    assert [sent.to for sent in a_minute(clock)] == [["owner@example.com"]]
    clock.shift(timedelta(hours=1))
    a_minute(clock)
    assert len(mail.outbox) == 1
    assert "no member any more" in as_owner.get("/w/acme/mails/").content.decode()


def test_whose_account_is_closed_gets_nothing_until_it_is_open_again(set_up, week, clock, admin):
    set_up(emails="owner@example.com, admin@example.com")
    User.objects.filter(pk=admin.pk).update(is_active=False)
    clock.shift(TO_MONDAY)
    assert [sent.to for sent in a_minute(clock)] == [["owner@example.com"]]

    User.objects.filter(pk=admin.pk).update(is_active=True)
    clock.shift(timedelta(days=7))
    assert sorted(sent.to[0] for sent in a_minute(clock)) == ["admin@example.com", *["owner@example.com"] * 2]


def test_only_who_may_export_writes_to_people_outside(as_analyst, acme):
    fields = {"source": "overview", "every": "week", "emails": "boss@client.example"}

    answer = as_analyst.post(f"/w/{acme.slug}/mails/", fields)

    assert "boss@client.example is no member" in answer.content.decode()
    assert not ScheduledReport.objects.exists()


@pytest.mark.parametrize(
    "given, says",
    [
        ({"emails": "nonsense"}, "is not an e-mail address"),
        ({"emails": f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'y' * 60}.{'z' * 60}.example"}, "is not an e-mail address"),
        ({"emails": " "}, "at least one address"),
        ({"emails": "\n".join(f"a{n}@example.com" for n in range(51))}, "50 addresses at most"),
        ({"source": "people"}, "Choose a report"),
        ({"every": "minute"}, "Choose a report"),
        ({"f": "is,nothing,x"}, "nothing"),
        ({"source": "funnel", "step": "nonsense("}, "nonsense"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_form(as_owner, acme, given, says):
    fields = {"source": "overview", "every": "week", "emails": "owner@example.com"} | given

    answer = as_owner.post(f"/w/{acme.slug}/mails/", fields)

    assert says in answer.content.decode()
    assert not ScheduledReport.objects.exists()


# --- its end


def link_in(sent):
    return re.search(r"http://testserver(/mails/\S+/)", sent.body)[1]


def test_one_click_of_a_mail_program_ends_it(set_up, week, clock, anonymous):
    set_up()
    clock.shift(TO_MONDAY)
    (sent,) = a_minute(clock)
    assert sent.extra_headers["List-Unsubscribe"] == f"<http://testserver{link_in(sent)}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    for _ in range(2):
        assert anonymous.post(link_in(sent), {"List-Unsubscribe": "One-Click"}).status_code == 200
    clock.shift(timedelta(days=7))

    assert len(a_minute(clock)) == 1
    entries = AuditEntry.objects.filter(action="report_mail.unsubscribe")
    assert [entry.actor for entry in entries] == ["owner@example.com"]


def test_a_scanner_that_only_follows_the_link_ends_nothing(set_up, week, clock, anonymous):
    set_up()
    clock.shift(TO_MONDAY)
    (sent,) = a_minute(clock)

    shown = anonymous.get(link_in(sent)).content.decode()

    assert "Stop this report?" in shown
    clock.shift(timedelta(days=7))
    assert len(a_minute(clock)) == 2


def test_who_stops_it_between_due_and_sent_gets_nothing(set_up, week, clock):
    report = set_up()
    clock.shift(TO_MONDAY)
    (pk,) = due.walk(present.now())
    report.recipients.update(unsubscribed_at=present.now())

    send_report(pk)

    assert mail.outbox == []


def test_a_forged_link_ends_nothing(set_up, anonymous):
    recipient = set_up().recipients.get()

    assert anonymous.post(f"/mails/{recipient.uid.hex}:{'x' * 27}/").status_code == 404


def test_deleting_it_ends_it_for_everybody(set_up, as_owner, acme, clock, week):
    report = set_up()
    as_owner.post(f"/w/{acme.slug}/mails/{report.uid}/delete/")
    clock.shift(TO_MONDAY)

    assert a_minute(clock) == []


def test_send_one_to_me_shows_the_last_week_at_once(set_up, as_owner, acme, week):
    report = set_up(emails="admin@client.example")

    as_owner.post(f"/w/{acme.slug}/mails/{report.uid}/send/")

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["owner@example.com"], "Acme: Overview, 2 – 8 Mar 2026")


def test_the_tasks_are_those_of_the_schedule(set_up, week, clock):
    from config.celery import SCHEDULE

    assert SCHEDULE["send reports"][0] == send_reports.name
