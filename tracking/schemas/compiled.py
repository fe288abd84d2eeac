"""Schemas and rules as the door asks them, for every event: plain tuples and dictionaries, made once.

Properties are looked up one by one; what a name or a value is, nothing here executes. An event that fits costs one
look at each declared property.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tracking.properties import FIELDS
from tracking.schemas.definition import Definition, spelled_out
from tracking.schemas.fixes import ACTIONS
from tracking.schemas.kinds import FORMATS, KINDS, Check, called

MOST_FAULTS = 10  # told of one event
SHOWN_VALUES = 5
RENAME_EVENT = "rename_event"
NEVER_UNDECLARED = frozenset({"schema_id", *FIELDS})  # they find their own columns
Elsewhere = Sequence[object]  # what else may carry a field that has a column, such as the title


class Fault(NamedTuple):
    """`code`: type, required, enum, format, undeclared, event or schema. `name`: the property, or ""."""

    code: str
    name: str
    detail: str


class Finding(NamedTuple):
    """What is wrong with one event. `ruled`: the last rule that was applied to it."""

    schema: str
    version: int
    mode: str
    event: str
    faults: tuple[Fault, ...]
    ruled: int = 0

    @property
    def detail(self) -> str:
        return " ".join(f"{each.name}: {each.detail}" if each.name else each.detail for each in self.faults[:3])

    @property
    def pointer(self) -> str:
        name = self.faults[0].name.replace("~", "~0").replace("/", "~1")
        return f"/properties/{name}" if name else "/schema_id" if self.faults[0].code == "schema" else "/event_type"


Narrower = tuple[Check, str, str]  # (does it fit, code, what to send)


class Demand(NamedTuple):
    """On one property."""

    name: str
    types: frozenset[type]
    is_required: bool
    article: str
    checks: tuple[Narrower, ...]
    kind: str  # what the schema calls the type


class Fix(NamedTuple):
    action: Callable[[dict[str, Any], str, Any, int], None]
    name: str
    argument: Any


class EventChecks(NamedTuple):
    """Everything about one event of one schema."""

    schema: str
    version: int
    mode: str
    demands: tuple[Demand, ...]
    declared: frozenset[str] | None  # None: others are welcome
    fixes: tuple[Fix, ...]
    ruled: int  # number of the last of the rules
    order: tuple[tuple[str, frozenset[type], tuple[Narrower, ...], Demand], ...]  # what is looked at first, by itself


class Rule(NamedTuple):
    number: int
    event: str
    action: str
    name: str
    argument: Any


class Schema(NamedTuple):
    name: str
    version: int
    mode: str
    events: dict[str, EventChecks]
    rules: tuple[Rule, ...]
    renames: dict[str, str]  # events that have another name


class Schemas:
    """All schemas of a workspace. False when there are none."""

    def __init__(self, schemas: Iterable[tuple[Schema, bool]] = ()) -> None:
        """Each with whether it also checks events that name no schema. Of two such the first one counts."""
        self.by_name: dict[str, Schema] = {}
        self.unnamed: dict[str, EventChecks] = {}
        self.renames: dict[str, str] = {}  # of events that name no schema
        self.has_renames = False
        for schema, checks_all in schemas:
            self.by_name[schema.name] = schema
            self.has_renames |= bool(schema.renames)
            if checks_all:
                self.unnamed = schema.events | self.unnamed
                self.renames = schema.renames | self.renames

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def name_of(self, named: str | None, event: str) -> str:
        """The event's name, or the one a rule gives it."""
        schema = self.by_name.get(named) if named else None
        return (schema.renames if schema else self.renames if named is None else {}).get(event, event)

    def check(
        self, named: str | None, event: str, given: dict[str, Any], elsewhere: Elsewhere, dataset_id: int
    ) -> Finding | None:
        """Applies the rules to `given`, in place, and says what is wrong with it then."""
        if named is None:
            checks = self.unnamed.get(event)
            return _judged(checks, event, given, elsewhere, dataset_id) if checks else None
        schema = self.by_name.get(named)
        if schema is None:
            known = f"There is no schema “{named[:50]}”. Known: {', '.join(list(self.by_name)[:SHOWN_VALUES])}."
            return Finding(named[:100], 0, "warn", event, (Fault("schema", "", known),))
        checks = schema.events.get(event)
        if checks is None:
            detail = f"The schema {named} has no event “{event[:50]}”."
            return Finding(named, schema.version, schema.mode, event, (Fault("event", "", detail),))
        return _judged(checks, event, given, elsewhere, dataset_id)


