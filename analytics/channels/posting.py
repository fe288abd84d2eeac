"""What the channels that post JSON to a hook share."""

import json
from typing import Any

from config.lib.http import HttpError, check_url
from workspaces.providers import SettingError

JSON = {"content-type": "application/json"}
GONE = (401, 403, 410)  # a receiver of the customer's own: its page may be missing for the time of a release
NO_HOOK = (*GONE, 400, 404, 405)  # a vendor's addresses stay where they are: this one is not any more, or never was


def check(name: str, url: str) -> None:
    """SettingError for an address nothing could be sent to."""
    try:
        check_url(url)
    except HttpError as error:
        raise SettingError(name, str(error)) from error


def as_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
