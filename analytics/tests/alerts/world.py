"""A rule of Acme's, a webhook that hears of it, and time that passes."""

import json
from datetime import datetime, timedelta
from typing import Any

from analytics.alerts import channels, evaluation, rules, telling
from analytics.models import AlertRule, Notice
from analytics.tests.world import page_view, store_events
from config.lib import clock
from config.testing.vendor import Vendor
from config.testing.world import NOW
from workspaces.models import Connection, Workspace

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def webhook(workspace: Workspace, vendor: Vendor, name: str = "Pager", path: str = "/hook") -> Connection:
    values = {"url": vendor.url + path, "secret": SECRET}
    return channels.connect(workspace, "webhook", name, values, actor=None, now=NOW)


def rule(workspace: Workspace, *told: Connection, **fields: Any) -> AlertRule:
    """Page views of the last ten minutes are above 2, unless `fields` say otherwise."""
    usual = {"name": "Busy", "query": "pageviews", "condition": "above", "threshold": 2, "window_minutes": 10}
    return rules.create(workspace, actor=None, now=clock.now(), channels=told, **(usual | fields))


def views(workspace: Workspace, count: int, ago_s: int = 30, **others: Any) -> None:
    """So many page views, each of another visitor, this long ago."""
    at = (clock.now() - timedelta(seconds=ago_s)).isoformat()[:19]
    store_events(workspace.dataset_id(), [page_view(at, visitor=n + 1, **others) for n in range(count)])


def work(now: datetime | None = None) -> None:
    """One round of the scheduled tasks, as workers do it."""
    moment = now or clock.now()
    for rule_id in evaluation.due(moment):
        for notice_id in evaluation.evaluate(rule_id, moment):
            telling.tell(notice_id, moment)
    for notice_id in telling.due(moment):
        telling.tell(notice_id, moment)


def heard(vendor: Vendor) -> list[tuple[str, str]]:
    """What the webhook was told, in order: kind and id of each message."""
    return [(json.loads(each.body)["type"], each.headers["webhook-id"]) for each in vendor.requests]


def kinds(vendor: Vendor) -> list[str]:
    return [kind.removeprefix("alert.") for kind, _ in heard(vendor)]


def history(of: AlertRule) -> list[str]:
    return list(of.changes.order_by("id").values_list("kind", flat=True))


def states(of: AlertRule) -> list[str]:
    return list(Notice.objects.filter(change__rule=of).values_list("state", flat=True))