NONE = Schemas()


def compiled(
    name: str, version: int, mode: str, definition: Definition, is_closed: bool, rules: Iterable[Rule]
) -> Schema:
    found = tuple(rules)
    events = {}
    for event, written in definition.items():
        demands = tuple(_demand(each, said) for each, said in written.items())
        mine = [each for each in found if each.event == event]
        events[event] = EventChecks(
            name,
            version,
            mode,
            demands,
            frozenset(written) | NEVER_UNDECLARED if is_closed else None,
            tuple(map(fix, mine)),
            max((each.number for each in mine), default=0),
            tuple((each.name, each.types, each.checks, each) for each in demands),
        )
    renames = {each.event: each.argument for each in found if each.action == RENAME_EVENT}
    return Schema(name, version, mode, events, found, renames)


def fix(rule: Rule) -> Fix:
    return Fix(ACTIONS[rule.action].fix, rule.name, rule.argument)


def apply(fixes: Iterable[Fix], given: dict[str, Any], dataset_id: int) -> None:
    for action, name, argument in fixes:
        action(given, name, argument, dataset_id)


def faults(checks: EventChecks, given: Mapping[str, Any], elsewhere: Elsewhere) -> list[Fault]:
    """What is wrong; nothing is changed."""
    found: list[Fault] = []
    look_up = given.get
    for name, types, narrower, demand in checks.order:
        value = look_up(name)
        if type(value) in types:
            for fits, code, detail in narrower:
                if not fits(value):
                    found.append(Fault(code, name, detail))
                    break
        elif value is not None:
            found.append(Fault("type", name, f"Send {demand.article}, not {called(value)}."))
        elif demand.is_required and not (name in FIELDS and any(getattr(each, name, None) for each in elsewhere)):
            found.append(Fault("required", name, "This property is required."))
    if checks.declared is not None and not given.keys() <= checks.declared:
        strange = [name for name in given if name not in checks.declared]
        found += [Fault("undeclared", name, "The schema does not list this property.") for name in strange]
    return found[:MOST_FAULTS]


def _judged(
    checks: EventChecks, event: str, given: dict[str, Any], elsewhere: Elsewhere, dataset_id: int
) -> Finding | None:
    if checks.fixes:
        apply(checks.fixes, given, dataset_id)
    found = faults(checks, given, elsewhere)
    if not found:
        return None
    return Finding(checks.schema, checks.version, checks.mode, event, tuple(found), checks.ruled)


def _demand(name: str, written: Any) -> Demand:
    said = spelled_out(written)
    kind = KINDS[said["type"]]
    checks: list[Narrower] = []
    if kind.is_one:
        checks.append((kind.is_one, "type", f"Send {kind.article}."))
    if values := said.get("enum"):
        checks.append((frozenset(values).__contains__, "enum", f"Send one of {_listed(values)}."))
    if narrower := said.get("format"):
        checks.append((FORMATS[narrower].is_one, "format", f"Send {FORMATS[narrower].article}."))
    return Demand(name, kind.types, said.get("required", False), kind.article, tuple(checks), said["type"])


def _listed(values: list[Any]) -> str:
    more = " …" if len(values) > SHOWN_VALUES else ""
    return ", ".join(str(value)[:50] for value in values[:SHOWN_VALUES]) + more
