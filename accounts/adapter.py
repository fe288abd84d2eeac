"""Where allauth asks us: whose address a request has, and which addresses it may send a browser to."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from config.lib.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_safe_url(self, url: str) -> bool:
        """Only this very host: allauth would also allow every other name we answer to."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the rate limits count by. A forwarded address is believed from a trusted proxy only."""
        return client_address(request.META)
