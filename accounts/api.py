"""Accounts over HTTP: register, log in for a token, log out, who am I, single sign-on."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import api_view, authentication_classes, parser_classes, permission_classes
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import oidc, sign_in
from accounts.permissions import IsPerson, person
from accounts.serializers import (
    AccountSerializer,
    CallbackSerializer,
    LoginSerializer,
    RegisterSerializer,
    TokenSerializer,
)
from config.lib.json_parser import BoundedJSONParser

CREDENTIALS = {"email": "user@example.com", "password": "secure_password"}
TOKEN = OpenApiExample("Token", {"access_token": "eyJhbGciOi…", "token_type": "bearer"}, response_only=True)


@extend_schema(
    tags=["Accounts"],
    request=RegisterSerializer,
    responses={201: AccountSerializer},
    examples=[OpenApiExample("Register", CREDENTIALS, request_only=True)],
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def register(request: Request) -> Response:
    """Make an account. A mail asks to confirm the address."""
    body = RegisterSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return Response(sign_in.register(request._request, **body.validated_data), status=201)


@extend_schema(
    tags=["Accounts"],
    request={"application/x-www-form-urlencoded": LoginSerializer, "application/json": LoginSerializer},
    responses=TokenSerializer,
    examples=[OpenApiExample("Log in", CREDENTIALS, request_only=True), TOKEN],
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@parser_classes([FormParser, BoundedJSONParser])
def login(request: Request) -> Response:
    """Log in for a token, to be sent as `Authorization: Bearer …`. It works for an hour, or until you log out."""
    body = LoginSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    email = body.validated_data.get("username") or body.validated_data["email"]
    return Response(sign_in.sign_in(request._request, email, body.validated_data["password"]))


@extend_schema(tags=["Accounts"], request=None, responses={204: None})
@api_view(["POST"])
@permission_classes([IsPerson])
def log_out(request: Request) -> Response:
    """End the session behind this token: the token is void at once."""
    claims: Any = request.auth  # None where a browser's session calls
    sign_in.sign_out(request._request, claims)
    return Response(status=204)


@extend_schema(tags=["Accounts"], responses=AccountSerializer)
@api_view(["GET"])
@permission_classes([IsPerson])
def me(request: Request) -> Response:
    """Who the token or the session belongs to."""
    return Response(sign_in.account(person(request)))


@extend_schema(
    tags=["Accounts"],
    request=CallbackSerializer,
    responses=TokenSerializer,
    examples=[
        OpenApiExample("Code", {"code": "SplxlOBe…", "redirect_uri": "https://app.example.com/cb"}, request_only=True),
        TOKEN,
    ],
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def callback(request: Request) -> Response:
    """Sign in with the code that the identity provider sent the browser back with."""
    idp = oidc.provider()
    body = CallbackSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    sign_in.limit(request._request, "login")
    user = oidc.find_user(oidc.exchange(idp, **body.validated_data))
    return Response(sign_in.sign_in_user(request._request, user, method="oidc"))
