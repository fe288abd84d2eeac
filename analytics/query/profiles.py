"""Visits as other tools cut them: their timeout, their midnight, their bounce. A question asked with a profile reads
visits made anew from single events, in place of those that the writer made.

What a stored event no longer tells cannot be cut by: it carries the campaign of its visit, so a tool that begins a new
visit when the campaign changes in the middle of one is shown without that rule. The rules and their sources stand in
the documentation, page "profiles".
"""

from dataclasses import dataclass

from analytics.query.bounds import DAY_S, Parameters, Window, within
from analytics.query.catalogue import Source
from tracking.events import INTERACTIVE

OURS = "metricpal"
CLOSING = "e.type IN ('page_exit', 'session_end')"  # who closes a tab does nothing more
# Of the visit, copied onto each of its events: that of the first counts.
COPIED = (
    "source", "channel", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "country",
    "region", "city", "browser", "browser_version", "os", "os_version", "browser_and_version", "os_and_version",
    "device", "screen", "language", "bot",
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """How a tool defines a visit and a bounce. `bounce` is SQL over one visit: v_views, v_deeds, v_engaged, v_ms."""

    name: str
    label: str
    says: str
    timeout_ms: int | None = 30 * 60_000  # None: no quiet time ends it
    midnight: bool = False
    hourly: bool = False  # cut at every hour of UTC
    visitors_a_day: bool = False  # who begins visits on two days (of UTC) is two visitors
    bounce: str = "v_views = 1"
    duration: str = "v_ms"


PROFILES = {
    each.name: each
    for each in (
        Profile(
            OURS, "MetricPal",
            "As the workspace is set.",
        ),
        Profile(
            "plausible", "Plausible",
            "30 quiet minutes. A person counts again each day. A bounce has under two page views and no own event.",
            visitors_a_day=True, bounce="v_views < 2 AND v_deeds = 0", duration="if(v_bounced, 0, v_ms)",
        ),
        Profile(
            "matomo", "Matomo",
            "30 quiet minutes, and midnight in the zone of the site. A bounce has a single page view.",
            midnight=True, bounce="v_views = 1 AND v_all = 1",
        ),
        Profile(
            "ga4", "Google Analytics 4",
            "30 quiet minutes. A bounce is a visit that was not engaged: under 10 s, one page view, no goal.",
            bounce="v_ms < 10000 AND v_views < 2 AND v_goals = 0",
        ),
        Profile(
            "umami", "Umami",
            "A visit ends with each hour of UTC. A bounce has exactly one page view, whatever else happened.",
            timeout_ms=None, hourly=True,
        ),
    )
}  # fmt: skip


def tables(name: str, zone: str, windows: list[Window], dataset_id: int, bound: Parameters) -> dict[Source, str]:
    """What to read in place of `events` and `sessions`: the same columns, visits cut by the profile's rules.

    A visit that reaches into a window is whole if it began at most a day before.
    """
    profile = PROFILES[name]
    wider = [Window((each.start // DAY_S - 1) * DAY_S, (-(-each.end // DAY_S) + 1) * DAY_S) for each in windows]
    events = _events(profile, zone, wider, dataset_id, bound)
    return {"events": f"({events}) AS e", "sessions": f"({_sessions(profile, events, bound)}) AS cut"}


def _events(profile: Profile, zone: str, windows: list[Window], dataset_id: int, bound: Parameters) -> str:
    """All events with the id of the visit they belong to now."""
    periods = " OR ".join(f"({within('events', each, bound)})" for each in windows)
    where = f"dataset_id = {bound.bind(dataset_id, 'UInt32')} AND ({periods})"
    # A visit is one bot's or people's, as in tracking.sessionizer.
    order = "OVER (PARTITION BY visitor_id, bot ORDER BY ts, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    earlier = (
        "SELECT *, browser_and_version, os_and_version, row_number() "
        f"{order} = 1 AS is_first, lagInFrame(ts) {order} AS before FROM events WHERE {where}"
    )
    numbered = f"SELECT *, sum(is_first OR {_cut(profile, zone, bound)}) {order} AS number FROM ({earlier})"
    begun = f"SELECT *, min(ts) OVER (PARTITION BY visitor_id, bot, number) AS began FROM ({numbered})"
    low = bound.bind(0xFFFFFFFF, "UInt64")
    whose = "if(bot = '', visitor_id, cityHash64(visitor_id, bot))"
    changes = [f"bitOr(bitShiftLeft(toUInt64(toUnixTimestamp(began)), 32), bitAnd({whose}, {low})) AS session_id"]
    changes += ["cityHash64(visitor_id, toDate(began)) AS visitor_id"] if profile.visitors_a_day else []
    return f"SELECT * REPLACE ({', '.join(changes)}) FROM ({begun})"


def _cut(profile: Profile, zone: str, bound: Parameters) -> str:
    """A new visit begins with this event, given the one before it."""
    rules = []
    if profile.timeout_ms:
        gap = "toUnixTimestamp64Milli(ts) - toUnixTimestamp64Milli(before)"
        rules.append(f"{gap} > {bound.bind(profile.timeout_ms, 'Int64')}")
    if profile.midnight:
        place = bound.bind(zone, "String")
        rules.append(f"toDate(ts, {place}) != toDate(before, {place})")
    if profile.hourly:
        rules.append("toStartOfHour(ts) != toStartOfHour(before)")
    return f"(type NOT IN ('page_exit', 'session_end') AND ({' OR '.join(rules)}))"


def _sessions(profile: Profile, events: str, bound: Parameters) -> str:
    deeds = bound.bind(sorted(INTERACTIVE), "Array(String)")
    copied = ", ".join(f"argMin(e.{name}, (e.ts, e.event_id)) AS {name}" for name in COPIED)
    lasted = "toUnixTimestamp64Milli(v_last) - toUnixTimestamp64Milli(start)"
    stop = "if(bounce, start, v_last)" if profile.duration != "v_ms" else "v_last"
    return (
        "SELECT e.dataset_id AS dataset_id, e.session_id AS session_id, any(e.visitor_id) AS visitor_id,"
        f" argMax(e.person_id, e.ts) AS person_id, min(e.ts) AS start, maxIf(e.ts, NOT {CLOSING}) AS v_last,"
        " countIf(e.type = 'page_view') AS pageviews, countIf(e.type = 'page_view') AS v_views,"
        f" countIf(e.type IN {deeds}) AS v_deeds, countIf(e.type = 'goal') AS v_goals,"
        f" countIf(NOT {CLOSING}) AS v_all, sum(e.engaged_ms) AS engaged_ms, {lasted} AS v_ms,"
        f" {profile.bounce} AS bounce, {stop} AS stop,"
        " argMinIf(e.path, (e.ts, e.event_id), e.type = 'page_view') AS entry_page,"
        " argMaxIf(e.path, (e.ts, e.event_id), e.type = 'page_view') AS exit_page,"
        f" {copied} FROM ({events}) AS e GROUP BY e.dataset_id, e.session_id HAVING v_all > 0"
    )
