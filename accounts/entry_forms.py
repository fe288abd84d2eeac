"""allauth's forms in the product's words: it says "Email", every other page "e-mail address"."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.core import context


class OurWords:
    """For a form with one field for an address, which allauth calls `email`, or `login` where one signs in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login" if "login" in self.fields else "email"]  # type: ignore[attr-defined]
        field.label = "E-mail address"
        field.widget.attrs["placeholder"] = "you@example.com"


class SignIn(OurWords, forms.LoginForm):  # type: ignore[misc]
    pass


class SignUp(OurWords, forms.SignupForm):  # type: ignore[misc]
    def clean_email(self) -> Any:
        """An invitation proves its own address: who signs up with another has to confirm that one, as everybody."""
        email = super().clean_email()
        adapter = get_adapter()
        if not adapter.is_email_verified(context.request, email):
            adapter.unstash_verified_email(context.request)
        return email


class ForgottenPassword(OurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class NewAddress(OurWords, forms.AddEmailForm):  # type: ignore[misc]
    pass
