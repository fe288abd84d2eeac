"""How events get into the ingest log: one script, so that the log, the day's counts and the limits agree in whatever
order the senders come.

    room enough ─► log it, count it, use it up: one step, one wait for the disk
    too little  ─► nothing happens, and the answer says how much room there is: the caller comes again with so much to
                   log and the rest to hold (tracking.ingest)

Of senders that race for the last events of a limit exactly as many get in as there is room for.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import redis
from redis.commands.core import Script

from config.lib.redis_clients import buffer_client
from tracking import kafka

REQUEST_TTL_S = 86_400
HELD, HELD_TOTALS = "held", "held:totals"
LOGGED, REPEATED = 1, 0
_FULL, _COLD = -1_000_000, -2_000_000

# KEYS: request, logs…, tally if there are pairs, and of a ration: day, month, and held, held:totals where some are
# ARGV: TTL of the request, logs, pairs, TTL of the tally, envelopes…, (field, number)…, and of a ration its numbers,
#       entries to hold…
_APPEND = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local logs, tallied = tonumber(ARGV[2]), tonumber(ARGV[3])
local at = 4 + logs + 2 * tallied
local day = 2 + logs + (tallied > 0 and 1 or 0)
local quantity, days_ttl, months_ttl, organization, most, holding, fields, ceilings
if #ARGV > at then
    local numbers = cmsgpack.unpack(ARGV[at + 1])
    quantity, days_ttl, months_ttl, organization, most, holding, fields, ceilings = unpack(numbers)
    local room = quantity
    for _, ceiling in ipairs(ceilings) do
        local found = redis.call('HMGET', KEYS[day + ceiling[1]], 'ready', ceiling[2])
        if not found[1] then return -2000000 end
        room = math.min(room, math.max(0, ceiling[3] - tonumber(found[2] or 0)))
    end
    if room < quantity then return -1 - room end
    if holding > 0 and tonumber(redis.call('HGET', KEYS[day + 3], organization) or 0) + holding > most then
        return -1000000
    end
end
redis.call('SET', KEYS[1], 1, 'EX', ARGV[1])
for i = 1, logs do redis.call('XADD', KEYS[1 + i], '*', 'e', ARGV[4 + i]) end
if tallied > 0 then
    for i = 5 + logs, at, 2 do redis.call('HINCRBY', KEYS[2 + logs], ARGV[i], ARGV[i + 1]) end
    redis.call('EXPIRE', KEYS[2 + logs], ARGV[4])
end
if not quantity then return 1 end
if quantity > 0 then
    for i, field in ipairs(fields) do
        local today = redis.call('HINCRBY', KEYS[day], field, quantity)
        local month = redis.call('HINCRBY', KEYS[day + 1], field, quantity)
        if i == 1 and today == quantity then redis.call('EXPIRE', KEYS[day], days_ttl) end
        if i == 1 and month == quantity then redis.call('EXPIRE', KEYS[day + 1], months_ttl) end
    end
end
for i = at + 2, #ARGV do redis.call('XADD', KEYS[day + 2], '*', 'e', ARGV[i], 'o', organization) end
if holding > 0 then redis.call('HINCRBY', KEYS[day + 3], organization, holding) end
return 1
"""


class TooLittleRoom(Exception):
    """Nothing was logged: of the quantity asked for, only `room` is left."""

    def __init__(self, room: int) -> None:
        super().__init__(f"room for {room}")
        self.room = room


class HoldFull(Exception):
    """Nothing was logged: the organization has as many events held as it may."""


class CountersCold(Exception):
    """Nothing was logged: nobody knows what was used before. `usage.counters.warm` does."""


class Tally(NamedTuple):
    """Numbers to add to the fields of a hash."""

    key: str
    numbers: Mapping[str, int]
    kept_s: int


class Ration(NamedTuple):
    """What logging uses up of an organization's limits, and what is put aside instead of being logged."""

    organization_id: int
    day: str  # the hashes of what was used, see usage.counters
    month: str
    kept_s: tuple[int, int]  # of day and month
    fields: tuple[str, ...]  # in which `quantity` is counted
    quantity: int
    ceilings: tuple[tuple[int, str, int], ...] = ()  # (0 day or 1 month, field, most)
    held: Sequence[bytes] = ()  # envelopes
    held_quantity: int = 0
    held_most: int = 0


def append(
    envelopes: Mapping[int, bytes], request_key: bytes, tally: Tally | None = None, ration: Ration | None = None
) -> bool:
    """Log one request, `envelopes` by shard, all or nothing and on the disk. False: this request is logged already.

    `tally` and `ration` are counted together with it: a second write would wait for the disk a second time.
    After a time-out nobody knows whether it was logged; the sender repeats the request, and the key tells.
    Raises TooLittleRoom, HoldFull and CountersCold: then nothing has happened.
    """
    envelopes = kafka.put(envelopes)
    pairs = list(tally.numbers.items()) if tally else []
    keys: list[str | bytes] = [b"request:" + request_key, *(f"log:{shard}" for shard in envelopes)]
    arguments: list[str | bytes | int] = [REQUEST_TTL_S, len(envelopes), len(pairs), tally.kept_s if tally else 0]
    arguments += envelopes.values()
    if tally and pairs:
        keys.append(tally.key)
        arguments += chain.from_iterable(pairs)
    if ration:
        keys += (ration.day, ration.month)
        keys += (HELD, HELD_TOTALS) if ration.held else ()
        # Packed, as each argument of its own costs the client more than all of them together.
        arguments.append(msgspec.msgpack.encode(_numbers(ration)))
        arguments += ration.held
    return _outcome(int(_script(buffer_client())(keys, arguments)))


@cache
def _script(client: redis.Redis) -> Script:
    """Made once: it hashes the whole text."""
    return client.register_script(_APPEND)


def _numbers(ration: Ration) -> tuple[Any, ...]:
    head = (ration.quantity, *ration.kept_s, str(ration.organization_id), ration.held_most, ration.held_quantity)
    return (*head, ration.fields, ration.ceilings)


def _outcome(answer: int) -> bool:
    if answer >= 0:
        return answer == LOGGED
    if answer == _COLD:
        raise CountersCold
    if answer == _FULL:
        raise HoldFull
    raise TooLittleRoom(-1 - answer)
