"""What was used against what is allowed, in words a person can act on.

    counters (tracking.usage) ┐
    limits (workspaces.limits)┴──► Quota: used, most, state, forecast ──► API, page, notices

Nobody's dashboards lock: a limit stops what comes in, and what came in before stays readable.
"""

from analytics.quotas.state import Quota, QuotaState, check, of_organization

__all__ = ["Quota", "QuotaState", "check", "of_organization"]
