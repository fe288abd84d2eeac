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
    # Events reach other tools within seconds: looks who has something to do, and starts a task for each.
    "forward events": ("tracking.tasks.forward_events", schedule(5.0)),
    # A destination that fails for an hour is told of within ten minutes more.
    "look after destinations": ("tracking.tasks.look_after_destinations", crontab(minute="*/10")),
    # Long questions that come again are answered from days: those of a dashboard, by the time somebody looks once more.
    "keep days": ("analytics.tasks.keep_days", crontab()),
    # An export whose worker was killed goes on within minutes; one that waits for the event store tries again.
    "resume exports": ("analytics.tasks.resume_exports", crontab()),
    # Reports by mail are due at eight in every time zone; those that a mail server refused are tried again.
    "send reports": ("analytics.tasks.send_reports", crontab()),
    # Files are kept for a week, and their links say until when: to the hour. Old mails of reports go with them.
    "forget exports": ("analytics.tasks.forget_exports", crontab(minute="50")),
    # What becomes visible is judged within a minute, worst case one round and the time the question takes.
    "evaluate alerts": ("analytics.alerts.tasks.evaluate_due", schedule(30)),
    # What a worker left unsent, what is to be tried again, and what quiet hours held back.
    "tell alerts": ("analytics.alerts.tasks.tell_due", schedule(30)),
    # The ledger is at most five minutes behind; it is read through it, and an hour's entries stay few.
    "book usage": ("tracking.tasks.book_usage", crontab(minute="*/5")),
    # The day is over in UTC and its last events are stored: the usage of each day, and of days that were late.
    "roll up usage": ("tracking.tasks.roll_up_usage", crontab(hour="0", minute="10")),
    # Events beyond a limit leave the log's memory soon, and are counted soon after the limit was raised.
    "release held events": ("tracking.tasks.release_held", crontab()),
    # What is shown to customers and pushed to invoices is proved every night, before anybody looks.
    "reconcile usage": ("tracking.tasks.reconcile_usage", crontab(hour="3", minute="40")),
    # An hour is over and its last events are stored: soon enough for an alarm, late enough for slow senders.
    "prove hours": ("tracking.tasks.prove_hours", crontab(minute="7,37")),
    # Whoever comes near a limit hears of it within minutes.
    "tell of limits": ("analytics.tasks.tell_of_limits", crontab()),
    # A replay whose worker was killed goes on within minutes; one that was just started is at work already.
    "resume replays": ("tracking.tasks.resume_replays", crontab()),
    # What was on its way when somebody was erased is met by the next pass.
    "erase": ("tracking.erasure.tasks.erase_due", crontab()),
    # After the roll-up of the day, which needs what is deleted here, and before the files are written anew.
    "delete old events": ("tracking.expiry.tasks.expire_events", crontab(hour="2", minute="10")),
    # What was deleted is off the disk within a day; the engine writes its files anew while few people ask.
    "purge erased": ("tracking.erasure.tasks.purge_erased", crontab(hour="3", minute="5")),
    # What was set aside is kept for thirty days, whole days being exact enough.
    "forget quarantine": ("tracking.tasks.forget_quarantine", crontab(hour="2", minute="50")),
    # What is new is in the catalogue within minutes; the page itself looks when somebody opens it.
    "watch catalogue": ("tracking.tasks.watch_catalogue", crontab(minute="2-59/5")),
    # Sessions that ended are harmless and pile up slowly; a quiet hour will do.
    "forget ended sessions": ("config.tasks.clear_sessions", crontab(hour="3", minute="20")),
    # A new organization gets its limits, and one whose grace is over the smaller ones, within minutes.
    "apply entitlements": ("billing.tasks.apply_entitlements", crontab(minute="*/10")),
    # What a webhook said and nobody has acted on: the queue was away, Stripe was, or a process died.
    "handle waiting Stripe events": ("billing.tasks.handle_waiting_events", crontab(minute="*/2")),
    # Hours are told when they have been over for ten minutes; Stripe waits an hour before it closes an invoice.
    "push usage": ("billing.tasks.push_usage", crontab(minute="12,32,52")),
    # A payment may fail, and a week of grace end, at any hour; Owners should hear of it the same day.
    "send billing notices": ("billing.tasks.send_notices", crontab(minute="25")),
    # Whatever no webhook told: once a night is enough, Stripe itself tries for three days.
    "reconcile with Stripe": ("billing.tasks.reconcile", crontab(hour="3", minute="30")),
    # Names and addresses in what Stripe told are kept no longer than they may be needed.
    "forget Stripe events": ("billing.tasks.forget_events", crontab(hour="2", minute="55")),
    # A deleted organization must not be charged for another month.
    "end orphaned subscriptions": ("billing.tasks.end_orphans", crontab(minute="45")),
}
app.conf.beat_schedule = {name: {"task": task, "schedule": when} for name, (task, when) in SCHEDULE.items()}
