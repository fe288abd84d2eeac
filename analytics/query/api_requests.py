"""Where the facts of an API request stand, as the middlewares of the Python package tell it: SQL over `events`."""

from analytics.query.measured import measured

KIND = "custom"  # the type of such an event
IS_ONE = "name = 'api_request'"
ENDPOINT = "concat(props['method'], ' ', props['route'])"
STATUS = measured("status")
DURATION = measured("duration_ms")


def slowest(share: float, of: str = "1") -> str:
    """The milliseconds within which that share of the requests that fit `of` was answered; NaN of none."""
    return f"quantileExactInclusiveIf({share})(assumeNotNull({DURATION}), {of} AND {DURATION} IS NOT NULL)"
