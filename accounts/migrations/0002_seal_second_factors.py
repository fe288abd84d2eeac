"""Seals the secrets of second factors that were stored as they are."""

from typing import Any

from django.db import migrations

from config.lib import crypto

SECRETS = ("secret", "seed")  # of an authenticator app, of recovery codes
SEALED = "gAAAA"  # how every sealed text begins, and no secret: those are upper case or hexadecimal


def seal(apps: Any, schema_editor: Any) -> None:
    for each in apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "recovery_codes")):
        plain = {name: each.data[name] for name in SECRETS if not each.data.get(name, SEALED).startswith(SEALED)}
        each.data |= {name: crypto.seal(secret) for name, secret in plain.items()}
        each.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
