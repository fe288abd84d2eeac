"""How long senders that can wait are asked to wait: when events are logged faster than they are stored, or not even
logged.

Nothing is lost without it; the log keeps what was acknowledged. It lets a store that was away catch up.
"""

import logging
import threading
import time

import redis

from config.lib import clock
from tracking import buffer, spool

logger = logging.getLogger(__name__)

LOOKED_EVERY_SECONDS = 5.0
LAG_SECONDS = 60.0  # the oldest event that is not stored; a healthy writer is a second behind
HOLD_SECONDS = 60

_looked_at = float("-inf")
_hold = 0


def hold_seconds() -> int:
    """0 in ordinary times. Looked up every few seconds, in a thread: a log that is silent is found out here first.

    Never waits and never raises.
    """
    global _looked_at
    if spool.is_open():
        return HOLD_SECONDS
    if time.monotonic() - _looked_at >= LOOKED_EVERY_SECONDS:
        _looked_at = time.monotonic()
        threading.Thread(target=_look, name="pressure", daemon=True).start()
    return _hold


def _look() -> None:
    global _hold
    try:
        _hold = HOLD_SECONDS if buffer.lag_s(clock.now()) > LAG_SECONDS else 0
    except redis.RedisError:
        _hold = 0
    except Exception:
        logger.exception("how far storing is behind cannot be told")
        _hold = 0
