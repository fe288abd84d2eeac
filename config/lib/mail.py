"""Mails go by the way that EMAIL_URL names; that they went is told (config.lib.happenings)."""

import logging
import smtplib
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from config.lib import clock
from config.lib.happenings import tell

log = logging.getLogger(__name__)


def send_each(messages: Iterable[EmailMessage]) -> bool:
    """News that several people get, each in a mail of their own; whether that was it: somebody has it, or nobody ever
    will. Else try again later.

    Once one has it nobody is tried again: an address that is never taken would bring the others mail after mail.
    """
    fates = [_fate(each) for each in messages]
    return "sent" in fates or "again" not in fates


def _fate(message: EmailMessage) -> Literal["sent", "refused", "again"]:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        log.warning("mail refused: %s", error)
        return "refused" if min(code for code, _ in error.recipients.values()) >= 500 else "again"
    except OSError as error:  # of the network, and all else of smtplib's
        log.warning("mail not sent: %s", error)
        return "again"
    return "sent"


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
