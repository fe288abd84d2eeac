"""A served site and a Chromium that looks at it, for the tests marked `browser`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from config.launcher import chromium

ARGUMENTS = [
    "--no-sandbox",  # as root, Chromium runs only so
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_or_skip() -> str:
    """Its path. Where there is none, the test is skipped."""
    return chromium.path() or pytest.skip(f"needs Chromium: apt-get install {chromium.PACKAGE}")


@pytest.fixture
def live_site(live_server: LiveServer) -> str:
    """The address of the site, served by threads of the test's own process."""
    address: str = live_server.url
    return address


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module with a browser is one group, for one worker: spread over all, each would start a Chromium for it."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))


# For one module: as long as Playwright runs, an event loop runs in this thread, and tests with one of their own fail.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium_or_skip()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Because of that loop Django takes every query for one from asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page: own cookies, own storage; anything that takes five seconds has failed."""
    context = browser.new_context()
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()
