"""The way out leads to public addresses only, ends in time, and takes no more than it wants."""

import socket
import ssl
import time
from typing import Any

import pytest

from config.lib.http import HttpError, check_url, send
from config.lib.http.public import is_public
from config.testing.vendor import Vendor


def code_of(url: str, **more: Any) -> str:
    with pytest.raises(HttpError) as error:
        send("POST", url, body=b"x", **more)
    return error.value.code


def test_an_answer_comes_back_with_status_headers_and_body(vendor: Vendor) -> None:
    vendor.answer(201, b"taken", headers={"X-Kind": "test"})
    answer = send("POST", f"{vendor.url}/hook?a=1", body=b"hello", headers={"authorization": "Bearer t"})
    assert (answer.status, answer.headers["x-kind"], answer.body) == (201, "test", b"taken")
    got = vendor.requests[0]
    assert (got.method, got.path, got.query, got.body) == ("POST", "/hook", {"a": "1"}, b"hello")
    assert (got.headers["host"], got.headers["authorization"]) == (vendor.host, "Bearer t")
    assert got.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "localhost.", "0.0.0.0", "0", "[::]", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1"]
    + ["127.1", "0x7f.1", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "169.254.169.254"]
    + ["[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00:ec2::254]", "10.0.0.1", "192.168.1.1", "100.64.0.1"],
)
def test_no_spelling_of_a_private_address_is_connected_to(host: str) -> None:
    assert code_of(f"http://{host}/", timeout_s=2) in {"blocked", "resolve", "bad_address"}


@pytest.mark.parametrize(
    "address", ["224.0.0.1", "fec0::1", "5f00::1", "100::1", "2001:0:1::", "fe80::1%lo", "nonsense"]
)
def test_addresses_that_tunnel_translate_or_reach_many_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_ordinary_addresses_are_public() -> None:
    assert is_public("93.184.216.34") and is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_one_private_address_among_public_ones_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert code_of("http://mixed.example/") == "blocked"


def test_a_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2) or [])
    assert code_of("http://slow.example/", timeout_s=0.2) == "resolve"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://h/",
        "ftp://h/",
        "//host/x",
        "data:,x",
        "unix:/run/x",
        "http+unix://x/",
        "https://",
    ]
    + ["", "https://u:p@host/", "https://ho st/", "https://host/\r\nX: 1", "https://" + "a" * 3000],
)
def test_what_is_no_web_address_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(HttpError) as error:
        check_url(url)
    assert error.value.code == "bad_address"


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8123])
def test_ports_of_other_services_are_refused(port: int) -> None:
    assert code_of(f"http://example.com:{port}/") == "port"


@pytest.mark.parametrize(
    ("name", "value"), [("Host", "x"), ("content-length", "0"), ("Transfer-Encoding", "chunked"), ("X-A", "1\r\nB: 2")]
)
def test_headers_that_would_smuggle_are_refused(vendor: Vendor, name: str, value: str) -> None:
    assert code_of(vendor.url, headers={name: value}) == "header"
    assert vendor.requests == []


def test_redirects_are_answers_and_not_followed(vendor: Vendor) -> None:
    vendor.answer(302, headers={"Location": f"{vendor.url}/elsewhere"})
    assert send("POST", vendor.url).status == 302
    assert len(vendor.requests) == 1


def test_a_long_answer_is_cut(vendor: Vendor) -> None:
    vendor.answer(200, b"x" * 200_000)
    assert len(send("GET", vendor.url).body) == 64 * 1024


def test_the_time_limit_covers_the_whole_request(vendor: Vendor) -> None:
    vendor.answer(hang=True)
    assert code_of(vendor.url, timeout_s=0.3) == "timeout"


def test_an_answer_that_breaks_off_is_no_answer(vendor: Vendor) -> None:
    vendor.answer(200, b"half of this", cut=True)
    assert code_of(vendor.url) == "answer"


def test_a_drip_of_bytes_does_not_renew_the_time_limit(drip: str) -> None:
    assert code_of(drip, timeout_s=0.3) == "timeout"  # the drip itself never ends


def test_proxies_of_the_environment_are_not_used(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert send("GET", vendor.url).status == 200


def test_certificates_are_checked() -> None:
    from config.lib.http import _encryption

    assert _encryption().verify_mode == ssl.CERT_REQUIRED
    assert _encryption().check_hostname
