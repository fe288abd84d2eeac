"""What names and codes may look like, wherever they are typed."""

from typing import Literal

from django.core.validators import RegexValidator

Environment = Literal["live", "test"]
ENVIRONMENTS: tuple[Environment, ...] = ("live", "test")
CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Use the three letters of ISO 4217, such as EUR.")
# Line breaks and control characters would break mails, file names and logs that carry the name.
PRINTABLE = RegexValidator(r"^[^\x00-\x1f\x7f\u2028\u2029]*\Z", "Leave out line breaks and control characters.")
SLUG = RegexValidator(r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$", "Use lower-case letters, digits and hyphens.")
