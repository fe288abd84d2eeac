"""Visits cut anew from single events, as another tool would cut them: its timeout, its midnight, its bounce.

What a stored event no longer tells cannot be cut by: it carries the campaign of its visit, so a tool that begins a new
visit when the campaign changes in the middle of one is shown without that rule. The rules and their sources stand in
the documentation, page "profiles".
"""

from dataclasses import dataclass, replace
from datetime import datetime

from analytics.query.model import Query
from analytics.query.profiles import OURS, PROFILES, Profile
from analytics.query.reporting import report
from analytics.query.scope import Parameters, where
from tracking.events import INTERACTIVE

METRICS = ("visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration")


@dataclass(frozen=True)
class Profiled:
    profile: Profile
    values: dict[str, float | None]


def profiled(query: Query, now: datetime, timeout_minutes: int = 30, bounce_seconds: int = 10) -> list[Profiled]:
    """Every profile's numbers for `query`'s period and conditions; ours with the settings of the workspace. The errors
    of the store."""
    profiles = [_ours(timeout_minutes, bounce_seconds), *(each for each in PROFILES.values() if each.name != OURS)]
    answers = report(query.dataset_id, [_statement(query, each) for each in profiles], now).rows
    return [
        Profiled(profile, {name: _known(value) for name, value in zip(METRICS, rows.rows[0], strict=True)})
        for profile, rows in zip(profiles, answers, strict=True)
    ]


def _ours(timeout_minutes: int, bounce_seconds: int) -> Profile:
    brief = f" AND v_engaged < {bounce_seconds * 1000:d}" if bounce_seconds else ""
    return replace(
        PROFILES[OURS],
        timeout_ms=timeout_minutes * 60_000,
        bounce=f"v_views = 1 AND v_deeds = 0{brief}",
        says=f"{timeout_minutes} quiet minutes end a visit. A bounce has one page view, no deliberate action"
        + (f", under {bounce_seconds} s of attention." if bounce_seconds else "."),
    )


def _statement(query: Query, profile: Profile) -> tuple[str, Parameters]:
    bound = Parameters()
    deeds = bound.bind(sorted(INTERACTIVE), "Array(String)")
    # One row a visitor: the moments in order, each with what happened then. Who closes a tab does nothing more, but
    # brings the attention that was paid until then.
    people = (
        "SELECT visitor_id, arraySort(groupArray((toUnixTimestamp64Milli(ts), type = 'page_view',"
        f" type IN {deeds}, type = 'goal', engaged_ms, type NOT IN ('page_exit', 'session_end')))) AS deeds"
        f" FROM events WHERE {where(query, 'events', bound)} GROUP BY visitor_id"
    )
    # A new visit begins where the rule holds between an event and the one before it.
    visits = (
        f"SELECT visitor_id, arrayJoin(arraySplit((now, before) -> {_cut(profile, query.zone, bound)}, deeds,"
        " arrayPushFront(arrayPopBack(deeds), deeds[1]))) AS visit,"
        " arraySum(d -> d.2, visit) AS v_views, arraySum(d -> d.3, visit) AS v_deeds,"
        " arraySum(d -> d.4, visit) AS v_goals, arraySum(d -> d.5, visit) AS v_engaged,"
        " arraySum(d -> d.6, visit) AS v_all, arrayMax(d -> if(d.6, d.1, 0), visit) - visit[1].1 AS v_ms,"
        f" {profile.bounce} AS v_bounced FROM ({people}) WHERE v_all > 0"
    )
    day = "toDate(fromUnixTimestamp64Milli(visit[1].1), 'UTC')"
    visitors = f"uniqExact((visitor_id, {day}))" if profile.visitors_a_day else "uniqExact(visitor_id)"
    sql = (
        f"SELECT {visitors}, count(), round(sum(v_views) / count(), 2),"
        f" 100 * countIf(v_bounced AND {profile.bounce_of}) / countIf({profile.bounce_of}),"
        f" avg({profile.duration}) / 1000 FROM ({visits})"
    )
    return sql, bound


def _cut(profile: Profile, zone: str, bound: Parameters) -> str:
    rules = []
    if profile.timeout_ms:
        rules.append(f"now.1 - before.1 > {bound.bind(profile.timeout_ms, 'Int64')}")
    if profile.midnight:
        place = bound.bind(zone, "String")
        rules.append(" != ".join(f"toDate(fromUnixTimestamp64Milli({each}.1), {place})" for each in ("now", "before")))
    if profile.hourly:
        rules.append("intDiv(now.1, 3600000) != intDiv(before.1, 3600000)")
    return f"now.6 AND ({' OR '.join(rules)})"


def _known(value: float) -> float | None:
    return None if value != value else float(value)
