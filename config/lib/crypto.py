"""Digests of keys. Keys carry 128 random bits, so a fast hash is enough: there is nothing to guess."""

import hashlib
import hmac


def digest(raw: str) -> str:
    """SHA-256 of `raw`, hexadecimal: what is stored of a secret that is shown once."""
    return hashlib.sha256(raw.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(left.encode(), right.encode())
