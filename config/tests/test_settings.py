"""The settings, their list in .env.example, and the checks of a deployment."""

import os
import re
import subprocess
import sys

import pytest
from django.core.checks import Error, Warning

from config import settings as usual
from config.checks import check_deployment
from config.launcher.configuration import ROOT

# Read before Django runs, or by gunicorn.
ELSEWHERE = {"METRICPAL_PORT", "WEB_WORKERS"}


def test_env_example_lists_every_setting_and_nothing_else():
    read = set(re.findall(r'\benv\.\w+\(\s*"(\w+)"', (ROOT / "config/settings.py").read_text()))
    listed = set(re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert listed == read | ELSEWHERE


def test_a_setting_left_empty_is_one_left_out():
    listed = re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    look = (
        "from config import gunicorn, settings;"
        "print(gunicorn.workers, [f'{n} is {v}' for n, v in vars(settings).items() if n.isupper()])"
    )
    bare = {name: value for name, value in os.environ.items() if name not in listed}

    def told(given):
        done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, env=bare | given, capture_output=True, text=True)
        return done.stdout, done.stderr

    usually = told({})

    assert "INGEST_SHARDS is 1" in usually[0]
    assert told(dict.fromkeys(listed, "")) == usually


@pytest.fixture
def good(settings):
    """A deployment with nothing to complain about."""
    settings.SECRET_KEY, settings.DEBUG, settings.SECURE = "long-and-random", False, True
    settings.HEADLESS_JWT_PRIVATE_KEY, settings.METRICS_TOKEN = "-----BEGIN PRIVATE KEY-----", "token"
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["metrics.example.com"], "https://metrics.example.com"
    settings.REDIS_URL, settings.BUFFER_URL = "redis://a:6379/0", "redis://b:6379/0"
    settings.EVENT_STORE_URL = "http://default:secret@store:8123/metricpal"
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


def test_a_good_deployment_passes(good):
    assert check_deployment(None) == []


@pytest.mark.parametrize(
    "name, value, complaint",
    [
        ("SECRET_KEY", "insecure-key-for-development-only", "metricpal.E001"),
        ("DEBUG", True, "metricpal.E002"),
        ("HEADLESS_JWT_PRIVATE_KEY", "", "metricpal.E003"),
        ("ALLOWED_HOSTS", ["*"], "metricpal.E004"),
        ("EVENT_STORE_URL", "chdb:///var/eventstore", "metricpal.E005"),
        ("STRIPE_SECRET_KEY", "sk_live_1", "metricpal.E006"),
        ("DATA_RETENTION_DAYS", 3, "metricpal.E007"),
        ("SECURE", False, "metricpal.W001"),
        ("BUFFER_URL", "redis://a:6379/0", "metricpal.W002"),
        ("METRICS_TOKEN", "", "metricpal.W003"),
        ("SITE_URL", "http://127.0.0.1:8000", "metricpal.W005"),
        ("MAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "metricpal.W004"),
    ],
)
def test_a_wrong_deployment_is_named(good, name, value, complaint):
    setattr(good, name, value)

    found = check_deployment(None)

    assert [each.id for each in found] == [complaint]
    assert isinstance(found[0], Error if ".E" in complaint else Warning)


def test_mails_that_are_printed_as_usual_are_warned_of(good):
    """By the way that sends them: EMAIL_BACKEND is a door of ours in front of it, whatever EMAIL_URL says."""
    good.EMAIL_BACKEND, good.MAIL_BACKEND = usual.EMAIL_BACKEND, usual.MAIL_BACKEND

    assert [each.id for each in check_deployment(None)] == ["metricpal.W004"]
