"""What the clock starts that has no topic of its own: salts that are forgotten also by the log server's file."""

import time
from datetime import date
from pathlib import Path

from config.lib.redis_clients import buffer_client
from tracking.steps import visitor
from tracking.tasks import forget_salts

DAY = date(2026, 3, 8)


def made_salt() -> bytes:
    """As the first event of the day makes it."""
    visitor._salt.cache_clear()
    visitor.without_id(2, "203.0.113.7", "Firefox", DAY)
    found = buffer_client().get(f"salt:{DAY}")
    assert isinstance(found, bytes)
    return found


def file_of_the_log() -> bytes:
    """Everything the server has written down."""
    said = buffer_client().config_get("*dir*")
    folder = Path(said["dir"]) / said["appenddirname"]
    return b"".join(read(path) for path in folder.iterdir())


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # replaced by a new one just now
        return b""


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def test_a_salt_that_expired_is_in_no_file_after_the_night():
    salt, server = made_salt(), buffer_client()
    server.set("kept", kept := b"what is still true stays in the file")
    wait_until(lambda: salt in file_of_the_log())
    server.pexpire(f"salt:{DAY}", 1)
    wait_until(lambda: not server.exists(f"salt:{DAY}"))
    assert salt in file_of_the_log()  # forgotten by the server, and not by its file

    forget_salts()

    wait_until(lambda: salt not in file_of_the_log())
    assert kept in file_of_the_log()


def test_a_server_that_is_at_it_already_is_not_an_error():
    for _ in range(5):  # it needs a tenth of a second to notice that it is done, and refuses until then
        forget_salts()
