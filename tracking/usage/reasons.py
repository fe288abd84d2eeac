"""Why events are not stored: one closed set of words, for answers, counts and pages."""

from enum import StrEnum


class DropReason(StrEnum):
    """Why an event was not stored: a closed set. The first one is no fault, the others are told to the sender."""

    DUPLICATE = "duplicate"
    TYPE = "type"  # not of the type the field has
    NAME = "name"
    NAME_TOO_LONG = "name_too_long"
    NAME_RESERVED = "name_reserved"
    EVENT_ID = "event_id"
    TIME_FORMAT = "time_format"
    TIME_RANGE = "time_range"
    TOO_OLD = "too_old"
    NUMBER_RANGE = "number_range"
    NUL = "nul"
    TOO_DEEP = "too_deep"
    TOO_MANY_KEYS = "too_many_keys"
    KEY_TOO_LONG = "key_too_long"
    STRING_TOO_LONG = "string_too_long"
    EVENT_TOO_LARGE = "event_too_large"
    SCHEMA = "schema"  # not as its schema demands (tracking.schemas)
    QUARANTINED = "quarantined"  # the same, but set aside to be repaired: it may count later
    QUOTA = "quota"  # the limit is used up: the event is held, and counted when the limit is raised
    # What the workspace itself keeps out (tracking.rules).
    PAUSED = "paused"
    EXCLUDED_ADDRESS = "excluded_address"
    EXCLUDED_COUNTRY = "excluded_country"
    EXCLUDED_HOST = "excluded_host"
    EXCLUDED_PAGE = "excluded_page"
    NO_CONSENT = "no_consent"
    DNT = "dnt"
    GPC = "gpc"


FILTERED = frozenset(
    {
        DropReason.PAUSED, DropReason.EXCLUDED_ADDRESS, DropReason.EXCLUDED_COUNTRY, DropReason.EXCLUDED_HOST,
        DropReason.EXCLUDED_PAGE, DropReason.NO_CONSENT, DropReason.DNT, DropReason.GPC,
    }
)  # fmt: skip
