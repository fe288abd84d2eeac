"""E-mail to members of the organization. The Message-ID is the notice's, so mail programs know a repetition."""

import re
import smtplib
from dataclasses import dataclass, replace
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from analytics.channels.base import Channel, Message, sample
from config.lib import clock
from workspaces.providers import DeliveryError, SettingError, option, register

MOST = 20
ADDRESS = re.compile(r"[^@\s,<>]{1,64}@[^@\s,<>]{1,190}")


@dataclass(frozen=True)
class EmailSettings:
    to: str = option("To", help="Addresses of members of your organization, with commas between them.")

    def __post_init__(self) -> None:
        found = self.addresses
        wrong = [each for each in found if not ADDRESS.fullmatch(each)]
        if wrong or not 1 <= len(found) <= MOST:
            raise SettingError("to", f"Write 1 to {MOST} addresses, such as ann@example.com, bob@example.com.")

    @property
    def addresses(self) -> list[str]:
        return list(dict.fromkeys(each.strip().lower() for each in self.to.split(",") if each.strip()))


@register
class Email(Channel):
    kind, label, says, Settings = "email", "E-mail", "Sends a mail to members of your organization.", EmailSettings

    def test(self) -> None:
        now = clock.now()
        self.tell(sample(now, f"test-{int(now.timestamp())}", settings.SITE_URL))

    def only_to(self, allowed: set[str]) -> "Email":
        """The same, without those who have left. DeliveryError when nobody remains."""
        kept = [each for each in self.settings.addresses if each in allowed]
        if not kept:
            raise DeliveryError("None of its addresses belongs to a member of the organization.", permanent=True)
        return Email(replace(self.settings, to=",".join(kept)))

    def tell(self, message: Message) -> None:
        mail = _mail(message, self.settings.addresses)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryError("The mail server refused the addresses.", permanent=min(codes) >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(f"The mail server answered {error.smtp_code}.") from error
        except OSError as error:  # of the network, and all else of smtplib's
            raise DeliveryError("The mail server cannot be reached.") from error


def _mail(message: Message, to: list[str]) -> EmailMultiAlternatives:
    context = {"message": message}
    subject = " ".join(f"{message.title} ({message.place})".split())
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{message.id}@{host}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(subject, render_to_string("emails/alert.txt", context), to=to, headers=headers)
    mail.attach_alternative(render_to_string("emails/alert.html", context), "text/html")
    return mail
