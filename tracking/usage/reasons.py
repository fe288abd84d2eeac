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


# For people: pages and the documentation. Each refused event's own sentence names field and value.
SAID: dict[str, str] = {
    DropReason.DUPLICATE: "The same event or request, sent again. It counts once.",
    DropReason.TYPE: "A field has another type than it should, such as a number where a text belongs.",
    DropReason.NAME: "The event has no name, or one with control characters.",
    DropReason.NAME_TOO_LONG: "The event's name is longer than 200 bytes.",
    DropReason.NAME_RESERVED: "Names that begin with $ are reserved.",
    DropReason.EVENT_ID: "The id is no UUID of version 4 or 7. For ids of your own there is insert_id.",
    DropReason.TIME_FORMAT: "The time is written in no form that is understood, such as RFC 3339 with a zone.",
    DropReason.TIME_RANGE: "The time lies in the future, or in no year that can be stored.",
    DropReason.TOO_OLD: "The event is older than its workspace keeps any, its sender's queue can be, or five years.",
    DropReason.NUMBER_RANGE: "A number is larger than 64 bits hold, or is not finite.",
    DropReason.NUL: "A text contains the character NUL or half of a character.",
    DropReason.TOO_DEEP: "Properties are nested more than 16 levels deep.",
    DropReason.TOO_MANY_KEYS: "The event has more than 256 properties.",
    DropReason.KEY_TOO_LONG: "A property's name is longer than 200 bytes.",
    DropReason.STRING_TOO_LONG: "A text is longer than 8 KB.",
    DropReason.EVENT_TOO_LARGE: "The event is larger than 64 KB.",
    DropReason.SCHEMA: "Its schema refuses it.",
    DropReason.QUARANTINED: "Its schema sets it aside: it waits in quarantine, and counts when it is repaired.",
    DropReason.QUOTA: "The limit is used up: it is held, and counts when the limit is raised.",
    DropReason.PAUSED: "This workspace does not collect events now. Its settings say when it will.",
    DropReason.EXCLUDED_ADDRESS: "The workspace excludes this address.",
    DropReason.EXCLUDED_COUNTRY: "The workspace excludes this country.",
    DropReason.EXCLUDED_HOST: "The workspace excludes this host.",
    DropReason.EXCLUDED_PAGE: "The workspace excludes this page.",
    DropReason.NO_CONSENT: "The visitor has not agreed.",
    DropReason.DNT: "The browser asks not to be tracked.",
    DropReason.GPC: "The browser asks for privacy (Global Privacy Control): nobody is identified.",
}


FILTERED = frozenset(
    {
        DropReason.PAUSED, DropReason.EXCLUDED_ADDRESS, DropReason.EXCLUDED_COUNTRY, DropReason.EXCLUDED_HOST,
        DropReason.EXCLUDED_PAGE, DropReason.NO_CONSENT, DropReason.DNT, DropReason.GPC,
    }
)  # fmt: skip
