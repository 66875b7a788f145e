"""axe-core on every page and its states, in both themes: nothing serious in what is ours."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from search_api.access.roles import Role
from segments.ports import free_port
from tests.browser.conftest import THEMES, settle
from tests.browser.making import CASE, make_key, open_a_case
from tests.browser.sites import Site, open_site, page_server
from tests.support.shown import Shown

pytestmark = pytest.mark.browser
STREAMLITS: dict[tuple[str, str], str] = {}
"""Findings in Streamlit's own widgets, which we cannot change: rule and place, and why it stays."""
SERIOUS = """
async ([streamlits, impacts]) => {
  const found = await axe.run({ elementRef: true, resultTypes: ["violations"] });
  const known = (rule, element) =>
    streamlits.some(([of, place]) => of === rule && element.closest(place));
  return found.violations.filter((one) => impacts.includes(one.impact)).flatMap((one) =>
    one.nodes.filter((node) => !known(one.id, node.element)).map((node) =>
      `${one.id} (${one.impact}): ${node.target.join(" >> ")}\\n  ${node.html.slice(0, 200)}\\n  ` +
      [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")));
}
"""


@dataclass(frozen=True)
class State:
    """How a state of a page is reached, and what is there once it is."""

    path: str
    there: str
    clicks: tuple[str, ...] = ()
    """What is clicked before, one after another."""
    is_kept: bool = True
    """Whether its pictures are; those of other journeys show some of them."""


def reach(page: Page, address: str, state: State) -> None:
    page.goto(f"{address}{state.path}")
    for words in state.clicks:
        settle(page)
        page.get_by_text(words, exact=True).first.click()
    expect(page.get_by_text(state.there).first).to_be_visible()
    settle(page)


def require_accessible(page: Page) -> None:
    page.evaluate(Axe().axe_script)
    found: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        settle(page)
        told = [list(STREAMLITS), ["serious", "critical"]]
        found += [f"{theme}: {one}" for one in page.evaluate(SERIOUS, told)]
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def toured(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own with a case; shared by these journeys, which change nothing."""
    library = tmp_path_factory.mktemp("toured") / "library"
    shutil.copytree(indexed_library, library)
    with open_site(library, evidence_key=library / "evidence.pem") as site:
        open_a_case(site.service)
        yield site


STATES = {
    "search": State("/", "3 videos of 2 cameras", is_kept=False),
    "search-upload": State("/", "Picture file", ("Sound or picture",)),
    "search-filters": State("/", "Sound track", ("Filters",)),
    "search-more": State("/", "Most hits", ("More",)),
    "search-grid": State("/?q=a+square&all=1", "best first", is_kept=False),
    "search-list": State("/?q=a+square&all=1&view=list&merge=0", "best first"),
    "search-nothing": State("/?q=a+square&after=2030-01-01T00:00:00Z", "Nothing satisfies"),
    "search-wrong": State("/?q=a+square&alpha=7", "does not say a search"),
    "video-none": State("/video", "No video chosen"),
    "video-unknown": State(f"/video?video={'0' * 64}", "It is not here"),
    "cases": State("/cases", CASE),
    "cases-check": State("/cases", "Fingerprint of the key", ("Check a bundle",)),
    "case": State("/cases?case=1", "New note", is_kept=False),
    "case-none": State("/cases?case=77", "There is no such case"),
    "case-compare": State("/cases?case=1", "All play together", ("Compare",), is_kept=False),
    "case-same-time": State("/cases?case=1", "Before and after", ("Same time",), is_kept=False),
    "case-evidence": State("/cases?case=1", "The key that signs", ("Evidence",), is_kept=False),
    "library": State("/library", "of 3 videos", is_kept=False),
    "library-add": State("/library", "No jobs yet", ("Add footage",), is_kept=False),
    "library-sentences": State("/library", "A sentence of your own", ("Sentences",), is_kept=False),
    "library-about": State("/library", "Library ready", ("What is here",), is_kept=False),
    "admin-keys": State("/admin", "No keys yet"),
    "admin-log": State("/admin", "Verify the chain", ("Log",), is_kept=False),
}


@pytest.mark.parametrize("name", STATES)
def test_a_page_is_accessible(toured: Site, page: Page, look, name: str) -> None:
    reach(page, toured.address, STATES[name])
    require_accessible(page)
    if STATES[name].is_kept:
        look(page, f"state-{name}")


def test_no_confident_match_is_accessible(long_site: Site, page: Page) -> None:
    reach(page, long_site.address, State("/?q=penguins+play+the+trumpet", "No confident match"))
    require_accessible(page)


@pytest.mark.parametrize("camera", ["gate", "yard"])
def test_a_video_is_accessible(watched: Site, shown: Shown, page: Page, camera: str) -> None:
    """One that browsers play, with curves and reasons; and one without any, in clips."""
    video = {"gate": shown.gate, "yard": shown.yard}[camera]
    there = {"gate": "Highest of the video", "yard": "No curves"}[camera]
    reach(page, watched.address, State(f"/video?video={video.video_id}&at=1", there))
    require_accessible(page)


def test_asking_for_a_key_and_refusals_are_accessible(library_copy: Path, page: Page) -> None:
    make_key(library_copy, "boss", Role.ADMIN)
    token = make_key(library_copy, "guard", Role.VIEWER)
    with open_site(library_copy) as site:
        reach(page, site.address, State("/", "A key is needed"))
        require_accessible(page)
        with page_server(site.service, RETRACE_KEY=token) as address:
            reach(page, address, State("/admin", "Your key may not do this"))
            require_accessible(page)


def test_a_service_that_is_away_is_accessible(page: Page) -> None:
    with page_server(f"http://127.0.0.1:{free_port()}") as address:
        reach(page, address, State("/?q=fire", "The service does not answer"))
        require_accessible(page)


def test_what_is_wrong_within_a_card_is_found(toured: Site, page: Page) -> None:
    """So that the others say something."""
    reach(page, toured.address, STATES["search-grid"])
    page.locator("li .time").first.evaluate("line => (line.style.color = '#9a9a9a')")
    with pytest.raises(AssertionError, match="light: color-contrast"):
        require_accessible(page)
