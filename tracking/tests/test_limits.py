"""How much one sender may send: by key, by address, by guessing."""

import threading
import time

import pytest

from config.lib import ratelimit, redis_clients
from config.lib.ratelimit import Limit, wait_seconds
from tracking import limits
from tracking.limits import sender_of
from tracking.tests.door import code, events, post

ADDRESS = "203.0.113.9"


@pytest.fixture(autouse=True)
def fresh_buckets():
    """Nobody has sent anything yet."""
    client = redis_clients.cache_client()
    for key in client.scan_iter("limit:*"):
        client.delete(key)
    ratelimit.forget()
    limits._blocked.clear()


@pytest.fixture
def proxied(settings):
    """The test client is a trusted proxy; `proxied("192.0.2.1")` are the headers of somebody behind it."""
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    return lambda address: {"X_Forwarded_For": address}


@pytest.fixture
def ten_at_once(settings, monkeypatch):
    """Of one address, and then hardly any: however slow this machine is, nothing flows in meanwhile."""
    settings.INGEST_ADDRESS_RATE = 0.001
    monkeypatch.setattr(limits, "BURST_SECONDS", 10_000)


def statuses(count: int, key: str, **headers: str) -> list[int]:
    return [post({"event_type": f"e{n}"}, key, **headers).status_code for n in range(count)]


def test_an_address_may_send_its_burst_and_then_waits(acme, acme_key, ten_at_once, proxied):
    sent = statuses(12, acme_key, **proxied(ADDRESS))

    assert sent == [200] * 10 + [429] * 2
    assert len(events(acme.dataset_id())) == 10
    refused = post({"event_type": "x"}, acme_key, **proxied(ADDRESS))
    assert code(refused) == "rate_limit"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert statuses(1, acme_key, **proxied("203.0.113.10")) == [200]  # others are not concerned


def test_writing_a_forwarded_address_gives_no_new_burst(acme_key, ten_at_once, proxied):
    sent = [statuses(1, acme_key, X_Forwarded_For=f"198.51.100.{n}, {ADDRESS}")[0] for n in range(12)]

    assert sent.count(429) == 2


def test_of_ipv6_the_subscriber_is_counted(acme_key, ten_at_once, proxied):
    sent = [statuses(1, acme_key, **proxied(f"2001:db8:1:2::{n:x}"))[0] for n in range(1, 13)]

    assert sent.count(429) == 2
    assert statuses(1, acme_key, **proxied("2001:db8:1:3::1")) == [200]


def test_visitors_whose_ipv4_a_proxy_writes_as_ipv6_are_not_one_sender(acme_key, ten_at_once, proxied):
    assert statuses(11, acme_key, **proxied("::ffff:203.0.113.9"))[-1] == 429
    assert statuses(1, acme_key, **proxied("::ffff:203.0.113.10")) == [200]
    assert statuses(1, acme_key, **proxied("203.0.113.9")) == [429]


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", "", ""),  # reserved for documentation: not a public address
        ("8.8.8.8", "", "8.8.8.8"),
        ("10.0.0.7", "", ""),  # a proxy that nobody told us of, or a container's gateway
        ("::ffff:10.0.0.7", "", ""),
        ("127.0.0.1", "", ""),
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("8.8.8.8", "1.1.1.1", "8.8.8.8"),
        ("2001:4860:4860::8888", "", "2001:4860:4860::/64"),
        ("", "", ""),
    ],
)
def test_only_an_address_of_one_sender_is_counted(settings, remote, forwarded, expected):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]

    assert sender_of({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}) == expected


def test_a_customer_s_server_is_counted_by_its_key_alone(acme_secret, settings, ten_at_once, proxied):
    assert statuses(12, acme_secret, **proxied(ADDRESS)) == [200] * 12
    settings.INGEST_KEY_RATE = 0.001
    assert statuses(12, acme_secret).count(429) == 2


def test_who_guesses_keys_is_stopped_after_twenty(acme_key, proxied, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(limits, "GUESSES", Limit(rate=0.001, burst=20))  # none comes back, however slow this machine is
    guessed = [post("{}", f"mp_live_{n:032x}", **proxied(ADDRESS)).status_code for n in range(22)]

    assert guessed == [401] * 20 + [429] * 2
    with django_assert_num_queries(0):
        assert post("{}", "mp_live_" + "f" * 32, **proxied(ADDRESS)).status_code == 429
    assert post("{}", "mp_live_" + "f" * 32, **proxied("203.0.113.10")).status_code == 401


def test_a_key_that_works_goes_on_working_beside_a_guesser(acme_key, proxied):
    assert statuses(1, acme_key, **proxied(ADDRESS)) == [200]
    for n in range(22):
        post("{}", f"mp_live_{n:032x}", **proxied(ADDRESS))

    assert post({"event_type": "y"}, acme_key, **proxied(ADDRESS)).status_code == 200


def test_a_bucket_fills_up_again():
    limit = Limit(rate=0.001, burst=2)
    taken = [wait_seconds("b", limit) == 0 for _ in range(3)]
    redis_clients.cache_client().hincrbyfloat("limit:b", "at", -5000)  # so long ago

    assert taken == [True, True, False]
    assert [wait_seconds("b", limit) == 0 for _ in range(3)] == [True, True, False]


def test_who_stays_far_below_a_limit_costs_no_question(monkeypatch):
    limit = Limit(rate=100, burst=1000)
    monkeypatch.setattr(ratelimit, "cache_client", lambda: pytest.fail("the cache was asked"))

    assert [wait_seconds(f"visitor-{n}", limit) for n in range(50) for _ in range(10)] == [0] * 500


def test_what_was_taken_on_credit_is_paid_with_the_next_lot():
    limit, began = Limit(rate=30, burst=60), time.monotonic()
    given = [wait_seconds("b", limit) for _ in range(200)].count(0)

    assert 60 <= given <= 61 + 30 * (time.monotonic() - began)  # what flows in meanwhile


def test_two_processes_share_one_bucket():
    limit, given = Limit(rate=0.001, burst=100), []

    def one_process() -> None:
        for _ in range(100):
            ratelimit.forget()  # what another process would not know
            given.append(wait_seconds("b", limit))

    threads = [threading.Thread(target=one_process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert given.count(0) == 100


def test_without_the_cache_nobody_is_refused(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_clients.cache_client.cache_clear()
    try:
        assert [wait_seconds("b", Limit(1, 1)) for _ in range(3)] == [0, 0, 0]
    finally:
        redis_clients.cache_client.cache_clear()
