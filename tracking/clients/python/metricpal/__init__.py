"""MetricPal for Python.

    client = Client("https://metrics.example.com", "mp_secret_live_…")
    client.track("order_completed", {"amount": 99.9}, user_id="user-456")

Calls only put something into a queue, and never raise into your program; a thread sends. See the README.
"""

from metricpal.aio import AsyncClient
from metricpal.client import Client, configure, default
from metricpal.events import AnalyticsEvent
from metricpal.quotas import Quota
from metricpal.tracking import AnalyticsTracker, track_analytics_event

__all__ = [
    "AnalyticsEvent",
    "AnalyticsTracker",
    "AsyncClient",
    "Client",
    "Quota",
    "configure",
    "default",
    "track_analytics_event",
]
__version__ = "0.2.0"
