"""What never leaves the door, and what a workspace that keeps no personal data does not keep.

By key: email, name, full_name, first_name, last_name, phone, however they are spelled. By value: e-mail addresses,
card and social security numbers, IBANs, tokens and network addresses, wherever they stand, become [email], [card], …;
a page's address and title included.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import msgspec
from django.conf import settings

from tracking.events import Accepted

# Ours to say (a sender could lie), personal, or secret. Removed at any depth of the properties.
NEVER_STORED = frozenset({"ip_address", "ip", "user_agent", "api_key", "apiKey", "workspace_id", "received_at"})
# No fewer names than the script leaves out by itself (tracker/src/identity.js).
PERSONAL = frozenset({"email", "emailaddress", "fullname", "firstname", "lastname", "username", "phone", "phonenumber"})
# A product has a name too: only that of the event itself and of a person is one.
PERSONS = frozenset(
    {"user", "person", "customer", "contact", "profile", "account", "owner", "author", "lead", "traits"}
)

EMAIL = re.compile(
    r"[\w.+%'-]{1,64}(?:@|%(?:25)*40)[\w%-]{1,63}(?:\.[\w%-]{1,63}){1,4}"
)  # in any alphabet, and as URLs spell it, and URLs within URLs
TOKEN = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*", re.ASCII)
SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", re.ASCII)
DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])", re.ASCII)
# The last group is short and begins with a digit: a word in capitals behind it is none of it.
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?\d[A-Z0-9]{0,2})?\b", re.ASCII)
# One look that most texts pass: nothing of the above can be in them. It begins with the characters that matter, which
# the expression engine finds twice as fast as it tries alternatives at each place.
SUSPICIOUS = re.compile(
    r"[@%e:\dA-Z](?:(?<=@)|(?<=%)(?:25)*40|(?<=e)yJ|(?<=:)[0-9A-Fa-f]{0,4}:"
    r"|(?<=\d)(?:\d\d-\d\d-\d{4}|[ -]?(?:\d[ -]?){11}|\.\d+\.\d+\.)|(?<=[A-Z])[A-Z]\d\d ?[A-Z0-9]{4})",
    re.ASCII,
)


def without_personal_data(event: Accepted) -> None:
    """Leaves nothing personal in the event's texts; its user id becomes a number."""
    event.name, event.url, event.title = redacted(event.name), redacted(event.url), redacted(event.title)
    event.referrer = redacted(event.referrer)
    if event.props or event.traits or event.traits_once:
        event.props, event.traits, event.traits_once = map(_kept, (event.props, event.traits, event.traits_once))


def _kept(properties: dict[str, str]) -> dict[str, str]:
    return {redacted(name): redacted(value) for name, value in properties.items() if not is_personal(name)}


def kept_of(properties: dict[str, Any], keeps_personal_data: bool, parents: str = "") -> dict[str, Any]:
    """What may be kept of properties that keep their types: the same as of an event's, at any depth."""
    kept: dict[str, Any] = {}
    for name, value in properties.items():
        if name not in NEVER_STORED and (keeps_personal_data or not is_personal(parents + name)):
            clean = name if keeps_personal_data else redacted(name)
            kept[clean] = kept_value(value, keeps_personal_data, f"{parents}{name}.")
    return kept


def kept_value(value: Any, keeps_personal_data: bool, parents: str) -> Any:
    """The same of one value; `parents` is the name it has, with a dot behind it."""
    if isinstance(value, dict):
        return kept_of(value, keeps_personal_data, parents)
    if isinstance(value, list):
        return [kept_value(each, keeps_personal_data, parents) for each in value]
    return redacted(value) if isinstance(value, str) and not keeps_personal_data else value


def redacted_as_stored(name: str, value: str) -> str:
    """The text of a property that was stored whole. A list is JSON there; one that was cut off keeps no names."""
    if not value.startswith("[{") and not value.startswith("[["):
        return redacted(value)
    try:
        kept = kept_value(msgspec.json.decode(value), False, f"{name}.")
    except msgspec.DecodeError:
        return "[…]"
    return redacted(msgspec.json.encode(kept).decode())


@lru_cache(maxsize=8192)
def is_personal(name: str) -> bool:
    """Whether a property of this name (dots lead into objects) holds what names a person."""
    *parents, last = ("".join(filter(str.isalpha, part)).lower() for part in name.split("."))
    if last != "name" or not parents:
        return last in PERSONAL or last == "name"
    return parents[-1] in PERSONS or parents[-1].removesuffix("s") in PERSONS  # a list of them has its plural


@lru_cache(maxsize=8192)  # pages, their titles and many values come again and again
def redacted(text: str) -> str:
    """The text with what is personal in it replaced by what it was."""
    if not SUSPICIOUS.search(text):
        return text
    text = TOKEN.sub("[token]", EMAIL.sub("[email]", text))
    text = IBAN.sub(_iban, SSN.sub("[ssn]", text))
    text = DIGITS.sub(_card, text)
    return "[ip]" if _is_address(text) else text


def identity(dataset_id: int, user_id: str) -> str:
    """A user id that is an e-mail address, or has one in it, as a number only this installation can compute; any other
    as it is."""
    is_email = ("@" in user_id or "%" in user_id) and EMAIL.search(user_id)
    return f"email:{_keyed(dataset_id, user_id.lower())}" if is_email else user_id


@lru_cache(maxsize=16_384)
def _keyed(dataset_id: int, text: str) -> str:
    key = hashlib.sha256(b"identity:" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, f"{dataset_id}:{text}".encode(), "sha256").hex()[:32]


def _card(match: re.Match[str]) -> str:
    digits = [int(character) for character in match[0] if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return "[card]" if (sum(doubled) + sum(digits[-1::-2])) % 10 == 0 else match[0]


def _iban(match: re.Match[str]) -> str:
    text = match[0].replace(" ", "")
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return "[iban]" if 15 <= len(text) <= 34 and int(number) % 97 == 1 else match[0]


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return True
