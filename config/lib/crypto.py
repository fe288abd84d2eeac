"""Digests of keys, and secrets that must be read again.

Keys carry 128 random bits, so a fast hash is enough: there is nothing to guess. Secrets of other tools are sealed by
SECRET_KEY; after its change, list the former one in SECRET_KEY_FALLBACKS and they can still be opened.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """Sealed by another SECRET_KEY, or changed."""


def digest(raw: str) -> str:
    """SHA-256 of `raw`, hexadecimal: what is stored of a secret that is shown once."""
    return hashlib.sha256(raw.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(left.encode(), right.encode())


def seal(text: str) -> str:
    """Printable; a different one each time."""
    return _lock().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises SealBroken."""
    try:
        return _lock().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken("This was sealed by another SECRET_KEY.") from None


def _lock() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(Fernet(base64.urlsafe_b64encode(_key_of(each))) for each in keys)


def _key_of(secret_key: str) -> bytes:
    return hashlib.sha256(b"seal:" + secret_key.encode()).digest()
