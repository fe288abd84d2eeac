"""Where allauth asks us: whose address a request has, where it may send a browser, how second factors are stored."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from config.lib import crypto
from config.lib.addresses import client_address

# allauth's sentences about addresses, in the word of all other pages.
OUR_WORDS = {
    "duplicate_email": "This is the e-mail address of your account already.",
    "email_password_mismatch": "The e-mail address or the password is not correct.",
    "email_taken": "There is an account with this e-mail address already.",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | OUR_WORDS

    def is_safe_url(self, url: str) -> bool:
        """Only this very host: allauth would also allow every other name we answer to."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the rate limits count by. A forwarded address is believed from a trusted proxy only."""
        return client_address(request.META)

    def login_key(self, request: HttpRequest, email: str) -> str:
        """By which allauth counts the wrong passwords of one address."""
        key: str = self._get_login_attempts_cache_key(request, email=email)
        return key


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secret of an authenticator app and the seed of recovery codes are sealed: a stolen backup holds neither."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": "Turn off the second factor, change the address, and turn it on again.",
        "unverified_email": "Confirm your e-mail address first: open the link in the mail we sent you.",
        "incorrect_code": "This code is wrong or was used already. Wait for the next one.",
    }

    def encrypt(self, text: str) -> str:
        return crypto.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises crypto.SealBroken: no code is right rather than one that can be guessed."""
        return crypto.unseal(encrypted_text)
