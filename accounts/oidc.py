"""Single sign-on: changes the code an OpenID provider sent a browser back with into who the person is.

    code ──► POST https://{AUTH0_DOMAIN}/oauth/token ──► id token ──► checked by the provider's keys ──► Claims

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth; Auth0 is what the names come from.
"""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.models import Identity, User
from config.lib.problems import Problem

TIMEOUT_SECONDS = 5.0
MAX_ANSWER_BYTES = 256 << 10
LEEWAY_SECONDS = 60  # clocks differ
# Only what the provider's public keys can check: never "none", never a shared secret.
ALGORITHMS = ["RS256"]
REFUSED = "The identity provider's answer is not valid. Start the sign-in again."


@dataclass(frozen=True)
class Provider:
    domain: str
    client_id: str
    client_secret: str

    @property
    def issuer(self) -> str:
        return f"https://{self.domain}/"


@dataclass(frozen=True)
class Claims:
    issuer: str
    subject: str
    email: str
    name: str


def provider() -> Provider:
    """The configured provider. Raises Problem 501 that names what is not set."""
    names = ("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET")
    missing = [name for name in names if not getattr(settings, name)]
    if missing:
        detail = f"Single sign-on is not configured here: set {', '.join(missing)}."
        raise Problem(501, "single_sign_on_not_configured", detail)
    return Provider(settings.AUTH0_DOMAIN, settings.AUTH0_CLIENT_ID, settings.AUTH0_CLIENT_SECRET)


def exchange(idp: Provider, code: str, redirect_uri: str, *, nonce: str = "", code_verifier: str = "") -> Claims:
    """Who the code is for. Raises Problem 401 when the provider refuses it or its answer does not hold."""
    grant = {
        "grant_type": "authorization_code",
        "client_id": idp.client_id,
        "client_secret": idp.client_secret,
        "code": code,
        "redirect_uri": redirect_uri,
    }
    if code_verifier:
        grant["code_verifier"] = code_verifier
    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
        token = _ask(client, "POST", f"{idp.issuer}oauth/token", data=grant).get("id_token")
        keys = _ask(client, "GET", f"{idp.issuer}.well-known/jwks.json")
    return _claims(idp, _verify(idp, str(token), keys), nonce)


def find_user(claims: Claims) -> User:
    """The account of this person; made at the first sign-in, tied to the subject from then on.

    An address that an account holds unverified is refused: whoever made that account may not be its owner.
    """
    known = Identity.objects.select_related("user").filter(issuer=claims.issuer, subject=claims.subject).first()
    if known:
        return known.user
    with transaction.atomic():
        user = User.objects.filter(email__iexact=claims.email).first()
        if user is None:
            user = User.objects.create_user(claims.email, None, name=claims.name[:100])
            EmailAddress.objects.create(user=user, email=claims.email, primary=True, verified=True)
        elif user.identities.filter(issuer=claims.issuer).exists():
            raise _refused("other_subject", "This address belongs to another identity of the same provider.")
        elif not EmailAddress.objects.filter(user=user, email=claims.email, verified=True).exists():
            raise _refused(
                "email_unverified", "An account has this address and has not verified it. Reset its password."
            )
        Identity.objects.create(user=user, issuer=claims.issuer, subject=claims.subject)
    return user


def _ask(client: httpx.Client, method: str, url: str, **kwargs: Any) -> dict[str, Any]:
    """One call to the provider: a JSON object of bounded size, or Problem."""
    try:
        with client.stream(method, url, **kwargs) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise _refused("provider_answer", REFUSED)
    except httpx.HTTPError as error:
        raise Problem(502, "provider_away", "The identity provider does not answer. Try again later.") from error
    if response.status_code in (400, 401, 403):
        raise _refused("code_refused", "The identity provider refused the code. Start the sign-in again.")
    if response.status_code != 200:
        raise Problem(502, "provider_away", f"The identity provider answered {response.status_code}.")
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise _refused("provider_answer", REFUSED) from error
    return answer if isinstance(answer, dict) else {}


def _verify(idp: Provider, token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """The claims of an id token whose signature, audience, issuer and times hold."""
    try:
        key = jwt.PyJWKSet.from_dict(keys)[str(jwt.get_unverified_header(token).get("kid"))]
        return jwt.decode(
            token,
            key=key.key,
            algorithms=ALGORITHMS,
            audience=idp.client_id,
            issuer=idp.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise _refused("id_token", REFUSED) from error


def _claims(idp: Provider, claims: dict[str, Any], nonce: str) -> Claims:
    meant_for_us = claims.get("azp", idp.client_id) == idp.client_id
    if not meant_for_us or (nonce and claims.get("nonce") != nonce):
        raise _refused("id_token", REFUSED)
    email = str(claims.get("email", "")).lower()
    if not email or claims.get("email_verified") is not True:
        raise _refused("email_unverified", "Verify your e-mail address at the identity provider first.")
    return Claims(idp.issuer, claims["sub"], email, str(claims.get("name", "")))


def _refused(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer realm="MetricPal"'})
