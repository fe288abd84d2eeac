"""What people make of their numbers and keep in PostgreSQL, a file a noun."""

from analytics.models.alert import AlertChange, AlertRule, Notice
from analytics.models.annotation import Annotation
from analytics.models.cohort import Cohort
from analytics.models.dashboard import Dashboard, DashboardAssignment
from analytics.models.dashboard_share import DashboardShare
from analytics.models.export import Export
from analytics.models.limit_webhook import LimitPost, LimitWebhook
from analytics.models.money import AcquisitionSpend, CurrencyRate
from analytics.models.rollup import AggregatedMetric, MetricRoles, RollupDay
from analytics.models.saved_metric import SavedMetric
from analytics.models.saved_view import SavedView
from analytics.models.scheduled_report import ReportMail, ReportRecipient, ScheduledReport
from analytics.models.segment import Segment

__all__ = [
    "AcquisitionSpend",
    "AggregatedMetric",
    "AlertChange",
    "AlertRule",
    "Annotation",
    "Cohort",
    "CurrencyRate",
    "Dashboard",
    "DashboardAssignment",
    "DashboardShare",
    "Export",
    "LimitPost",
    "LimitWebhook",
    "MetricRoles",
    "Notice",
    "ReportMail",
    "ReportRecipient",
    "RollupDay",
    "SavedMetric",
    "SavedView",
    "ScheduledReport",
    "Segment",
]
