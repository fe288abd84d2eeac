"""The Celery app, and everything that runs by the clock: one table, with the reason for each time (UTC)."""

import os
import sys

from celery import Celery
from celery.schedules import crontab, schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Beat only sends the names of tasks when it is time. Without the apps behind them it takes half the memory.
FIXUPS = () if "beat" in sys.argv else Celery.builtin_fixups
app = Celery("metricpal", fixups=FIXUPS)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# name: (task, when). What is missed while beat is down is not made up for, so each task covers all that is due.
SCHEDULE: dict[str, tuple[str, schedule]] = {
    # Sessions that ended are harmless and pile up slowly; a quiet hour will do.
    "forget ended sessions": ("config.tasks.clear_sessions", crontab(hour="3", minute="20")),
}
app.conf.beat_schedule = {name: {"task": task, "schedule": when} for name, (task, when) in SCHEDULE.items()}
