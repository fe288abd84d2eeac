"""Secrets that must be read again, and webhooks that others can check."""

from datetime import timedelta
from typing import Any

import pytest

from config.lib.clock import now as time_now
from config.lib.crypto import SealBroken, seal, unseal
from config.lib.webhooks import new_secret, signed, verify


def test_what_is_sealed_opens_again_and_looks_different_each_time() -> None:
    once, twice = seal("token"), seal("token")
    assert once != twice and "token" not in once
    assert unseal(once) == unseal(twice) == "token"


def test_a_new_secret_key_opens_old_seals_only_while_the_old_one_is_listed(settings: Any) -> None:
    sealed, former = seal("token"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [former]
    assert unseal(sealed) == "token"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealBroken):
        unseal(sealed)


def test_a_signed_webhook_is_verified_until_it_is_changed_or_old() -> None:
    secret, now = new_secret(), time_now()
    headers = signed(secret, "msg_1", now, b"{}")
    assert verify(secret, headers, b"{}", now)
    assert not verify(secret, headers, b"{ }", now)
    assert not verify(new_secret(), headers, b"{}", now)
    assert not verify(secret, {**headers, "webhook-id": "msg_2"}, b"{}", now)
    assert not verify(secret, headers, b"{}", now + timedelta(minutes=6))


def test_the_signature_is_the_one_of_the_standards_example() -> None:
    """The example printed in the Standard Webhooks specification and used by its libraries' tests."""
    from datetime import UTC, datetime

    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
