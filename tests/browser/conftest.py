"""The page in a real browser, over a service on a copy of a small library.

`site` is one that all tests of a session share and none changes. `page` is a fresh page in one
window, whose console must stay free of errors. Without chromium the journeys are skipped with the
reason; with RETRACE_REQUIRE_BROWSER they fail instead. RETRACE_SCREENSHOTS names a folder for
pictures; RETRACE_SCREENSHOT_SIZES=720p,1080p,4k adds those of a wall, which take their time.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.making import make_long_library, write_tone
from tests.browser.sites import ENDED, Site, open_site
from tests.support.service import indexed_library  # noqa: F401 # a fixture
from tests.support.shown import Shown, make_shown_library
from tests.support.small_service import tiny_profile

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
THEMES = ("light", "dark")
TIMEOUT_MS = 60_000
FLAGS = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
expect.set_options(timeout=TIMEOUT_MS)
SEARCHED = "/_stcore/"
"""In addresses at which Streamlit looks for its own server, of which one is right."""
PICTURES_ARE_THERE = """() => {
  const within = (root) => [...root.querySelectorAll("*")].flatMap((one) =>
    [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
  const isSeen = (box) => box.bottom > 0 && box.top < innerHeight;
  return within(document)
    .filter((one) => one.tagName === "IMG" && isSeen(one.getBoundingClientRect()))
    .every((one) => one.complete);
}"""


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
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Its microphone hears a tone."""
    with sync_playwright() as playwright:
        heard = write_tone(tmp_path_factory.mktemp("microphone") / "tone.wav")
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={heard}"]
        opened = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: F811
    """Shared, not to be changed."""
    library = tmp_path_factory.mktemp("site") / "library"
    shutil.copytree(indexed_library, library)
    with open_site(library) as opened:
        yield opened


@pytest.fixture(scope="session")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Fifty moments and more of one camera; shared, not to be changed."""
    with open_site(make_long_library(tmp_path_factory.mktemp("long"))) as opened:
        yield opened


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Recordings with scores and reasons."""
    return make_shown_library(tmp_path_factory.mktemp("shown"))


@pytest.fixture(scope="session")
def watched(shown: Shown) -> Iterator[Site]:
    """A page on them; shared."""
    with open_site(shown.root, load_profile=tiny_profile) as opened:
        yield opened


@pytest.fixture
def library_copy(indexed_library: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A copy of the small library for a test that changes it, or its keys: see `open_site`."""
    shutil.copytree(indexed_library, tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One for all journeys: what a browser has loaded of the page it need not load again."""
    width, height = SIZES["720p"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        accept_downloads=True,
        color_scheme="light",
        permissions=["microphone"],
    )
    context.set_default_timeout(TIMEOUT_MS)
    yield context
    context.close()


@pytest.fixture
def console(window: BrowserContext) -> Iterator[list[str]]:
    """Errors of the page's scripts, and what it could not load; a journey that provokes some takes
    them out, the others fail by them."""
    errors: list[str] = []
    heard = {
        "weberror": lambda error: _note(errors, str(error.error)),
        "console": lambda said: said.type == "error" and _note(errors, _located(said)),
    }
    for event, hear in heard.items():
        window.on(event, hear)  # type: ignore[call-overload]
    yield errors
    for event, hear in heard.items():
        window.remove_listener(event, hear)
    assert not errors, "the browser's console says errors"


@pytest.fixture
def page(
    window: BrowserContext, console: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A fresh page of 1280 by 720; what it shows at the test's end is kept as a picture."""
    opened = window.new_page()
    yield opened
    if folder := os.environ.get("RETRACE_SCREENSHOTS"):
        opened.screenshot(path=Path(folder) / f"{request.node.name}.png")
    opened.close()


def _note(errors: list[str], said: str) -> None:
    if not any(passed_over in said for passed_over in (SEARCHED, *ENDED)):
        errors.append(said)


def _located(said: ConsoleMessage) -> str:
    return f"{said.text} ({said.location.get('url', '')})"


def settle(page: Page) -> None:
    """Waits until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """`look(page, name)` keeps NAME-SIZE-THEME.png of some sizes and both themes."""
    chosen = os.environ.get("RETRACE_SCREENSHOT_SIZES", "720p,1080p").split(",")

    def keep(page: Page, name: str) -> None:
        folder = os.environ.get("RETRACE_SCREENSHOTS")
        if not folder:
            return
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            for size in chosen:
                width, height = SIZES[size]
                page.set_viewport_size({"width": width, "height": height})
                settle(page)
                expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
                page.wait_for_function(PICTURES_ARE_THERE)
                page.screenshot(path=Path(folder) / f"{name}-{size}-{theme}.png")

    return keep
