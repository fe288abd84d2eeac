"""Supabase: an upsert of people through PostgREST."""

import pytest

from config.testing.vendor import Received, Reply, Vendor
from tracking.destinations.model import Outcome, Unacceptable
from tracking.destinations.supabase import COLUMNS, Supabase, SupabaseSettings
from tracking.tests.destinations.made import batch, body, event, identify
from workspaces.providers import DeliveryError, SettingError
from workspaces.tests.provider_contract import SECRET, ProviderContract


def supabase(url: str, key: str = SECRET, table: str = "people") -> Supabase:
    return Supabase(SupabaseSettings(url, key, table))


class TestSupabase(ProviderContract):
    def made(self, url: str) -> Supabase:
        return supabase(url)

    def deliver(self, provider: Supabase) -> Outcome:
        return provider.send(batch(identify()))

    def taken(self, received: Received) -> Reply:
        return Reply(201, b"")


def test_people_are_upserted_by_id(vendor: Vendor):
    vendor.answer(201, b"")

    assert supabase(vendor.url).send(batch(identify())) == Outcome(1)

    received = vendor.requests[0]
    assert (received.method, received.path, received.query) == ("POST", "/rest/v1/people", {"on_conflict": "id"})
    assert received.headers["prefer"] == "resolution=merge-duplicates,return=minimal,missing=default"
    assert received.headers["apikey"] == SECRET
    assert body(received) == [
        {
            "id": "ada",
            "user_id": "ada",
            "visitor_id": "00000000000000a1",
            "traits": {"plan": "pro"},
            "last_event": "identify",
            "last_event_at": "2026-03-10T11:59:30.000+00:00",
            "last_properties": {"plan": "pro"},
        }
    ]


def test_a_person_with_two_events_is_one_row_of_the_later_one(vendor: Vendor):
    """PostgreSQL refuses a statement that writes a row twice."""
    anonymous = event(2, type="form_submit", user_id="")

    assert supabase(vendor.url).send(batch(identify(1, props={"step": "2"}), identify(0), anonymous)) == Outcome(3)

    rows = body(vendor.requests[0])
    assert [(row["id"], row["last_event_at"][17:19]) for row in rows] == [
        ("ada", "31"),
        ("visitor:00000000000000a1", "32"),
    ]
    assert rows[1]["user_id"] is None


def test_only_the_older_keys_go_into_the_authorization_header(vendor: Vendor):
    supabase(vendor.url, "sb_secret_1").send(batch(identify()))
    supabase(vendor.url, "eyJhbGciOi.J9.x").send(batch(identify()))

    assert [received.headers.get("authorization") for received in vendor.requests] == [None, "Bearer eyJhbGciOi.J9.x"]


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (409, b'{"code": "23505", "message": "duplicate key value"}', "postgres_23505"),
        (409, b'{"code": "23503", "message": "violates foreign key"}', "postgres_23503"),
        (400, b'{"code": "22P02", "message": "invalid input syntax"}', "postgres_22P02"),
        (413, b"", "too_large"),
        (400, b"what", "http_400"),
    ],
)
def test_rows_that_the_database_refuses(vendor: Vendor, status, answer, reason):
    vendor.answer(status, answer)

    with pytest.raises(Unacceptable) as refused:
        supabase(vendor.url).send(batch(identify()))

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (404, b'{"code": "PGRST205", "message": "Could not find the table public.people"}'),
        (400, b'{"code": "PGRST204", "message": "Could not find the traits column"}'),
        (400, b'{"code": "42P10", "message": "no unique constraint matching ON CONFLICT"}'),
        (403, b'{"code": "42501", "message": "permission denied for table people"}'),
    ],
)
def test_a_table_that_does_not_fit_is_a_permanent_error(vendor: Vendor, status, answer):
    vendor.answer(status, answer)

    with pytest.raises(DeliveryError, match=f"Supabase answered {status}") as raised:
        supabase(vendor.url).send(batch(identify()))
    assert raised.value.permanent


def test_the_test_button_asks_for_every_column_that_is_written(vendor: Vendor):
    supabase(vendor.url).test()

    assert vendor.requests[0].method == "GET"
    assert vendor.requests[0].query == {"select": ",".join(COLUMNS), "limit": "0"}


def test_the_name_of_a_table_is_a_name():
    with pytest.raises(SettingError, match="letters"):
        supabase("https://x.supabase.co", table="people?select=*")
