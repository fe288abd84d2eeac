"""`python -m config.prepare`: bring the stores to the shape of this version; on the first run, make the demo.

Prints one line of JSON: how to sign in to the demo, or null where there is none.
"""

import io
import json
import sys
from pathlib import Path

import django
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from tracking import kafka


def prepare() -> dict[str, str] | None:
    from workspaces.models import Organization

    kafka.check()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("migrate_events", verbosity=0)
    unfinished = Path(settings.VAR_DIR) / "demo.unfinished"
    if unfinished.exists() or not Organization.objects.exists():
        unfinished.touch()  # a kill half way: the next start sends again, and what is there counts once
        call_command("demo", "--resume", stdout=io.StringIO())
        call_command("demo_business", stdout=io.StringIO())
        call_command("demo_alerts", stdout=io.StringIO())
        unfinished.unlink()
    return _login()


def _login() -> dict[str, str] | None:
    shown = io.StringIO()
    call_command("demo", "--show", stdout=shown)
    login: dict[str, str] | None = json.loads(shown.getvalue())
    return login


def main() -> None:
    django.setup()
    try:
        print(json.dumps(prepare()))
    except OperationalError as error:
        sys.exit(f"PostgreSQL does not answer. Is DATABASE_URL right?\n{error}")
    except kafka.KafkaAway as error:
        sys.exit(str(error))
    except redis.RedisError as error:
        sys.exit(f"Valkey does not answer. Are REDIS_URL and BUFFER_URL right?\n{error}")
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
