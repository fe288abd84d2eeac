"""EVENT_STORE_URL: one form, with what is wrong said."""

import pytest

from tracking.store.address import Address, parse


def test_the_embedded_store() -> None:
    assert parse("http://default:s3cr%40t@127.0.0.1:8124/shop") == Address(
        secure=False, host="127.0.0.1", port=8124, user="default", token="s3cr@t", database="shop"
    )


def test_a_cluster() -> None:
    address = parse("https://metricpal:t@ch.example.com/metricpal?topology=sharded&cluster=eu")
    assert (address.secure, address.port, address.topology, address.cluster) == (True, 8443, "sharded", "eu")
    assert not address.is_local


def test_what_is_left_out_has_a_default() -> None:
    address = parse("http://localhost")
    assert (address.user, address.token, address.port, address.database) == ("default", "", 8123, "metricpal")
    assert address.is_local


@pytest.mark.parametrize("url", ["chdb:///var/events", "127.0.0.1:8123", ""])
def test_other_forms_are_refused_with_the_right_one(url: str) -> None:
    with pytest.raises(ValueError, match="must look like http://user:token@host:8123/database"):
        parse(url)


def test_an_unknown_topology_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="must be one of single, replicated, sharded, not 'ring'"):
        parse("http://h/db?topology=ring")
