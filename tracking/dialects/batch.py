"""Whose request came to /batch, which PostHog, Amplitude and Segment all have: told by its shape."""

import msgspec

from config.lib.problems import Problem
from tracking.dialects import amplitude, fields, posthog, segment
from tracking.dialects.vendor import VendorDialect
from tracking.door import Sent


class Shape(msgspec.Struct):
    """Where the names stand; what follows them is passed over."""

    events: msgspec.Raw = msgspec.Raw()
    writeKey: msgspec.Raw = msgspec.Raw()


def of(sent: Sent) -> VendorDialect:
    """Amplitude's have `events`, Segment's a write key; a body that cannot be read is refused in PostHog's words."""
    if fields.basic_user(sent.environ):
        return segment.BATCH
    try:
        shape = msgspec.json.decode(fields.unpacked(sent.body), type=Shape)
    except (Problem, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return posthog.CAPTURE
    if shape.writeKey:
        return segment.BATCH
    return amplitude.EVENTS if shape.events else posthog.CAPTURE
