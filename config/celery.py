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
    # The days of most time zones are over, and few people look: yesterday's numbers are computed, and what is overdue.
    "roll up aggregated metrics": ("analytics.tasks.roll_up_all", crontab(hour="1", minute="0")),
    # A day's salt ends two days later; with this it is gone from the disk too, and addresses cannot be found out.
    "forget salts": ("tracking.tasks.forget_salts", crontab(hour="2", minute="40")),
    # A visitor who says who they are is counted as one person within minutes, also for what they did before.
    "apply new merges": ("tracking.tasks.squash_new_merges", crontab(minute="*/10")),
    # After the night's other jobs: this one reads every merge there is.
    "apply all merges": ("tracking.tasks.squash_all_merges", crontab(hour="4", minute="10")),
    # Sessions that ended are harmless and pile up slowly; a quiet hour will do.
    "forget ended sessions": ("config.tasks.clear_sessions", crontab(hour="3", minute="20")),
}
app.conf.beat_schedule = {name: {"task": task, "schedule": when} for name, (task, when) in SCHEDULE.items()}
