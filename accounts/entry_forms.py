"""allauth's forms in the product's words: it says "Email", every other page "e-mail address"."""

from typing import Any
from urllib.parse import urlencode

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.core import context
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse


class OurWords:
    """For a form with one field for an address, which allauth calls `email`, or `login` where one signs in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login" if "login" in self.fields else "email"]  # type: ignore[attr-defined]
        field.label = "E-mail address"
        field.widget.attrs["placeholder"] = "you@example.com"


class SignIn(OurWords, forms.LoginForm):  # type: ignore[misc]
    pass


class FreeAddress:
    """For a form that makes an account."""

    def validate_unique_email(self, email: str) -> Any:
        """An address that somebody wishes to change to and has not confirmed is free for whoever signs up with it."""
        wished = EmailAddress.objects.filter(email=email.lower(), verified=False)
        wished.exclude(user__email__iexact=email).delete()
        return super().validate_unique_email(email)  # type: ignore[misc]

    def save(self, request: HttpRequest) -> Any:
        """ValidationError for the second of two at the same moment, as of a double click."""
        try:
            with transaction.atomic():
                return super().save(request)  # type: ignore[misc]
        except IntegrityError:
            raise get_adapter().validation_error("email_taken") from None


class SignUp(OurWords, FreeAddress, forms.SignupForm):  # type: ignore[misc]
    def try_save(self, request: HttpRequest) -> Any:
        try:
            return super().try_save(request)
        except ValidationError as taken:
            messages.info(request, taken.messages[0])
            return None, redirect(f"{reverse('account_login')}?{urlencode({'next': request.POST.get('next', '/')})}")

    def clean_email(self) -> Any:
        """An invitation proves its own address: who signs up with another has to confirm that one, as everybody."""
        email = super().clean_email()
        adapter = get_adapter()
        if not adapter.is_email_verified(context.request, email):
            adapter.unstash_verified_email(context.request)
        return email


class ForgottenPassword(OurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    users: list[Any]  # whom the link goes to

    def clean_email(self) -> Any:
        """The link goes to the account's own address: one that waits to be confirmed may be anybody's."""
        email = super().clean_email()
        self.users = [user for user in self.users if user.email.lower() == email.lower()]
        return email


class NewAddress(OurWords, forms.AddEmailForm):  # type: ignore[misc]
    def save(self, request: HttpRequest) -> EmailAddress:
        """Takes the place of another one that waits. The account's own stays until then, confirmed or not: allauth
        would take away one that is not, and leave an account without an address."""
        with transaction.atomic():
            waiting = EmailAddress.objects.filter(user=self.user, verified=False)
            waiting.exclude(email=self.user.email.lower()).delete()
            made: EmailAddress = EmailAddress.objects.create(user=self.user, email=self.cleaned_data["email"])
        send_verification_email_to_address(request, made)
        return made
