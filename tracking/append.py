"""How events get into the ingest log: one script, so that the log, the day's counts and the limits agree in whatever
order the senders come.

    room enough ─► log it, count it, use it up: one step, one wait for the disk
    too little  ─► nothing happens, and the answer says how much room there is: the caller comes again with so much to
                   log and the rest to hold (tracking.ingest)

Of senders that race for the last events of a limit exactly as many get in as there is room for. The script takes any
number of requests: what is logged together waits for the disk once (tracking.group), and each is answered for itself.
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

# For so long a request that is sent again is told by its key. One whose events all bring ids of their own need not be
# remembered longer than senders try again: the ids tell for ever, and a key takes 110 bytes of the log's memory.
REQUEST_TTL_S, NAMED_TTL_S = 86_400, 300
HELD, HELD_TOTALS = "held", "held:totals"
LOGGED, REPEATED = 1, 0
_FULL, _COLD = -1_000_000, -2_000_000

# KEYS: held, held:totals, and whatever the entries name by its place here
# ARGV: number of entries, each entry as msgpack, [what all use up together, the shares] as msgpack, and the envelopes,
#       which entries name by place
#       An entry: request, its TTL, [log, envelope, …], its share (from 1), and [envelope to hold, …]
#       A share, what many entries add alike: tally or 0, its TTL, [field, number, …], and a ration or []:
#       day, month, TTLs of both, quantity, organization, most held, quantity held, [field, …],
#       [[day or month, field, most], …]
# Of each share is counted how many entries were logged, and written once; what a limit allows is compared with both.
# Where a share's limits have room for all that came together they are looked at once, and near a limit for each entry.
APPEND = """
local sums, times, answers, logged, roomy = {}, {}, {}, {}, {}
local together, shares = unpack(cmsgpack.unpack(ARGV[2 + ARGV[1]]))
local function add(place, field, number, kept_s)
    local hash = sums[place]
    if not hash then
        hash = {}
        sums[place], times[place] = hash, kept_s
    end
    hash[field] = (hash[field] or 0) + number
end
local function add_up()
    for share, count in pairs(logged) do
        local tally, tally_s, numbers, ration = unpack(shares[share])
        for i = 1, #numbers, 2 do add(tally, numbers[i], numbers[i + 1] * count, tally_s) end
        local day, month, day_s, month_s, quantity, organization, most, holding, fields = unpack(ration)
        if day and quantity > 0 then
            for _, field in ipairs(fields) do
                add(day, field, quantity * count, day_s)
                add(month, field, quantity * count, month_s)
            end
        end
        if day and holding > 0 then add(2, organization, holding * count, 0) end
    end
    logged = {}
end
local function pending(place, field)
    return sums[place] and sums[place][field] or 0
end
local function refusal(share, day, month, _, _, quantity, organization, most, holding, _, ceilings)
    add_up()
    local room = math.huge
    for _, ceiling in ipairs(ceilings or {}) do
        local place = ceiling[1] == 0 and day or month
        local found = redis.call('HMGET', KEYS[place], 'ready', ceiling[2])
        if not found[1] then return -2000000 end
        room = math.min(room, math.max(0, ceiling[3] - tonumber(found[2] or 0) - pending(place, ceiling[2])))
    end
    if room < (quantity or 0) then return -1 - room end
    local is_holding = holding and holding > 0
    roomy[share] = room >= together and not is_holding
    local held = is_holding and tonumber(redis.call('HGET', KEYS[2], organization) or 0) + pending(2, organization)
    return held and held + holding > most and -1000000
end
local function log(entry)
    local request, request_s, logs, share, held = unpack(entry)
    if not redis.call('SET', KEYS[request], 1, 'EX', request_s, 'NX') then return 0 end
    local refused = not roomy[share] and refusal(share, unpack(shares[share][4]))
    if refused then
        redis.call('DEL', KEYS[request])
        return refused
    end
    for i = 1, #logs, 2 do redis.call('XADD', KEYS[logs[i]], '*', 'e', ARGV[logs[i + 1]]) end
    for _, aside in ipairs(held) do redis.call('XADD', KEYS[1], '*', 'e', ARGV[aside], 'o', shares[share][4][6]) end
    logged[share] = (logged[share] or 0) + 1
    return 1
end
for i = 1, ARGV[1] do answers[i] = log(cmsgpack.unpack(ARGV[1 + i])) end
add_up()
for place, hash in pairs(sums) do
    local is_new = false
    for field, number in pairs(hash) do
        if redis.call('HINCRBY', KEYS[place], field, number) == number then is_new = true end
    end
    if is_new and times[place] > 0 then redis.call('EXPIRE', KEYS[place], times[place]) end
