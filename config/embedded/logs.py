"""The logs of the children below var/log, and the mail among them that a person waits for."""

from email import message_from_bytes, policy
from pathlib import Path

from config.launcher.terminal import say

TOO_LONG_BYTES = 10_000_000
# What Django's console backend prints after each mail.
END_OF_MAIL = b"-" * 79 + b"\n"


def rotate(logs: Path) -> None:
    """At each start a log that has grown long becomes NAME.log.1, in place of the one before."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > TOO_LONG_BYTES:
            log.rename(log.with_suffix(".log.1"))


class Mail:
    """Shows on the terminal the mails that web and worker print, without their HTML half: the links are needed."""

    def __init__(self, logs: Path) -> None:
        self.path = logs / "mail.log"
        self.path.touch()
        self.seen = self.path.stat().st_size

    def show_new(self) -> None:
        if self.path.stat().st_size == self.seen:
            return
        with open(self.path, "rb") as file:
            file.seek(self.seen)
            *whole, _ = file.read().split(END_OF_MAIL)  # the last one may still be on its way
        for mail in whole:
            self.seen += len(mail) + len(END_OF_MAIL)
            say(_readable(mail))


def _readable(mail: bytes) -> str:
    # Celery says on the same output that it stops: a mail begins with its first header.
    message = message_from_bytes(mail[max(0, mail.find(b"Content-Type:")) :], policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body else ""
    return f"\n┌ Mail to {message['to']}: {message['subject']}\n" + "".join(f"│ {line}\n" for line in text.splitlines())
