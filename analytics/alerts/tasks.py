"""What alerts do by the clock: fetch what is due, hand each to a worker of its own."""

from celery import shared_task

from analytics.alerts import evaluation, telling
from config.lib import clock

# A message that no worker took until the next round is not needed any more: that round sends another.
ROUND_SECONDS = 30


@shared_task
def evaluate_due() -> None:
    """Each rule on its own: a slow question keeps no other waiting."""
    for rule_id in evaluation.due(clock.now()):
        evaluate.apply_async((rule_id,), expires=ROUND_SECONDS)


@shared_task
def evaluate(rule_id: int) -> None:
    for notice_id in evaluation.evaluate(rule_id, clock.now()):
        tell.delay(notice_id)


@shared_task
def tell_due() -> None:
    for notice_id in telling.due(clock.now()):
        tell.apply_async((notice_id,), expires=ROUND_SECONDS)


@shared_task
def tell(notice_id: int) -> None:
    telling.tell(notice_id, clock.now())
