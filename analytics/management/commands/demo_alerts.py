"""`manage.py demo_alerts`: what somebody who runs the demo shop would have watched, and what happened there lately."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from analytics import annotations
from analytics.alerts import rules
from analytics.models import AlertRule, Annotation
from config.lib import clock
from workspaces.demo import ensure_demo

ACTOR = "the demo"
# They tell nobody by themselves: a demo sends no mails.
ALERTS: tuple[dict[str, Any], ...] = (
    {"name": "Nobody buys", "query": "completions;is,goal,purchase", "condition": "absence", "window_minutes": 24 * 60},
    {"name": "Unusually many visitors", "query": "visitors", "condition": "anomaly", "direction": "up"},
    {
        "name": "Conversion falls",
        "query": "s=completions;is,goal,purchase&s=visitors&formula=A / B * 100",
        "condition": "change",
        "direction": "down",
        "threshold": 40,
        "against": "week",
        "window_minutes": 24 * 60,
        "for_minutes": 60,
    },
)
NOTES = (("release", "Shop 2.1: a shorter checkout", 9), ("note", "Newsletter: spring sale", 5))  # days ago


class Command(BaseCommand):
    help = "Add the demo's alerts and annotations; a second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        workspace = ensure_demo(now).workspace
        if not AlertRule.objects.filter(workspace=workspace).exists():
            for alert in ALERTS:
                rules.create(workspace, actor=ACTOR, now=now, **alert)
        if not Annotation.objects.filter(workspace=workspace).exists():
            for kind, text, days in NOTES:
                at = now - timedelta(days)
                annotations.create(workspace, actor=ACTOR, now=now, kind=kind, text=text, at=at)
