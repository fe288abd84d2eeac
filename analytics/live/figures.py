"""The figures of a dashboard as its sockets tell them: {"metric": "visitors", "value": 1234, "text": "1.2 k"}."""

import json

from analytics.live.question import Asked, dashboard_of, page_of
from analytics.query.model import QueryError
from analytics.views.dashboards import board


def figures(question: Asked) -> dict[str, str]:
    """Each message by its metric; none where the dashboard or a segment that it names is gone. Errors of the store."""
    dashboard = dashboard_of(question)
    if dashboard is None or not any(each["kind"] == "number" for each in dashboard.config["widgets"]):
        return {}
    try:
        found = board.figures(page_of(question, dashboard), dashboard)
    except QueryError:
        return {}
    return {name: json.dumps({"metric": name, "value": value, "text": text}) for name, (value, text) in found.items()}
