"""Which key a request is from, where it may stand, and what a refusal looks like."""

import pytest


def ask(client, acme, **headers):
    return client.get(
        f"/api/v1/workspaces/{acme.uid}", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_a_key_is_taken_from_its_own_header_and_from_bearer(anonymous, acme, acme_secret):
    assert ask(anonymous, acme, X_API_Key=acme_secret).status_code == 200
    assert ask(anonymous, acme, Authorization=f"Bearer {acme_secret}").status_code == 200
    assert ask(anonymous, acme, Authorization=f"bearer  {acme_secret}").status_code == 200
    assert ask(anonymous, acme, X_API_Key=acme_secret, Authorization=f"Bearer {acme_secret}").status_code == 200


def test_two_different_keys_are_not_guessed_between(anonymous, acme, acme_secret, acme_key):
    answer = ask(anonymous, acme, X_API_Key=acme_key, Authorization=f"Bearer {acme_secret}")
    assert (answer.status_code, answer.json()["code"]) == (400, "ambiguous_key")


@pytest.mark.parametrize("key", ["mp_live_unknown", "not-a-key", "mp_secret_live_" + "0" * 32])
def test_a_key_nobody_issued_gets_401_with_a_challenge(anonymous, acme, key):
    answer = ask(anonymous, acme, X_API_Key=key)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="MetricPal"'
    assert answer.json()["code"] == "unknown_key"


def test_nothing_at_all_gets_401_with_a_challenge(anonymous, acme):
    answer = ask(anonymous, acme)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="MetricPal"')


def test_a_revoked_key_is_answered_like_an_unknown_one(anonymous, acme, acme_secret, as_owner):
    key = acme.api_keys.get()
    assert ask(anonymous, acme, X_API_Key=acme_secret).status_code == 200
    as_owner.post(f"/api/v1/workspaces/{acme.uid}/keys/{key.uid}/revoke")
    revoked, unknown = ask(anonymous, acme, X_API_Key=acme_secret), ask(anonymous, acme, X_API_Key="mp_live_no")
    assert (revoked.status_code, revoked.json()["detail"]) == (401, unknown.json()["detail"])


def test_a_secret_key_in_a_web_page_of_another_site_is_refused(anonymous, acme, acme_secret):
    answer = ask(anonymous, acme, X_API_Key=acme_secret, Origin="https://shop.example.com")
    assert (answer.status_code, answer.json()["code"]) == (403, "secret_key_in_browser")
    assert ask(anonymous, acme, X_API_Key=acme_secret, Origin="http://testserver").status_code == 200


def test_a_cookie_alone_changes_nothing_without_the_csrf_token(acme, owner):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    path = f"/api/v1/workspaces/{acme.uid}"
    assert client.put(path, '{"name": "x"}', content_type="application/json").status_code == 403
    answer = client.post("/api/tenants", '{"name": "Evil"}', content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 403
