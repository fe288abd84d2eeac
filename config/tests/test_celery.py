"""What runs by the clock exists, and does what it is for."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from config.celery import SCHEDULE, app
from config.lib import clock
from config.tasks import clear_sessions


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()

    assert {task for task, _ in SCHEDULE.values()} <= set(app.tasks)


def test_every_task_is_killed_when_it_takes_too_long():
    assert app.conf.task_time_limit == 600
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost


def test_ended_sessions_are_forgotten_and_others_stay(db):
    now = clock.now()
    for name, ends in (("ended", now - timedelta(seconds=1)), ("open", now + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=ends)

    clear_sessions()

    assert [session.session_key for session in Session.objects.all()] == ["open"]
