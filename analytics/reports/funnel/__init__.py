"""Funnels: who of those that took the first step took the next ones, how long it took them, and who stopped where.

    read ► Funnel (model) ► statement (one scan: a person's events in order, folded) ► answer ► Answer

What a funnel means stands in templates/docs/funnels.md; analytics/tests/reports/funnel_oracle.py is the same in plain
Python.
"""

from analytics.reports.funnel.answer import Answer, Group, answer
from analytics.reports.funnel.model import Funnel
from analytics.reports.funnel.people import Page, Which, people

__all__ = ["Answer", "Funnel", "Group", "Page", "Which", "answer", "people"]
