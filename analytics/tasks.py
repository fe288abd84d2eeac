"""What analytics does by the clock: fetch what is concerned, call the topic, nothing else."""

from typing import cast

from celery import shared_task

from analytics.alerts import tasks as alerts_tasks  # noqa: F401  # Celery looks for tasks here
from analytics.exports import jobs
from analytics.mails import due, letter
from analytics.query.daily.making import keep_wanted
from analytics.query.model import QueryError
from analytics.quotas import notices, webhook
from analytics.rollups import Dataset, roll_up
from analytics.views.exports.sources import ExportWork
from config.lib import clock
from tracking.store import QueryTimeout, QueryTooLarge, StoreUnavailable
from workspaces.models import ENVIRONMENTS, Environment, Workspace

# What no worker took until the next round is not needed any more: that round sends another.
ROUND_SECONDS = 60
# Exports have no largest size, and a file is written in one go: in a day 2.8 billion rows of CSV, 400 million of Excel.
# It holds where workers are processes; threads are never stopped, and that one is gone is told by its claim.
EXPORT_SECONDS = 24 * 3600


@shared_task
def roll_up_all() -> None:
    """Each dataset on its own: one that fails does not keep the others waiting."""
    for workspace_id in Workspace.objects.order_by("id").values_list("id", flat=True):
        for environment in ENVIRONMENTS:
            roll_up_dataset.delay(workspace_id, environment)


@shared_task(autoretry_for=(Exception,), retry_backoff=60, retry_backoff_max=3600, max_retries=10)
def roll_up_dataset(workspace_id: int, environment: str) -> None:
    """Every day that is due, however long nobody did it."""
    workspace = Workspace.objects.filter(id=workspace_id).first()
    if workspace:
        roll_up(Dataset.of(workspace, cast(Environment, environment)), clock.now())


@shared_task
def keep_days() -> None:
    """Of long questions that came again."""
    keep_wanted()


@shared_task(time_limit=EXPORT_SECONDS)
def make_export(pk: int) -> None:
    """Works on an export for a while, and asks for more time where that was not enough."""
    export = jobs.claim(pk, clock.now())
    if export is None:
        return
    try:
        jobs.advance(export, ExportWork(export), clock.now)
    except jobs.Lost:
        return
    except QueryError as error:
        return jobs.fail(export, str(error), clock.now())
    except (QueryTimeout, QueryTooLarge):
        return jobs.fail(export, "That is too much for one question. Choose a shorter period.", clock.now())
    except StoreUnavailable:
        return jobs.postpone(export, clock.now())
    except Exception:
        jobs.fail(export, "Something went wrong on our side. Ask for the export again.", clock.now())
        raise
    if pk in jobs.due(clock.now()):
        make_export.delay(pk)


@shared_task
def resume_exports() -> None:
    for pk in jobs.due(clock.now()):
        make_export.delay(pk)


@shared_task
def forget_exports() -> None:
    """Files that were fetched, and what is known of mails that were sent."""
    jobs.forget_expired(clock.now())
    due.forget(clock.now())


@shared_task
def tell_of_limits() -> None:
    """Who comes near a limit is told, in the product, by webhook and by mail."""
    now = clock.now()
    notices.note(now)
    for pk in webhook.due(now):
        post_limit_notice.apply_async((pk,), expires=ROUND_SECONDS)
    notices.mail(now)


@shared_task
def post_limit_notice(pk: int) -> None:
    """Each on its own: a receiver that hangs keeps no other waiting."""
    webhook.post(pk, clock.now())


@shared_task
def send_reports() -> None:
    for pk in due.walk(clock.now()):
        send_report.delay(pk)


@shared_task
def send_report(pk: int) -> None:
    due.send(pk, clock.now(), letter.write)
