"""The bodies of the account endpoints, as the API documents them."""

from typing import Any

from rest_framework import serializers


class RegisterSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=1024)


class LoginSerializer(serializers.Serializer[Any]):
    """`username` is the e-mail address: the OAuth2 password form calls it so. `email` is taken too."""

    username = serializers.EmailField(required=False)
    email = serializers.EmailField(required=False)
    password = serializers.CharField(write_only=True, trim_whitespace=False, max_length=1024)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("username") or attrs.get("email")):
            raise serializers.ValidationError({"username": "Send your e-mail address as `username` or `email`."})
        return attrs


class CallbackSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=4096)
    redirect_uri = serializers.CharField(max_length=2048)
    nonce = serializers.CharField(required=False, default="", max_length=512)
    code_verifier = serializers.CharField(required=False, default="", max_length=512)


class TokenSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField(read_only=True)
    token_type = serializers.CharField(read_only=True)


class AccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    is_verified = serializers.BooleanField(read_only=True)
