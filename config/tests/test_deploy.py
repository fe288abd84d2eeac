"""The container files are checked by reading them: what they name must exist here."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from config.celery import app
from config.embedded.programs import programs

DEPLOY = settings.BASE_DIR / "config" / "deploy"
SETTINGS = (settings.BASE_DIR / "config" / "settings.py").read_text()


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_every_variable_of_the_compose_file_is_a_setting():
    names = set(compose()["x-app"]["environment"])

    assert names  # the file did set some
    assert [name for name in sorted(names) if f'"{name}"' not in SETTINGS] == []


def test_every_setting_of_the_file_beside_it_reaches_the_processes():
    """`environment` names a few; the others, such as SITE_URL and STRIPE_SECRET_KEY, have no other way in."""
    assert compose()["x-app"]["env_file"] == [{"path": ".env", "required": False}]
    assert compose()["services"]["courier"]["env_file"] == compose()["x-app"]["env_file"]


def test_every_dependency_of_a_service_is_a_service():
    services = compose()["services"]

    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name


def test_every_process_of_the_product_is_a_service():
    assert {"web", "live", "writer", "worker", "beat", "migrate"} <= set(compose()["services"])


def test_every_queue_has_a_worker_and_every_thread_of_it_a_connection():
    """A task of a queue that nobody reads is never done; a thread that waits for a connection fails after 5 s."""
    queues = {settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())}
    up = next(each.command for each in programs(Path("var"), 8000) if each.name == "worker")
    ours = [
        list(service["command"]) for service in compose()["services"].values() if "worker" in service.get("command", ())
    ]
    asked = [options(command) for command in (up, *ours)]

    app.loader.import_default_modules()
    assert set(settings.CELERY_TASK_ROUTES) <= set(app.tasks)
    assert set(asked[0]["--queues"].split(",")) == queues
    assert {each["--queues"] for each in asked[1:]} == queues
    assert {int(each["--concurrency"]) for each in asked} == {
        settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    }


def options(command: list[str]) -> dict[str, str]:
    """--name=value and --name value."""
    words = [word for part in command for word in part.split("=", 1)]
    return dict(zip(words, words[1:], strict=False))


def test_what_is_acknowledged_is_on_disk_in_the_compose_file_too():
    command = compose()["services"]["buffer"]["command"]

    assert command[command.index("--appendfsync") + 1] == "always"


def test_kafka_is_started_only_where_it_is_asked_for_and_keeps_its_data():
    kafka = compose()["services"]["kafka"]

    assert kafka["profiles"] == ["kafka"]
    waits = compose()["services"]["migrate"]["depends_on"]["kafka"]
    assert waits == {"condition": "service_healthy", "required": False}
    (volume,) = kafka["volumes"]
    assert volume.partition(":")[2] == kafka["environment"]["KAFKA_LOG_DIRS"]


def test_the_dockerfile_copies_only_what_exists():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.M) for word in line.split()[:-1]]

    assert "requirements.txt" in sources
    assert [source for source in sources if not (settings.BASE_DIR / source).exists()] == []
