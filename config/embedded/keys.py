"""Secrets of this installation: made once at random, kept in `var/secrets` for its owner's eyes only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def random_key() -> str:
    return secrets.token_urlsafe(32)


def signing_key() -> str:
    """A private RSA key as PEM, for the signatures of API tokens (RS256)."""
    # Imported here: needed once in an installation's life, by a process that stays small.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def kept(folder: Path, name: str, make: Callable[[], str] = random_key) -> str:
    """The secret `name` of `folder`, made on first use."""
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written beside and renamed: a kill half way leaves no empty secret behind.
        draft = folder / f".{name}.{os.getpid()}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
            os.fsync(file.fileno())
        draft.rename(path)
    return path.read_text()
