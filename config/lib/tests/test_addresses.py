import pytest

from config.lib.addresses import client_address

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ([], PEER, "1.1.1.1", PEER),  # nobody is believed
        (["10.0.0.1"], PEER, "1.1.1.1", "1.1.1.1"),
        (["10.0.0.0/8"], PEER, "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),  # what stands left was written by the sender
        (["10.0.0.0/8"], "9.9.9.9", "1.1.1.1", "9.9.9.9"),
        (["10.0.0.0/8"], PEER, "", PEER),
        (["10.0.0.0/8"], PEER, "unknown", PEER),
        (["10.0.0.0/8"], PEER, "2001:db8::1", "2001:db8::1"),
        (["10.0.0.0/8"], PEER, "10.0.0.3", "10.0.0.3"),
        # As one socket for both versions writes IPv4, at a proxy or here.
        (["10.0.0.0/8"], PEER, "::ffff:1.1.1.1", "1.1.1.1"),
        (["10.0.0.0/8"], PEER, "6.6.6.6, 1.1.1.1, ::ffff:10.0.0.2", "1.1.1.1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "1.1.1.1", "1.1.1.1"),
        ([], "::ffff:9.9.9.9", "", "9.9.9.9"),
    ],
)
def test_forwarded_addresses_are_believed_of_trusted_proxies_only(settings, trusted, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = trusted

    assert client_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}) == expected
