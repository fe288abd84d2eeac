"""How much a number changed."""

from analytics.query.catalogue import METRICS


def percent_change(metric: str, before: float | None, after: float | None) -> float | None:
    """Change in percent; for a metric that is a percentage already, in points (40 % → 50 % is +10).

    None where there is nothing to compare with. From zero there is no percentage: 0 → 5 gives None.
    """
    if before is None or after is None:
        return None
    if METRICS[metric].unit == "percent":
        return after - before
    if before == 0:
        return 0.0 if after == 0 else None
    return (after - before) / before * 100
