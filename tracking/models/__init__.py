"""What tracking keeps in PostgreSQL, a file a noun. Events themselves live in the event store (tracking.store)."""

from tracking.models.catalogue import CatalogueMark, SeenEvent, SeenProperty
from tracking.models.conservation import HourDifference
from tracking.models.container import Adaptor, Container, Revision
from tracking.models.delivery import Delivery, DeliveryDay, LateArrival, Resend
from tracking.models.erasure import Erasure
from tracking.models.expiry import Expiry
from tracking.models.forwarding import Forwarding
from tracking.models.other_key import OtherKey
from tracking.models.quarantine import FixRule, Replay
from tracking.models.rules import CollectionRules
from tracking.models.schema import EventSchema, SchemaVersion
from tracking.models.script import ScriptChannel, ScriptFile
from tracking.models.stored import Event
from tracking.models.usage import DailyUsage, HeldEvents, UsageDifference, UsageEntry, UsageProgress

__all__ = [
    "Adaptor",
    "CatalogueMark",
    "CollectionRules",
    "Container",
    "DailyUsage",
    "Delivery",
    "DeliveryDay",
    "Erasure",
    "Event",
    "EventSchema",
    "Expiry",
    "FixRule",
    "Forwarding",
    "HeldEvents",
    "HourDifference",
    "LateArrival",
    "OtherKey",
    "Replay",
    "Resend",
    "Revision",
    "SchemaVersion",
    "ScriptChannel",
    "ScriptFile",
    "SeenEvent",
    "SeenProperty",
    "UsageDifference",
    "UsageEntry",
    "UsageProgress",
]
