"""The duplicate filter on the disk, so that a restart need not read every id from the store.

VAR_DIR/seen/<name>   header, checksum, filter parts; its name stands in Valkey as `seen:base`, and ids committed
                      after it stand in `seen:journal`. A file that is missing, damaged or not the named one is ignored.

The file belongs to one store: beside an exchanged one it would call stored events new. So it names some events, and
counts only where the store has one of them.
"""

import hashlib
import logging
import os
import secrets
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from rbloom import Bloom

from config.lib.redis_clients import buffer_client
from tracking import store
from tracking.dedupe import Id, Seen
from tracking.lease import FENCE, LeaseLost

log = logging.getLogger(__name__)

JOURNAL, BASE = "seen:journal", "seen:base"
EVERY = 500_000  # ids in the journal, 10 MB
_ID = struct.Struct(">I16s")
_ALL = datetime(1971, 1, 1, tzinfo=UTC)

_REBASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[3])
return 1
"""


class _File(msgspec.Struct, array_like=True):
    newest: list[Id]
    size: int
    room: int
    parts: list[bytes]


def pack(ids: Sequence[Id]) -> bytes:
    """(dataset_id, event_id)… for the journal."""
    return b"".join([_ID.pack(dataset_id, event_id) for dataset_id, event_id in ids])


def load(fence: int) -> Seen:
    """The filter with every id that is stored. Raises StoreUnavailable, redis.RedisError, LeaseLost."""
    seen = _read()
    if seen is None:
        seen = _rebuilt()
        save(seen, fence)
        return seen
    client: Any = buffer_client()
    for packed in client.lrange(JOURNAL, 0, -1):
        seen.update(list(_ID.iter_unpack(packed)))
    log.info("duplicate filter: %d ids, from its snapshot", seen.size)
    return seen


def save(seen: Seen, fence: int) -> None:
    """Put the filter on the disk and empty the journal."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    _write(folder / name, _File(list(seen.newest), seen.size, seen.room, [part.save_bytes() for part in seen.parts]))
    if not buffer_client().register_script(_REBASE)([FENCE, BASE, JOURNAL], [fence, name]):
        raise LeaseLost
    for old in folder.iterdir():
        if old.name != name:
            old.unlink(missing_ok=True)


def _read() -> Seen | None:
    client: Any = buffer_client()
    name = client.get(BASE)
    path = _folder() / (name or b"none").decode()
    try:
        checksum, body = path.read_bytes()[:32], path.read_bytes()[32:]
    except OSError:
        return None
    if hashlib.blake2b(body, digest_size=32).digest() != checksum:
        log.warning("duplicate filter: %s is damaged; reading all ids from the store", path)
        return None
    try:
        file = msgspec.msgpack.decode(body, type=_File)
    except msgspec.MsgspecError:
        log.warning("duplicate filter: %s was written by another version; reading all ids from the store", path)
        return None
    if not any(store.existing_events(dataset_id, [event_id]) for dataset_id, event_id in file.newest):
        log.warning("duplicate filter: %s belongs to another event store; reading all ids from this one", path)
        return None
    seen = Seen([Bloom.load_bytes(part, int) for part in file.parts], file.size, file.room)
    seen.newest = file.newest
    return seen


def _rebuilt() -> Seen:
    seen, began = Seen(), datetime.now(UTC)
    for block in store.event_ids_since(_ALL):
        seen.update(block)
    log.info(
        "duplicate filter: %d ids, from the store in %.1f s", seen.size, (datetime.now(UTC) - began).total_seconds()
    )
    return seen


def _write(path: Path, file: _File) -> None:
    body = msgspec.msgpack.encode(file)
    with path.open("wb") as out:
        out.write(hashlib.blake2b(body, digest_size=32).digest() + body)
        out.flush()
        os.fsync(out.fileno())


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "seen"
