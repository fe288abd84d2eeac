"""The demo's alerts."""

import io

from django.core.management import call_command

from analytics.alerts import evaluation
from analytics.models import AlertRule, Annotation
from config.lib import clock as time
from workspaces.models import Workspace


def test_they_are_made_once_and_can_be_evaluated(event_store, clock, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    for _ in range(2):
        call_command("demo_alerts", stdout=io.StringIO())
    demo = Workspace.objects.get()

    assert AlertRule.objects.filter(workspace=demo).count() == 3
    assert Annotation.objects.filter(workspace=demo).count() == 2
    for rule_id in evaluation.due(time.now()):
        evaluation.evaluate(rule_id, time.now())
    states = {rule.name: rule.status for rule in AlertRule.objects.all()}
    assert states == {"Nobody buys": "firing", "Unusually many visitors": "no_data", "Conversion falls": "no_data"}
