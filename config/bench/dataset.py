"""A believable data set for measuring, made inside the event store by SQL alone: the same seed gives the same rows.

    weights 1, 1/2, 1/3 … over the workspaces (of 20, the largest holds 28 %)
        └► visits: a visitor, a start, a length ──► events of each visit ──► one sessions row from its events

Nothing travels through Python, so ten million events take a minute or two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

EVENTS_PER_VISIT = 4  # the mean of the lengths below
VISITS_PER_VISITOR = 2.8

# Each visit is one number; every property is a slice of a hash of it, so that nothing depends on block sizes.
VISITS = """
SELECT number AS n,
  cityHash64({seed:UInt64}, {dataset:UInt32}, n) AS h,
  cityHash64(h, 1) / 18446744073709551616. AS u,
  cityHash64(h, 2) / 18446744073709551616. AS popularity,
  cityHash64({seed:UInt64}, {dataset:UInt32}, 'v', toUInt64(pow(popularity, 1.4) * {visitors:UInt64})) AS visitor,
  least(1 + toUInt64(-log(u) * 3.45), 40) AS length,
  (cityHash64(h, 3) % 1000 + cityHash64(h, 4) % 1000 + cityHash64(h, 5) % 1000) / 3000. AS hour_share,
  toUInt32({begin:UInt32} + (cityHash64(h, 6) % {days:UInt32}) * 86400 + toUInt32(hour_share * 82000)) AS start_s,
  5 + cityHash64(h, 7) % 80 AS gap_s,
  cityHash64(visitor, 'country') % 100 AS c, cityHash64(visitor, 'agent') % 100 AS a, cityHash64(h, 8) % 100 AS s
FROM numbers({visits:UInt64})
"""

EVENTS = f"""
INSERT INTO events SELECT
  {{dataset:UInt32}} AS dataset_id,
  fromUnixTimestamp64Milli(toInt64(start_s) * 1000 + i * gap_s * 1000 + cityHash64(h, i, 'ms') % 1000, 'UTC') AS ts,
  multiIf(i = 0 OR e < 55, 'page_view', e < 72, 'click', e < 80, 'scroll', e < 88, 'page_exit',
          e < 97, 'custom', 'goal') AS type,
  multiIf(type = 'custom', ['signup_opened', 'video_played', 'plan_selected', 'file_saved', 'search_used'][1 + e % 5],
          type = 'goal', ['signup', 'purchase', 'contact'][1 + cityHash64(h, i, 'g') % 3], type) AS name,
  visitor AS visitor_id,
  bitOr(bitShiftLeft(toUInt64(start_s), 32), bitAnd(visitor, 4294967295)) AS session_id,
  visitor AS person_id,
  if(visitor % 9 = 0, concat('user-', toString(visitor % 100000)), '') AS user_id,
  reinterpretAsUUID(concat(reinterpretAsFixedString(cityHash64(h, i, 'a')),
                           reinterpretAsFixedString(cityHash64(h, i, 'b')))) AS event_id,
  ts + INTERVAL 2 SECOND AS received_at,
  'www.example.com' AS host,
  concat('/', ['', 'pricing', 'docs', 'blog', 'features', 'about', 'docs/start', 'docs/api'][1 + p % 8],
         if(p % 8 IN (2, 3), concat('/', toString(toUInt32(pow(p / 1000., 3) * 400))), '')) AS path,
  concat('Page ', path) AS title,
  if(s < 35, '', concat('https://', source, '/')) AS referrer,
  multiIf(s < 35, '', s < 60, 'Google', s < 68, 'Bing', s < 76, 'Facebook', s < 82, 'X', s < 88, 'GitHub',
          s < 93, 'Hacker News', concat('site-', toString(cityHash64(h, 9) % 300), '.example')) AS source,
  multiIf(s < 35, 'Direct', s < 68, 'Organic Search', s < 82, 'Organic Social', 'Referral') AS channel,
  if(s % 10 = 0, 'newsletter', '') AS utm_source, if(s % 10 = 0, 'email', '') AS utm_medium,
  if(s % 10 = 0, concat('campaign-', toString(cityHash64(h, 10) % 25)), '') AS utm_campaign,
  '' AS utm_term, '' AS utm_content,
  multiIf(c < 30, 'US', c < 45, 'DE', c < 55, 'GB', c < 63, 'FR', c < 70, 'IN', c < 75, 'BR',
          ['NL', 'ES', 'IT', 'PL', 'SE', 'CA', 'AU', 'JP', 'CH', 'AT', 'NP', ''][1 + cityHash64(visitor, 'cc') % 12]
         ) AS country,
  concat(country, '-', toString(cityHash64(visitor, 'r') % 12)) AS region,
  concat('City ', toString(cityHash64(visitor, 'r') % 97)) AS city,
  multiIf(a < 62, 'Chrome', a < 80, 'Safari', a < 88, 'Firefox', a < 95, 'Edge', 'Samsung Internet') AS browser,
  toString(120 + cityHash64(visitor, 'bv') % 20) AS browser_version,
  multiIf(a < 40, 'Windows', a < 62, 'Android', a < 80, 'iOS', a < 93, 'macOS', 'Linux') AS os,
  toString(10 + a % 6) AS os_version,
  multiIf(a < 40 OR a >= 82, 'desktop', a < 78, 'phone', 'tablet') AS device,
  ['1920x1080', '1440x900', '390x844', '412x915', '2560x1440'][1 + a % 5] AS screen,
  ['en', 'de', 'fr', 'es', 'pt'][1 + c % 5] AS language,
  if(cityHash64(visitor, 'bot') % 100 = 0, 'Googlebot', '') AS bot,
  if(name = 'purchase', 10 + e, 0) AS value, if(name = 'purchase', 'USD', '') AS currency,
  if(type = 'page_exit', toUInt32(gap_s * 700), 0) AS engaged_ms, if(type = 'scroll', toUInt8(e + 20), 0) AS scroll,
  if(type IN ('custom', 'goal'), map('plan', ['free', 'starter', 'pro'][1 + e % 3], 'button', toString(p % 40),
     concat('key_', toString(p % 300)), 'x'), map()) AS props
