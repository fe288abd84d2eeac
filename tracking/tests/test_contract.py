"""The bodies that the script's own tests assert it sends: the collector takes every one of them (tracker/test)."""

import json
from typing import Any

import pytest
from django.conf import settings

from tracking.tests.door import events, post

CONTRACT = settings.BASE_DIR / "tracking" / "tracker" / "test" / "contract.json"
EXAMPLES: dict[str, Any] = json.loads(CONTRACT.read_text())["examples"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_script_sends_is_accepted_whole(clock, event_store, acme, acme_key, name):
    body = {**EXAMPLES[name], "api_key": acme_key}

    response = post(body, content_type="text/plain;charset=UTF-8")

    assert response.status_code == 200
    assert response.json()["accepted"] == len(body["events"])
    sent = [(each["event_type"], each["id"]) for each in body["events"]]
    logged = [(each.type, each.event_id.hex()) for each in events(acme.dataset_id())]
    assert logged == [(kind, event_id.replace("-", "")) for kind, event_id in sent]
