"""Who an API request is from: a key, or a person with a token. Sessions of the browser are DRF's own class.

    X-API-Key: mp_…    Authorization: Bearer mp_…     -> request.user = KeyHolder, request.auth = the key
    Authorization: Bearer <JWT>                       -> request.user = the person

401 always carries WWW-Authenticate, as RFC 9110 asks.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config.lib import clock
from config.lib.problems import Problem
from workspaces import api_keys
from workspaces.models import ApiKey, Workspace

CHALLENGE = 'Bearer realm="MetricPal"'


def bearer(request: Request) -> str:
    """The credential of `Authorization: Bearer …`, or ''."""
    scheme, _, credential = get_authorization_header(request).decode("latin-1").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def key_of(request: Request) -> str:
    """The text of the key in the headers, or ''. Two different ones are refused: we do not guess."""
    credential = bearer(request)
    given = {request.headers.get("X-API-Key", "").strip(), credential if credential.startswith("mp_") else ""} - {""}
    if len(given) > 1:
        raise Problem(400, "ambiguous_key", "The request carries two different keys. Send one.")
    return given.pop() if given else ""


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[api_keys.KeyHolder, ApiKey] | None:
        raw = key_of(request)
        if not raw:
            return None
        key = api_keys.authenticate(raw, clock.now())
        if key is None:
            raise AuthenticationFailed("This API key is not known, is revoked or has expired.", code="unknown_key")
        if key.kind == ApiKey.Kind.SECRET and _is_from_elsewhere(request):
            raise Problem(
                403,
                "secret_key_in_browser",
                "A web page must not hold a secret key. Use a publishable key and revoke this one.",
            )
        _check_named(request, key.workspace)
        request.workspace = key.workspace  # type: ignore[attr-defined]
        return api_keys.KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class TokenAuthentication(JWTTokenAuthentication):  # type: ignore[misc]
    def authenticate(self, request: Request) -> Any:
        credential = bearer(request)
        if not credential or credential.startswith("mp_"):
            return None
        return self.authenticate_credentials(credential)

    def authenticate_credentials(self, key: str) -> Any:
        try:
            return super().authenticate_credentials(key)
        except AuthenticationFailed as error:
            raise AuthenticationFailed(
                "This token is not valid or has expired. Log in again at /auth/jwt/login.", code="unknown_token"
            ) from error

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def _check_named(request: Request, workspace: Workspace) -> None:
    """Http404 if the request names another workspace than its key's, as for one that is not there."""
    own, tenant = {str(workspace.uid), workspace.slug}, workspace.organization
    if name := request.query_params.get("workspace"):
        is_own = name in own
    else:
        name = request.headers.get("X-Tenant-Slug", "")
        is_own = name in own | {str(tenant.uid), tenant.slug}
    if name and not is_own:
        raise Http404


def _is_from_elsewhere(request: Request) -> bool:
    """Whether a page of another site sends this: browsers name it in Origin, servers send none."""
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "workspaces.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "workspaces.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
