"""When something that nobody took is sent again: the schedule that Standard Webhooks advises, about 75 hours in all."""

# Seconds after the first, second … failed attempt.
RETRIES_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2  # so that all who failed together do not come back together
LONGEST_WAIT_S = 86_400  # whatever a receiver asks for


def wait_s(attempts: int, asked_for: float | None, chance: float) -> float | None:
    """Seconds until the next attempt, after `attempts` failed ones; None: it is given up.

    `asked_for` is what the receiver's Retry-After said. `chance`, from 0 to 1, scatters the schedule.
    """
    if attempts > len(RETRIES_S):
        return None
    if asked_for is not None:
        return min(max(asked_for, 1), LONGEST_WAIT_S)
    return RETRIES_S[attempts - 1] * (1 - JITTER + 2 * JITTER * chance)
