"""Single sign-on against an identity provider that speaks the true protocol over TLS, on this machine."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.models import Identity, User

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
REDIRECT = "https://app.example.com/callback"
GOOD = {"code": "good", "redirect_uri": REDIRECT, "nonce": "n-1"}


class Provider(HTTPServer):
    """Answers /oauth/token for the code `good`, once, and publishes its key."""

    domain = ""
    changes: dict[str, Any]
    signed_with: Any = KEY
    algorithm = "RS256"
    status = 200
    asked: list[dict[str, str]]
    used: set[str]

    def id_token(self) -> str:
        claims = {
            "iss": f"https://{self.domain}/",
            "aud": "client-1",
            "sub": "auth0|7",
            "iat": time.time(),
            "exp": time.time() + 300,
            "nonce": "n-1",
            "email": "Ada@Example.com",
            "email_verified": True,
            "name": "Ada",
        } | self.changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.signed_with, self.algorithm, {"kid": "key-1"})

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        known = form.get("code") == "good" and form.get("client_secret") == "secret-1"
        if not known or form["code"] in self.used or form.get("redirect_uri") != REDIRECT:
            return 403, {"error": "invalid_grant"}
        self.used.add(form["code"])
        return self.status, {"id_token": self.id_token(), "access_token": "opaque", "token_type": "Bearer"}

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [public | {"kid": "key-1", "use": "sig", "alg": "RS256"}]}


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        found = self.path == "/oauth/token"
        answer = self.server.token({name: values[0] for name, values in parse_qs(body).items()})
        self.send(*(answer if found else (404, {})))

    def do_GET(self) -> None:
        self.send(200, self.server.keys() if self.path == "/.well-known/jwks.json" else {})

    def send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def certificate(folder: Path) -> tuple[Path, Path]:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder(name, name, KEY.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(KEY, hashes.SHA256())
    )
    key = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Provider]:
    cert, key = certificate(tmp_path_factory.mktemp("tls"))
    provider = Provider(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    provider.socket = context.wrap_socket(provider.socket, server_side=True)
    provider.domain = f"127.0.0.1:{provider.server_port}"
    provider.cert = str(cert)  # type: ignore[attr-defined]
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield provider
    provider.shutdown()
    provider.server_close()


@pytest.fixture
def idp(running, settings, monkeypatch) -> Provider:
    settings.AUTH0_DOMAIN, settings.AUTH0_CLIENT_ID, settings.AUTH0_CLIENT_SECRET = (
        running.domain,
        "client-1",
        "secret-1",
    )
    monkeypatch.setenv("SSL_CERT_FILE", running.cert)
    running.changes, running.asked, running.used = {}, [], set()
    running.signed_with, running.algorithm, running.status = KEY, "RS256", 200
    return running


def call(client, body: dict[str, str] = GOOD):
    return client.post("/api/auth/callback", body, content_type="application/json")


def test_without_a_provider_the_answer_names_what_to_set(anonymous):
    answer = call(anonymous)
    assert (answer.status_code, answer.json()["code"]) == (501, "single_sign_on_not_configured")
    assert "AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET" in answer.json()["detail"]


def test_a_code_becomes_an_account_and_a_token(anonymous, idp):
    token = call(anonymous).json()["access_token"]
    me = anonymous.get("/api/auth/user", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["email"], me["name"], me["is_verified"]) == ("ada@example.com", "Ada", True)
    assert idp.asked[0]["grant_type"] == "authorization_code"
    assert not User.objects.get().has_usable_password()


def test_the_same_person_comes_back_to_the_same_account_even_under_a_new_address(anonymous, idp):
    call(anonymous)
    idp.used.clear()
    idp.changes = {"email": "ada.l@example.com"}
    assert call(anonymous).status_code == 200
    assert User.objects.get().email == "ada@example.com"


def test_a_verified_account_with_the_address_is_joined_to_the_identity(anonymous, idp, owner):
    idp.changes = {"email": owner.email}
    assert call(anonymous).status_code == 200
    assert Identity.objects.get().user == owner


def test_an_unverified_account_with_the_address_is_not_taken_over(anonymous, idp, owner):
    owner.emailaddress_set.update(verified=False)
    idp.changes = {"email": owner.email}
    assert (call(anonymous).status_code, Identity.objects.count()) == (401, 0)


def test_another_subject_with_the_same_address_is_refused(anonymous, idp):
    call(anonymous)
    idp.used.clear()
    idp.changes = {"sub": "auth0|8"}
    assert call(anonymous).json()["code"] == "other_subject"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example/"},
        {"aud": "client-2"},
        {"aud": ["client-1", "client-2"], "azp": "client-2"},
        {"azp": "client-2"},
        {"exp": time.time() - 120},
        {"exp": None},
        {"sub": None},
        {"nonce": "n-2"},
        {"nonce": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
    ],
)
def test_an_id_token_that_does_not_hold_is_refused(anonymous, idp, changes):
    idp.changes = changes
    assert call(anonymous).status_code == 401
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "signed_with, algorithm", [(OTHER_KEY, "RS256"), ("a" * 32, "HS256"), (None, "none"), (KEY, "RS512")]
)
def test_only_a_signature_by_the_published_key_counts(anonymous, idp, signed_with, algorithm):
    idp.signed_with, idp.algorithm = signed_with, algorithm
    assert call(anonymous).json()["code"] == "id_token"


def test_a_code_is_good_once(anonymous, idp):
    assert call(anonymous).status_code == 200
    assert call(anonymous).json()["code"] == "code_refused"


@pytest.mark.parametrize("change", [{"code": "bad"}, {"redirect_uri": "https://evil.example/"}])
def test_what_the_provider_refuses_is_refused(anonymous, idp, change):
    assert call(anonymous, GOOD | change).status_code == 401


@pytest.mark.parametrize("status", [302, 500])
def test_a_provider_in_trouble_is_502_and_redirects_are_not_followed(anonymous, idp, status):
    idp.status = status
    answer = call(anonymous)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_away")


def test_a_provider_that_is_away_is_502(anonymous, idp, settings):
    settings.AUTH0_DOMAIN = "127.0.0.1:9"
    assert (call(anonymous).status_code, call(anonymous).json()["code"]) == (502, "provider_away")


def test_a_closed_account_does_not_come_in_through_the_provider(anonymous, idp):
    call(anonymous)
    User.objects.update(is_active=False)
    idp.used.clear()
    assert call(anonymous).status_code == 401


def test_an_address_that_was_written_in_capitals_is_the_same_one(anonymous, idp, owner):
    User.objects.filter(pk=owner.pk).update(email="Owner@Example.com")  # as operators could write it once
    idp.changes = {"email": "owner@example.com"}
    assert call(anonymous).status_code == 200
    assert Identity.objects.get().user == owner
