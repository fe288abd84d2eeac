"""Whatever a program hands over, as JSON: what JSON does not know becomes text."""

import json
import math
from datetime import date, datetime
from enum import Enum
from typing import Any


def encode(value: Any) -> bytes:
    """Compact UTF-8. Never raises for values; NaN and infinity become null, cycles and deep nests text."""
    try:
        return json.dumps(_finite(value), default=_text, separators=(",", ":"), ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    except (ValueError, TypeError, RecursionError):  # a cycle, or keys that are no texts
        return json.dumps(_text(value)).encode()


def properties(given: Any) -> dict[str, Any]:
    """A copy that later changes of the caller do not reach."""
    return json.loads(encode({str(key): value for key, value in dict(given or {}).items()}))


def moment(value: datetime | float | None) -> str | float | None:
    """A datetime as ISO 8601 (a naive one is local time), seconds since 1970 as milliseconds."""
    if isinstance(value, datetime):
        return value.astimezone().isoformat(timespec="milliseconds")
    return round(value * 1000) if value is not None else None


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_finite(inner) for inner in value]
    return value


def _text(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    try:
        return str(value)[:1000]
    except Exception:  # a __str__ of the host's that fails is no reason to fail it
        return type(value).__name__
