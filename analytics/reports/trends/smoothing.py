"""What is drawn instead of the bare points: a running mean, or a running sum. Empty buckets stay empty."""

Values = list[float | None]


def smoothed(values: Values, how: str) -> Values:
    """`how`: "" leaves them, "sum" adds up, a number is over how many points the mean runs."""
    if not how:
        return values
    return _sums(values) if how == "sum" else [_mean(values, place, int(how)) for place in range(len(values))]


def _sums(values: Values) -> Values:
    total, made = 0.0, []
    for value in values:
        total += value or 0
        made.append(None if value is None else total)
    return made


def _mean(values: Values, place: int, count: int) -> float | None:
    """Of the last `count` points up to `place`: fewer at the beginning, and without those that say nothing."""
    if values[place] is None:
        return None
    known = [value for value in values[max(0, place - count + 1) : place + 1] if value is not None]
    return sum(known) / len(known)
