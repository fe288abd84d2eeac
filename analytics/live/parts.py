"""The parts of a dashboard's page, drawn once for everybody who looks at the same state.

A page that asked for them by HTTP cost 20 to 30 ms each time; drawn here they cost that once, and each further reader
what it takes to send some kilobytes.
"""

import gzip
from collections.abc import Sequence

from analytics.live.question import Asked, dashboard_of, page_of
from analytics.query.model import QueryError
from analytics.views.dashboards import board

LEVEL = 4  # of compression: half the time of the usual 9, a twentieth more bytes


def parts(question: Asked) -> dict[str, str]:
    """HTML by its id in the page; none where the dashboard or a segment that it names is gone. Errors of the store."""
    dashboard = dashboard_of(question)
    if dashboard is None:
        return {}
    try:
        return board.parts(page_of(question, dashboard), dashboard, is_inside=question.share_id is None)
    except QueryError:
        return {}


def packed(changed: Sequence[str]) -> list[str | bytes]:
    """As one message, compressed once for all readers."""
    return [gzip.compress("".join(changed).encode(), LEVEL)] if changed else []
