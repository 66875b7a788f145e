"""The page in a browser, on the library of `make demo`: pictures of it, and how fast it is.

    python -m benchmarks.page pictures [--library demo/library] [--out docs]
    python -m benchmarks.page paint [--library demo/library] [--rounds 10]

Needs chromium (`make browser`) and the package playwright.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from rich.console import Console

from search_api.answers.searching import SearchBody
from search_api.client import Client
from segments.errors import RetraceError
from segments.ports import free_port

QUERY = "q=something+is+burning&all=1"
HITS = 50
WIDTH, HEIGHT = 1280, 720
TALL = 1000
"""For the curves below the recording."""
TIMEOUT_MS = 60_000
LOADED = 4
"""Of a <video>: enough to play on."""
OPENABLE = "a.open"
"""What a card is opened by."""
console = Console(highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("pictures", "paint"))
    parser.add_argument("--library", type=Path, default=Path("demo/library"))
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with _site(options.library) as (address, service), _window() as page:
        if options.what == "pictures":
            take_pictures(page, address, options.out)
        else:
            measure_paint(page, address, service, options.rounds)
    return 0


def take_pictures(page: Page, address: str, out: Path) -> None:
    """Writes page-search.png, page-video.png and page-cases.png."""
    page.goto(f"{address}/?{QUERY}")
    expect(page.locator(".curve svg").first).to_be_visible()
    _keep(page, out / "page-search.png")
    page.locator(OPENABLE).first.focus()
    page.keyboard.press("s")
    page.get_by_label("or a new case").fill("Fire at the north gate")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Case: Fire at the north gate")).to_be_visible()
    page.locator(OPENABLE).first.click()
    expect(page.locator("video")).to_have_js_property("readyState", LOADED)
    expect(page.locator(".st-key-timeline svg").first).to_be_visible()
    strip = page.get_by_role("slider", name="Time in the video")
    strip.press("PageUp")  # from where the hit begins into it
    expect(strip).to_have_attribute("aria-valuenow", "29.5")
    expect(page.locator(".st-key-reasons")).to_contain_text("Why, at 0:29.5")
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    _keep(page, out / "page-video.png")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("img", name="Picture of hit 1")).to_have_js_property("complete", True)
    _keep(page, out / "page-cases.png")


def measure_paint(page: Page, address: str, service: str, rounds: int) -> None:
    """Prints the time from Enter to the cards on the screen, and what of it the service took."""
    page.goto(f"{address}/?merge=0&all=1&limit={HITS}")
    box = page.get_by_label("What are you looking for?")
    answers, totals = [], []
    with Client(service) as client:
        for round_ in range(rounds + 1):
            text = f"somebody runs away, {round_}"
            started = time.perf_counter()
            found = client.search(SearchBody(text=f"{text}!", merge=False, limit=HITS)).hits
            assert len(found) == HITS, "the library is too small"
            answers.append(time.perf_counter() - started)
            box.fill(text)
            totals.append(page.evaluate(_ENTER_TO_PAINT, text.replace(" ", "+")) / 1000)
            _settle(page)
    answer, total = statistics.median(answers[1:]), statistics.median(totals[1:])
    console.print(
        f"{HITS} hits, {rounds} rounds: answer {answer:.3f} s, Enter to cards {total:.3f} s (worst "
        f"{max(totals[1:]):.3f}), so {total - answer:.3f} s after the answer; the first "
        f"round, which loads the page's parts, {totals[0]:.3f} s"
    )


_ENTER_TO_PAINT = """
words => new Promise(done => {
  const started = performance.now();
  const list = () => [...document.querySelectorAll("*")]
    .map(one => one.shadowRoot?.querySelector("ol[role=list]")).find(Boolean);
  const look = () => {
    const link = list()?.querySelector("a.open");
    if (link?.getAttribute("href").includes(`q=${words.replace(",", "%2C")}&`))
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
    else requestAnimationFrame(look);
  };
  [...document.querySelectorAll("button")].find(one => one.textContent === "Search").focus();
  look();
})
"""
"""Leaving the box sends it, as Enter does; seen from within, where frames are drawn."""


@contextmanager
def _site(library: Path) -> Generator[tuple[str, str]]:
    """Addresses of page and service on a copy of the library: looking at it writes a log."""
    if not library.is_dir():
        raise RetraceError(f"{library} is not there: `make demo` makes it")
    port, service = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(library, Path(folder) / "library")
        retrace = [sys.executable, "-m", "cli"]
        served = [*retrace, "serve", str(copy), "--port", str(service), "--log-level", "error"]
        address = f"http://127.0.0.1:{service}"
        shown = [*retrace, "ui", "--url", address, "--port", str(port)]
        running = [subprocess.Popen(command) for command in (served, shown)]
        try:
            _wait_for(address)
            yield f"http://127.0.0.1:{port}", address
        finally:
            for process in reversed(running):
                process.terminate()
                process.wait(30)


def _wait_for(address: str) -> None:
    with Client(address) as client:
        for _ in range(100):
            try:
                client.ready()
                return
            except RetraceError:
                time.sleep(0.3)
    raise RetraceError("the service did not become ready")


@contextmanager
def _window() -> Generator[Page]:
    found = shutil.which("chromium")
    if found is None:
        raise RetraceError("no chromium is here: `make browser` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", timezone_id="UTC"
        )
        page.set_default_timeout(TIMEOUT_MS)
        expect.set_options(timeout=TIMEOUT_MS)
        yield page
        browser.close()


def _keep(page: Page, path: Path) -> None:
    _settle(page)
    for passing in ("stSkeleton", "stToast"):
        expect(page.get_by_test_id(passing)).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    console.print(f"wrote {path}")


def _settle(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


if __name__ == "__main__":
    sys.exit(main())