FROM (
  SELECT *, arrayJoin(range(length)) AS i, cityHash64(h, i, 'e') % 100 AS e, cityHash64(h, i, 'p') % 1000 AS p
  FROM ({VISITS})
)
WHERE toYYYYMM(toDateTime(start_s, 'UTC')) = {{month:UInt32}}
"""

FIRST = (
    "host", "referrer", "source", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "country", "region", "city", "browser", "browser_version", "os", "os_version", "device", "screen", "language",
    "bot",
)  # fmt: skip
SESSIONS = f"""
INSERT INTO sessions (dataset_id, session_id, version, visitor_id, person_id, user_id, start, stop,
  pageviews, events, engaged_ms, bounce, value, entry_page, exit_page, {", ".join(FIRST)})
SELECT dataset_id, session_id, count(), any(visitor_id), any(person_id), any(user_id),
  min(ts), max(ts), countIf(type = 'page_view'), count(), sum(engaged_ms),
  countIf(type = 'page_view') <= 1 AND countIf(type IN ('click', 'form_submit', 'search', 'goal', 'custom')) = 0
    AND sum(engaged_ms) < 10000, sum(value),
  argMinIf(path, ts, type = 'page_view'), argMaxIf(path, ts, type = 'page_view'),
  {", ".join(f"any({name})" for name in FIRST)}
FROM events
WHERE dataset_id = {{dataset:UInt32}}
  AND toYYYYMM(toDateTime(bitShiftRight(session_id, 32), 'UTC')) = {{month:UInt32}}
GROUP BY dataset_id, session_id
"""


@dataclass(frozen=True)
class Plan:
    """One workspace's part of the set."""

    dataset_id: int
    rows: int


def plans(rows: int, datasets: Sequence[int]) -> list[Plan]:
    """How many events each dataset gets, largest first: shares fall as 1/n."""
    weights = [1 / n for n in range(1, len(datasets) + 1)]
    return [Plan(each, round(rows * weight / sum(weights))) for each, weight in zip(datasets, weights, strict=True)]


def generate(
    command: Callable[[str, dict[str, object]], object],
    rows: int,
    datasets: Sequence[int],
    days: int,
    seed: int,
    end: datetime,
) -> list[Plan]:
    """Write about `rows` events in the `days` before `end` (a midnight, UTC), and their sessions.

    `command` runs one statement with its {name:Type} parameters in the database of the event store.
    """
    made = plans(rows, datasets)
    begin = end - timedelta(days=days)
    for plan in made:
        visits = plan.rows // EVENTS_PER_VISIT
        values: dict[str, object] = {
            "seed": seed,
            "dataset": plan.dataset_id,
            "visits": visits,
            "visitors": max(1, int(visits / VISITS_PER_VISITOR)),
            "begin": int(begin.timestamp()),
            "days": days,
        }
        for month in _months(begin, end):
            command(EVENTS, values | {"month": month})
            command(SESSIONS, {"dataset": plan.dataset_id, "month": month})
    return made


def _months(begin: datetime, end: datetime) -> list[int]:
    """The months of [begin, end) as YYYYMM. One month at a time keeps one insert in one partition."""
    days = (begin + timedelta(days=n) for n in range((end - begin).days))
    return sorted({day.year * 100 + day.month for day in days})
