"""Retention: of those who began in a day, week or month, how many came back in the ones after.

read ► Retention (model) ► statement (one row a person: when begun, when back) ► answer ► Answer
"""

from analytics.reports.retention.answer import Answer, Cell, Row, answer
from analytics.reports.retention.model import Retention

__all__ = ["Answer", "Cell", "Retention", "Row", "answer"]
