"""A field that nobody reads is refused: what it was meant to limit would have no limit."""

import pytest
from django.test import Client

from analytics.models import DashboardShare
from workspaces.models import ApiKey

NAME = {"name": "Sales"}


@pytest.fixture
def client(acme_secret):
    return Client(headers={"X-API-Key": acme_secret})


def said(answer, field):
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    return answer.json()["errors"][field][0]["message"]


def test_a_slip_in_its_end_makes_no_key_for_ever(client, acme):
    before = ApiKey.objects.count()

    refused = client.post(
        f"/api/v1/workspaces/{acme.uid}/keys", NAME | {"expire_at": "2026-04-01T00:00:00Z"}, "application/json"
    )

    assert said(refused, "expire_at") == "Unknown field expire_at. Did you mean expires_at?"
    assert ApiKey.objects.count() == before


def test_a_slip_in_its_end_opens_no_link_for_ever(client, event_store):
    board = client.post("/api/v1/dashboards", NAME, "application/json").json()["id"]

    refused = client.post(
        f"/api/v1/dashboards/{board}/shares", {"expire_at": "2026-04-01T00:00:00Z"}, "application/json"
    )

    assert said(refused, "expire_at") == "Unknown field expire_at. Did you mean expires_at?"
    assert not DashboardShare.objects.exists()


@pytest.mark.parametrize(
    ("path", "slip", "meant"),
    [
        ("alerts", "treshold_value", "threshold_value"),
        ("dashboards", "is_pubic", "is_public"),
        ("annotations", "is_share", "is_shared"),
        ("exports", "paramters", "parameters"),
    ],
)
def test_the_refusal_names_what_was_meant(client, acme, path, slip, meant):
    refused = client.post(f"/api/v1/{path}", NAME | {slip: "1"}, "application/json")

    assert said(refused, slip) == f"Unknown field {slip}. Did you mean {meant}?"


def test_what_was_answered_may_be_sent_back(client, event_store):
    made = client.post("/api/v1/dashboards", NAME, "application/json").json()

    changed = client.put(f"/api/v1/dashboards/{made['id']}", made | {"name": "Orders"}, "application/json")

    assert (changed.status_code, changed.json()["name"]) == (200, "Orders")
