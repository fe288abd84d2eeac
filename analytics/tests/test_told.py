"""A change and its line in the audit log are one: whoever is killed between them has done neither."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model

from analytics import annotations, cohorts, custom_metrics, saved_views, segments
from analytics.alerts import rules
from analytics.dashboards import making, sharing
from analytics.mails import schedule
from analytics.models import (
    AlertRule,
    Annotation,
    Cohort,
    CurrencyRate,
    Dashboard,
    DashboardAssignment,
    DashboardShare,
    MetricRoles,
    ReportRecipient,
    SavedMetric,
    SavedView,
    Segment,
)
from config.testing.killed import check_told
from config.testing.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "event_store")]
PAID = [["is", "utm_medium", ["cpc"]]]
VIEW = {"name": "Paid", "page": "overview", "state": "?period=7d", "is_shared": True}
METRIC = {"name": "Share", "series": [{"metric": "visitors"}], "formula": "A"}
RULE = {
    "name": "Few",
    "query": {"series": [{"metric": "visitors"}]},
    "condition": "below",
    "threshold": 5,
    "window_minutes": 60,
}
Make = Callable[..., Any]

MADE: dict[type[Model], Make] = {
    Dashboard: lambda acme, **by: making.create(acme, name="Sales", **by),
    Segment: lambda acme, **by: segments.create(acme, name="Paid", filters=PAID, **by),
    SavedMetric: lambda acme, **by: custom_metrics.create(acme, **METRIC, **by),
    Cohort: lambda acme, **by: cohorts.create_living(acme, name="Paid", filters=PAID, days=7, **by),
    Annotation: lambda acme, **by: annotations.create(acme, text="Release", **by),
    SavedView: lambda acme, **by: saved_views.keep(acme, **VIEW, **by),
    AlertRule: lambda acme, **by: rules.create(acme, **RULE, **by),
}
CHANGED: dict[type[Model], Make] = {
    Dashboard: lambda row, **by: making.change(row, name="Sales 2", **by),
    Segment: lambda row, **by: segments.change(row, name="Paid 2", **by),
    SavedMetric: lambda row, **by: custom_metrics.change(row, name="Share 2", **by),
    Cohort: lambda row, **by: cohorts.change(row, name="Paid 2", **by),
    Annotation: lambda row, **by: annotations.change(row, text="Release 2", **by),
    AlertRule: lambda row, **by: rules.change(row, name="Fewer", **by),
}
DELETED: dict[type[Model], Make] = {
    Dashboard: making.delete,
    Segment: segments.delete,
    SavedMetric: custom_metrics.delete,
    Cohort: cohorts.delete,
    Annotation: annotations.delete,
    SavedView: saved_views.delete,
    AlertRule: rules.delete,
}


def name_of(model: type[Model]) -> str:
    return model.__name__


@pytest.mark.parametrize("model", MADE, ids=name_of)
def test_what_is_made(acme, analyst, model):
    assert check_told(lambda: MADE[model](acme, actor=analyst, now=NOW), model) >= 2


@pytest.mark.parametrize("model", CHANGED, ids=name_of)
def test_what_is_changed(acme, analyst, model):
    made = MADE[model](acme, actor=analyst, now=NOW)

    assert check_told(lambda: CHANGED[model](model.objects.get(pk=made.pk), actor=analyst, now=NOW), model) >= 2


@pytest.mark.parametrize("model", DELETED, ids=name_of)
def test_what_is_deleted(acme, analyst, model):
    made = MADE[model](acme, actor=analyst, now=NOW)

    assert check_told(lambda: DELETED[model](model.objects.get(pk=made.pk), actor=analyst, now=NOW), model) >= 2


def test_a_dashboard_is_assigned_shared_and_shared_no_more(acme, analyst, viewer):
    dashboard = making.create(acme, name="Sales", actor=analyst, now=NOW)
    by = {"actor": analyst, "now": NOW}

    assert check_told(lambda: making.assign(dashboard, [viewer], **by), DashboardAssignment) == 3
    assert check_told(lambda: making.assign(dashboard, [analyst], **by), DashboardAssignment) == 3
    assert check_told(lambda: sharing.create(dashboard, kind="link", name="Wall", **by), DashboardShare) == 2
    assert check_told(lambda: sharing.revoke(DashboardShare.objects.get(), **by), DashboardShare) == 2


def test_somebody_leaves_a_report_by_mail(acme, owner):
    about = {
        "source": "overview",
        "title": "Overview",
        "parameters": "",
        "every": "week",
        "origin": "https://a.example",
    }
    schedule.create(acme, "live", emails=[owner.email], role="owner", actor=owner, now=NOW, **about)

    assert check_told(lambda: schedule.unsubscribe(ReportRecipient.objects.get(), NOW), ReportRecipient) == 2


def test_the_settings_of_business_metrics_are_saved(as_admin):
    def send(**fields: str) -> None:
        assert as_admin.post("/w/acme/settings/business/", fields).status_code == 302

    check_told(lambda: send(form="rate", currency="SEK", rate="0.9"), CurrencyRate)
    check_told(lambda: send(form="forget_rate", currency="SEK"), CurrencyRate)
    check_told(lambda: send(form="roles", registration="signup"), MetricRoles)
