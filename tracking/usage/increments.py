"""The customer's own units: whatever they count of their own, one call for each time it is used.

    increment ─► counted in Valkey, and a line for the ledger: one step ─► booked within five minutes

A second call with the same `event_id` counts nothing: for a week Valkey knows, and after that the ledger does.
A hard limit refuses what would pass it, so a call that is counted is a call that was allowed, however many race.
"""

import re
from datetime import datetime

import msgspec

from config.lib import crypto
from config.lib.problems import Problem
from config.lib.redis_clients import buffer_client
from tracking.usage import counters, prometheus, warm
from tracking.usage.ledger import STREAM
from tracking.usage.lines import Line
from workspaces import limits
from workspaces.costs import COSTS
from workspaces.limits import Allowance
from workspaces.models import Limit, Workspace

METRIC = re.compile(r"[a-z][a-z0-9_.]{0,63}")
MOST_AT_ONCE = 1_000_000_000
MOST_METRICS = 100
LONGEST_EVENT_ID = 128
SEEN_S = 7 * 86_400
_TOO_MANY, _COLD = -1_000_000_000_001, -1_000_000_000_002

# KEYS: seen, day, month, ledger, metrics
# ARGV: 1 where the call is named, its TTL, most metrics, metric, quantity, line, TTLs of day and month, fields,
#       ceilings, fields…, (0 day or 1 month, field, most)…
_INCREMENT = """
if ARGV[1] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('SISMEMBER', KEYS[5], ARGV[4]) == 0 then
    if redis.call('SCARD', KEYS[5]) >= tonumber(ARGV[3]) then return -1000000000001 end
end
local fields, quantity = tonumber(ARGV[9]), tonumber(ARGV[5])
for i = 11 + fields, #ARGV, 3 do
    local found = redis.call('HMGET', KEYS[2 + tonumber(ARGV[i])], 'ready', ARGV[i + 1])
    if not found[1] then return -1000000000002 end
    local room = math.max(0, tonumber(ARGV[i + 2]) - tonumber(found[2] or 0))
    if room < quantity then return -1 - room end
end
if ARGV[1] == '1' then redis.call('SET', KEYS[1], 1, 'EX', ARGV[2]) end
redis.call('SADD', KEYS[5], ARGV[4])
for i = 11, 10 + fields do
    redis.call('HINCRBY', KEYS[2], ARGV[i], quantity)
    redis.call('HINCRBY', KEYS[3], ARGV[i], quantity)
end
redis.call('EXPIRE', KEYS[2], ARGV[7])
redis.call('EXPIRE', KEYS[3], ARGV[8])
redis.call('XADD', KEYS[4], '*', 'l', ARGV[6])
return 1
"""


def increment(
    workspace: Workspace, metric: str, quantity: int, now: datetime, *, key_id: int = 0, event_id: str = ""
) -> bool:
    """Count `quantity` of `metric`. False: this event was counted before.

    Raises Problem 422 for what cannot be counted, 402 where a hard limit would be passed; redis.RedisError.
    """
    _check(metric, quantity, event_id)
    organization_id = workspace.organization_id
    allowances = limits.in_force(organization_id, now, key_id)
    line = Line(workspace.dataset_id(), key_id, int(now.timestamp()), metric, quantity, event_id)
    answer = _count(organization_id, line, allowances, now)
    if answer == _COLD:
        warm.warm(organization_id, counters.keys(organization_id, now))
        answer = _count(organization_id, line, allowances, now)
    if answer == _TOO_MANY:
        raise Problem(422, "too_many_metrics", f"An organization counts at most {MOST_METRICS} metrics of its own.")
    if answer < 0:
        prometheus.count_exceeded(workspace.organization.slug, metric)
        raise _refusal(metric, quantity, -1 - answer)
    if answer:
        prometheus.count_usage(workspace.organization.slug, metric, quantity)
    return bool(answer)


def _check(metric: str, quantity: int, event_id: str) -> None:
    if not METRIC.fullmatch(metric):
        raise Problem(
            422, "metric", "Name the metric in a-z, 0-9, _ and ., such as api_requests_daily.", field="metric"
        )
    if limits.named(metric)[0] in limits.MEASURED | {limits.SEATS, *COSTS}:
        raise Problem(422, "measured", f"MetricPal counts {metric} by itself. Choose another name.", field="metric")
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Problem(422, "quantity", f"Send a whole number from 1 to {MOST_AT_ONCE}.", field="quantity")
    if len(event_id) > LONGEST_EVENT_ID or not event_id.isprintable():
        raise Problem(422, "event_id", f"An event_id has at most {LONGEST_EVENT_ID} characters.", field="event_id")


def _count(organization_id: int, line: Line, allowances: tuple[Allowance, ...], now: datetime) -> int:
    fields = [counters.field(line.metric)] + ([counters.field(line.metric, line.key_id)] if line.key_id else [])
    hard = [each for each in allowances if each.metric == line.metric and each.policy == Limit.Policy.HARD]
    seen = crypto.digest(f"{organization_id}:{line.metric}:{line.event_id}")
    arguments: list[str | bytes | int] = [int(bool(line.event_id)), SEEN_S, MOST_METRICS, line.metric, line.quantity]
    arguments += [msgspec.msgpack.encode(line), *counters.KEPT_S, len(fields), len(hard), *fields]
    for each in hard:
        arguments += (int(each.period == "month"), counters.field(each.metric, each.key_id), each.most)
    keys = [f"counted:{seen}", *counters.keys(organization_id, now), STREAM, f"metrics:{organization_id}"]
    return int(buffer_client().register_script(_INCREMENT)(keys, arguments))


def _refusal(metric: str, quantity: int, room: int) -> Problem:
    return Problem(
        402,
        "quota_exceeded",
        f"{quantity} more {metric} would pass the limit: {room} are left. Nothing was counted.",
        metric=metric,
        remaining=room,
    )
