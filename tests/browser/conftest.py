"""The page in a real browser, over a service on a copy of a small library.

`open_site(...)` starts both on free ports; `site` is one that all tests of a session share and none
changes. `page` is a fresh window on it. Without chromium the journeys are skipped with the reason;
with RETRACE_REQUIRE_BROWSER they fail instead. RETRACE_SCREENSHOTS names a folder for pictures.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from segments.ports import free_port
from tests.support.served import served
from tests.support.service import indexed_library  # noqa: F401 # a fixture
from tests.support.waiting import wait_until

APP = Path(__file__).parent.parent.parent / "ui/app.py"
SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
THEMES = ("light", "dark")
TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)


@dataclass(frozen=True)
class Site:
    """A page and its service."""

    address: str
    service: str
    library: Path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and os.environ.get("RETRACE_REQUIRE_BROWSER"):
        pytest.fail("no chromium is here, and RETRACE_REQUIRE_BROWSER wants one: make browser")
    if found is None:
        pytest.skip("NO BROWSER: the journeys are not tested; `make browser` installs one")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def page_server(service: str, **environment: str) -> Generator[str]:
    """The address of the page over a service, until the block's end."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    variables = {**os.environ, "RETRACE_URL": service, "RETRACE_TIMEZONE": "UTC", **environment}
    running = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/_stcore/health"))
        yield address
    finally:
        running.terminate()
        running.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@contextmanager
def open_site(
    library: Path, *, page: dict[str, str] | None = None, **settings: Any
) -> Iterator[Site]:
    """Service and page over a library, which the service may change.

    Args:
        page: variables of the page's environment: RETRACE_KEY.
        settings: of the service.
    """
    with ExitStack() as opened:
        service = opened.enter_context(served(library, **settings))
        wait_until(lambda: _answers(f"{service}/readyz"))
        yield Site(opened.enter_context(page_server(service, **page or {})), service, library)


@pytest.fixture(scope="session")
def site(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: F811
    """Shared, not to be changed."""
    library = tmp_path_factory.mktemp("site") / "library"
    shutil.copytree(indexed_library, library)
    with open_site(library) as opened:
        yield opened


@pytest.fixture
def library_copy(indexed_library: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A copy of the small library for a test that changes it, or its keys: see `open_site`."""
    shutil.copytree(indexed_library, tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh window of 1280 by 720; what it shows at the test's end is kept as a picture."""
    width, height = SIZES["720p"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, accept_downloads=True, color_scheme="light"
    )
    context.set_default_timeout(TIMEOUT_MS)
    opened = context.new_page()
    yield opened
    if folder := os.environ.get("RETRACE_SCREENSHOTS"):
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png")
    context.close()


def settle(page: Page) -> None:
    """Waits until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """`look(page, name)` keeps NAME-SIZE-THEME.png of both sizes and themes."""

    def keep(page: Page, name: str) -> None:
        folder = os.environ.get("RETRACE_SCREENSHOTS")
        if not folder:
            return
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                settle(page)
                page.screenshot(path=Path(folder) / f"{name}-{size}-{theme}.png")

    return keep