end
return answers
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


class Entry(NamedTuple):
    """One request, as it is logged: all or nothing."""

    envelopes: Mapping[int, bytes]  # by shard
    request_key: bytes  # tells the request when it is sent again
    tally: Tally | None = None
    ration: Ration | None = None
    kept_s: int = REQUEST_TTL_S  # how long the key tells


def append(
    envelopes: Mapping[int, bytes],
    request_key: bytes,
    tally: Tally | None = None,
    ration: Ration | None = None,
    kept_s: int = REQUEST_TTL_S,
) -> bool:
    """Log one request, `envelopes` by shard, all or nothing and on the disk. False: this request is logged already.

    `tally` and `ration` are counted together with it: a second write would wait for the disk a second time.
    After a time-out nobody knows whether it was logged; the sender repeats the request, and the key tells.
    Raises TooLittleRoom, HoldFull and CountersCold: then nothing has happened.
    """
    (was_logged,) = append_all([Entry(kafka.put(envelopes), request_key, tally, ration, kept_s)])
    return was_logged


def append_all(entries: Sequence[Entry]) -> list[bool]:
    """The same for several requests, with one wait for the disk; their envelopes stand in the log as they are."""
    keys, arguments = packed(entries)
    return [outcome(int(answer)) for answer in _script(buffer_client())(keys, arguments)]


@cache
def _script(client: redis.Redis) -> Script:
    """Made once: it hashes the whole text."""
    return client.register_script(APPEND)


def packed(entries: Sequence[Entry]) -> tuple[list[str | bytes], list[bytes | int]]:
    """(keys, arguments) of the script for these requests."""
    script = _Arguments(3 + len(entries))
    metas: list[bytes | int] = [msgspec.msgpack.encode(script.entry(each)) for each in entries]
    together = sum(each.ration.quantity for each in entries if each.ration)
    shares = msgspec.msgpack.encode((together, script.shares))
    return list(script.places), [len(entries), *metas, shares, *script.envelopes]


class _Arguments:
    """Entries with places (from 1) instead of keys, envelopes and shares, which are gathered here."""

    def __init__(self, first: int) -> None:
        self.first = first  # place of the first envelope
        self.places: dict[str | bytes, int] = {HELD: 1, HELD_TOTALS: 2}
        self.envelopes: list[bytes] = []
        self.shares: list[tuple[Any, ...]] = []
        self._known: dict[tuple[int, int], int] = {}  # shares by the objects they are of, which live as long as this

    def entry(self, entry: Entry) -> tuple[Any, ...]:
        logs: list[int] = []
        for shard, envelope in entry.envelopes.items():
            logs += (self._place(f"log:{shard}"), self._put(envelope))
        share = self._known.get((id(entry.tally), id(entry.ration))) or self._share(entry)
        held = [*map(self._put, entry.ration.held)] if entry.ration and entry.ration.held else ()
        return self._place(b"request:" + entry.request_key), entry.kept_s, logs, share, held

    def _share(self, entry: Entry) -> int:
        tally, ration = entry.tally, entry.ration
        numbers = [*chain.from_iterable(tally.numbers.items())] if tally else ()
        counted = (self._place(tally.key), tally.kept_s, numbers) if tally else (0, 0, ())
        rationed = (self._place(ration.day), self._place(ration.month), *_numbers(ration)) if ration else ()
        self.shares.append((*counted, rationed))
        self._known[id(tally), id(ration)] = len(self.shares)
        return len(self.shares)

    def _place(self, key: str | bytes) -> int:
        return self.places.setdefault(key, len(self.places) + 1)

    def _put(self, envelope: bytes) -> int:
        self.envelopes.append(envelope)
        return self.first + len(self.envelopes) - 1


def _numbers(ration: Ration) -> tuple[Any, ...]:
    head = (ration.quantity, str(ration.organization_id), ration.held_most, ration.held_quantity)
    return (*ration.kept_s, *head, ration.fields, ration.ceilings)


def outcome(answer: int) -> bool:
    """What the script said of one request: logged, or repeated. Raises TooLittleRoom, HoldFull, CountersCold."""
    if answer >= 0:
        return answer == LOGGED
    if answer == _COLD:
        raise CountersCold
    if answer == _FULL:
        raise HoldFull
    raise TooLittleRoom(-1 - answer)
