"""The same questions in the shape that comes to mind first: a join for each step, a distinct count for each cell.

To be held against ours in the same run. Periods and conditions are those of the questions; fine points (ties, windows,
weeks of the zone) are left out, which only makes these shapes cheaper.
"""

_OURS = "dataset_id = {dataset:UInt32} AND bot = ''"
_IN = f"{_OURS} AND ts >= {{begin:DateTime64(3, 'UTC')}} AND ts < {{end:DateTime64(3, 'UTC')}}"
_DAYS = f"SELECT DISTINCT person_id, toDate(ts) AS day FROM events WHERE {_IN}"


def _next(before: str, step: str) -> str:
    """Who of `before` took the step afterwards, and when first."""
    return f"""(SELECT person_id, next AS t FROM (SELECT person_id, min(ts) AS next
        FROM (SELECT * FROM events WHERE {_IN} AND {step}) AS e JOIN {before} AS b USING person_id
        WHERE ts >= t AND ts <= t + INTERVAL 14 DAY GROUP BY person_id))"""


SHAPES: dict[str, str] = {
    "trend": f"""SELECT toDate(ts) AS day, country, count(DISTINCT visitor_id), count()
        FROM events WHERE {_IN} GROUP BY day, country""",
    "funnel": f"""WITH
        a AS (SELECT person_id, min(ts) AS t FROM events WHERE {_IN} AND name = 'page_view' GROUP BY person_id),
        b AS {_next("a", "name = 'plan_selected'")},
        c AS {_next("b", "type = 'goal' AND name = 'signup'")}
        SELECT (SELECT count() FROM a), (SELECT count() FROM b), (SELECT count() FROM c)""",
    "retention": f"""SELECT first, dateDiff('week', first, toMonday(ts)) AS week, count(DISTINCT person_id)
        FROM events JOIN (SELECT person_id, toMonday(min(ts)) AS first FROM events WHERE {_OURS} GROUP BY person_id)
        AS f USING person_id WHERE {_IN} GROUP BY first, week""",
    "lifecycle": f"""SELECT day, countIf(before.day IS NULL), countIf(before.day IS NOT NULL) FROM ({_DAYS}) AS now
        LEFT JOIN ({_DAYS}) AS before ON now.person_id = before.person_id AND now.day = before.day + 1
        GROUP BY day SETTINGS join_use_nulls = 1""",
    "stickiness": f"SELECT days, count() FROM (SELECT person_id, count() AS days FROM ({_DAYS}) GROUP BY 1) GROUP BY 1",
    "paths": f"""SELECT path, next, count() AS times FROM (
        SELECT path, leadInFrame(path) OVER (PARTITION BY session_id ORDER BY ts
          ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
        FROM events WHERE {_IN} AND type = 'page_view') GROUP BY path, next ORDER BY times DESC LIMIT 100""",
}
