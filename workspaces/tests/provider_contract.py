"""What every provider that speaks HTTP must do, whoever its vendor is. One subclass for each registered kind.

    class TestTinybird(ProviderContract):
        def made(self, url): return Tinybird(TinybirdSettings(url=url, token=SECRET, …))
        def deliver(self, provider): provider.send(…)

The stand-in answers; the provider says what it means. Providers use the patience of `config.lib.http.send` as it is
(no `timeout_s` of their own), so that a test can shorten it.
"""

import time
from email.utils import formatdate
from typing import Any

import pytest

from config.embedded.probes import free_port
from config.lib.http import send
from config.testing.vendor import Received, Reply, Vendor
from workspaces.providers import DeliveryError, Provider

SECRET = "the-secret-that-nobody-is-shown"


class ProviderContract:
    secret = SECRET
    permanent = 401  # with which status the vendor says "not you"

    def made(self, url: str) -> Provider:
        """The provider, set up for a vendor at `url`, with SECRET as its secret where it has one."""
        raise NotImplementedError

    def deliver(self, provider: Any) -> object:
        """Sends or tells something once."""
        raise NotImplementedError

    def taken(self, received: Received) -> Reply:
        """The vendor's answer when it takes what it is given."""
        return Reply()

    @pytest.fixture
    def provider(self, vendor: Vendor) -> Provider:
        vendor.respond = self.taken
        return self.made(vendor.url)

    def failure(self, provider: Provider) -> DeliveryError:
        with pytest.raises(DeliveryError) as raised:
            self.deliver(provider)
        return raised.value

    def test_what_the_vendor_takes_is_delivered(self, provider: Provider, vendor: Vendor) -> None:
        self.deliver(provider)

        assert vendor.requests

    def test_the_test_button_tells_good_credentials_from_bad_ones(self, provider: Provider, vendor: Vendor) -> None:
        provider.test()
        assert vendor.requests
        vendor.answer(self.permanent)
        with pytest.raises(DeliveryError):
            provider.test()

    def test_a_vendor_that_hangs_is_tried_again(self, provider: Provider, vendor: Vendor, monkeypatch: Any) -> None:
        monkeypatch.setitem(send.__kwdefaults__, "timeout_s", 0.2)
        vendor.answer(hang=True)

        assert not self.failure(provider).permanent

    def test_an_answer_that_breaks_off_is_tried_again(self, provider: Provider, vendor: Vendor) -> None:
        vendor.answer(200, b'{"status": "all is well"}', cut=True)

        assert not self.failure(provider).permanent

    def test_a_vendor_that_nobody_reaches_is_tried_again(self, settings: Any) -> None:
        nobody = f"127.0.0.1:{free_port()}"
        settings.OUTGOING_ALLOWED = [nobody]

        assert not self.failure(self.made(f"http://{nobody}")).permanent

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_a_vendor_in_trouble_is_tried_again(self, provider: Provider, vendor: Vendor, status: int) -> None:
        vendor.answer(status, b"")

        assert not self.failure(provider).permanent

    @pytest.mark.parametrize(
        ("asked", "seconds"),
        [("7", 7), ("31536000", 86_400), ("Tue, 10 Mar 2026 12:05:00 GMT", 0), ("soon", None)],
    )
    def test_it_waits_as_long_as_the_vendor_asks_but_a_day_at_most(
        self, provider: Provider, vendor: Vendor, asked: str, seconds: int | None
    ) -> None:
        vendor.answer(429, headers={"Retry-After": asked})

        assert self.failure(provider).retry_after == seconds

    def test_it_waits_until_the_moment_the_vendor_names(self, provider: Provider, vendor: Vendor) -> None:
        vendor.answer(429, headers={"Retry-After": formatdate(time.time() + 300, usegmt=True)})

        assert 298 <= (self.failure(provider).retry_after or 0) <= 301

    def test_a_refusal_of_the_credentials_is_final(self, provider: Provider, vendor: Vendor) -> None:
        vendor.answer(self.permanent)

        assert self.failure(provider).permanent

    def test_a_redirect_is_not_followed(self, provider: Provider, vendor: Vendor) -> None:
        vendor.answer(302, headers={"Location": f"{vendor.url}/elsewhere"})

        self.failure(provider)

        assert [received.path for received in vendor.requests] != ["/elsewhere"]
        assert len(vendor.requests) == 1

    def test_an_address_inside_our_network_is_not_called(
        self, provider: Provider, vendor: Vendor, settings: Any
    ) -> None:
        settings.OUTGOING_ALLOWED = []

        self.failure(provider)

        assert not vendor.requests

    @pytest.mark.parametrize("status", [401, 429, 500])
    def test_neither_error_nor_log_shows_the_secret(
        self, provider: Provider, vendor: Vendor, caplog: Any, status: int
    ) -> None:
        caplog.set_level("DEBUG")
        vendor.answer(status, f"no: {self.secret}".encode())

        assert self.secret not in str(self.failure(provider))
        assert self.secret not in caplog.text
