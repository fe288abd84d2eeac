"""Mails go by the way that EMAIL_URL names; that they went is told (config.lib.happenings)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from config.lib import clock
from config.lib.happenings import tell


class EmailBackend(BaseEmailBackend):
    """In front of `settings.MAIL_BACKEND`, which does the sending."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.way = get_connection(settings.MAIL_BACKEND, fail_silently=fail_silently, **options)

    def open(self) -> bool | None:
        return self.way.open()

    def close(self) -> None:
        self.way.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = self.way.send_messages(email_messages) or 0
        for message in email_messages if sent else []:
            tell("mail.send", message.to[0] if message.to else "", clock.now())
        return sent
