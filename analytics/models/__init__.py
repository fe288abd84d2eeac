"""What people make of their numbers and keep in PostgreSQL, a file a noun."""

from analytics.models.cohort import Cohort
from analytics.models.money import AcquisitionSpend, CurrencyRate
from analytics.models.rollup import AggregatedMetric, MetricRoles, RollupDay
from analytics.models.saved_metric import SavedMetric
from analytics.models.segment import Segment

__all__ = [
    "AcquisitionSpend",
    "AggregatedMetric",
    "Cohort",
    "CurrencyRate",
    "MetricRoles",
    "RollupDay",
    "SavedMetric",
    "Segment",
]
