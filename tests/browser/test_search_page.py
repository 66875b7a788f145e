"""Journeys of the search page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from search_api.access.roles import Role
from search_api.client import Client
from segments.ports import free_port
from tests.browser.conftest import settle
from tests.browser.making import make_key, write_tone
from tests.browser.sites import Site, open_site, page_server

pytestmark = pytest.mark.browser
BOX = "What are you looking for?"
VIEWS = ("grid", "list")
Look = Callable[[Page, str], None]


def box(page: Page) -> Locator:
    return page.get_by_label(BOX)


def cards(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile("^Open "))


def search(page: Page, site: Site, words: str = "a square moves", query: str = "all=1") -> None:
    page.goto(f"{site.address}/?{query}")
    box(page).fill(words)
    box(page).press("Enter")
    expect(cards(page).first).to_be_visible()
    settle(page)


def test_navigation_is_there(site: Site, page: Page, look: Look) -> None:
    page.goto(site.address)
    settle(page)
    for name in ("Search", "Video", "Cases", "Library", "Admin"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(page.get_by_text("3 videos of 2 cameras")).to_be_visible()
    look(page, "search-empty")


def test_words_find_moments_and_the_best_one_opens(site: Site, page: Page, look: Look) -> None:
    search(page, site)
    assert page.url == f"{site.address}/?q=a+square+moves&all=1"
    best = cards(page).first
    expect(best).to_contain_text("2026-11-01 1")
    expect(best).to_contain_text("UTC")
    expect(best).to_contain_text("similarity")
    expect(page.get_by_text("alan, raw score: peak").first).to_be_visible()
    shown = page.locator(".picture img").first
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("image => image.naturalWidth") > 0
    look(page, "search-words")
    best.click()
    expect(page).to_have_url(re.compile(r"/video\?.*video=[0-9a-f]{64}&at="))
    assert "q=a+square+moves" in page.url


def test_a_search_can_be_sent_to_a_colleague(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/?q=a+square&camera=yard&without=rain&view=list&all=1")
    expect(box(page)).to_have_value("a square")
    expect(page.get_by_text("Only: camera yard · without “rain”")).to_be_visible()
    expect(cards(page).first).to_contain_text("yard")
    settle(page)
    expect(page.get_by_role("list", name="Hits, best first")).to_have_class("list")
    assert "q=a+square&camera=yard&without=rain&view=list&all=1" in page.url


@pytest.mark.parametrize("view", VIEWS)
def test_every_thumbnail_plays_on_hover_and_on_focus(site: Site, page: Page, view: str) -> None:
    search(page, site, query=f"all=1&view={view}&merge=0")
    shown = page.locator("li.card:not(.more)")
    expect(shown).to_have_count(3)
    for number, card in enumerate(shown.all()):
        image, still = card.locator("img"), re.compile("/thumbnail")
        expect(image).to_have_attribute("src", still)
        with page.expect_response(re.compile("/storyboard")) as answered:
            card.hover()
        assert answered.value.headers["content-type"] == "image/webp"
        expect(image).to_have_attribute("src", re.compile("/storyboard"))
        box(page).hover()
        expect(image).to_have_attribute("src", still)
        cards(page).nth(number).focus()
        expect(image).to_have_attribute("src", re.compile("/storyboard"))
        cards(page).nth(number).blur()
        expect(image).to_have_attribute("src", still)


def test_more_of_a_video_is_one_click_away(site: Site, page: Page) -> None:
    search(page, site)
    before = cards(page).count()
    more = page.get_by_role("button", name=re.compile("more in this video")).first
    others = int((more.text_content() or "").split()[0])
    more.click()
    expect(cards(page)).to_have_count(before + others)
    expect(page.get_by_role("button", name="Show fewer")).to_have_attribute("aria-expanded", "true")


def test_a_sound_finds_moments(site: Site, page: Page, tmp_path: Path, look: Look) -> None:
    sound = write_tone(tmp_path / "<b>tone.wav")
    page.goto(f"{site.address}/?all=1")
    page.get_by_role("button", name="Sound or picture").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(sound)
    expect(page.get_by_text("Sound: <b>tone.wav")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cards(page).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?audio=[0-9a-f]{32}&all=1$"))
    look(page, "search-sound")
    page.get_by_role("button", name="Remove the sound").click()
    expect(page.get_by_text("3 videos of 2 cameras")).to_be_visible()


def test_a_file_that_is_no_sound_is_refused_in_words(
    site: Site, page: Page, tmp_path: Path
) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    page.goto(site.address)
    page.get_by_role("button", name="Sound or picture").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        tmp_path / "broken.wav"
    )
    expect(page.get_by_role("heading", name=re.compile("type|media"))).to_be_visible()


def test_a_filter_narrows_and_is_cleared(site: Site, page: Page, look: Look) -> None:
    search(page, site)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Cameras").click()
    page.get_by_role("option", name="yard").click()
    expect(page.get_by_text("Only: camera yard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile(r"in 1 video, best first"))).to_be_visible()
    look(page, "search-filtered")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(re.compile(r"in 3 videos, best first"))).to_be_visible()
    assert "camera" not in page.url


def test_no_match_is_said_plainly(long_site: Site, page: Page, look: Look) -> None:
    page.goto(f"{long_site.address}/?q=penguins+play+the+trumpet")
    expect(page.get_by_role("heading", name="No confident match")).to_be_visible()
    look(page, "search-no-match")
    page.get_by_role("button", name=re.compile("all the same")).click()
    expect(cards(page).first).to_be_visible()
    expect(page.get_by_text("may be chance", exact=True).first).to_be_visible()
    expect(page).to_have_url(re.compile("all=1"))


def test_nothing_satisfies_the_filters(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/?q=a+square&after=2030-01-01T00:00:00Z")
    expect(page.get_by_role("heading", name="Nothing satisfies the request")).to_be_visible()


def test_a_wrong_address_says_what_is_wrong(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/?q=a+square&alpha=7")
    expect(page.get_by_text("This address does not say a search:")).to_be_visible()
    expect(page.get_by_text("alpha")).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_is_enough(site: Site, page: Page, view: str) -> None:
    page.goto(f"{site.address}/?all=1&view={view}")
    settle(page)
    expect(page.get_by_role("list", name="Hits, best first")).to_be_attached()
    page.locator("body").press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("a square / moves")
    page.keyboard.press("Enter")
    expect(cards(page).first).to_be_visible()
    settle(page)
    box(page).evaluate("box => box.blur()")
    on, back = {"grid": ("ArrowRight", "ArrowLeft"), "list": ("ArrowDown", "ArrowUp")}[view]
    page.keyboard.press(on)
    expect(cards(page).nth(0)).to_be_focused()
    page.keyboard.press(on)
    expect(cards(page).nth(1)).to_be_focused()
    page.keyboard.press(back)
    expect(cards(page).nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/video\?"))


def test_s_saves_to_a_case(library_copy: Path, page: Page, look: Look) -> None:
    with open_site(library_copy) as site:
        search(page, site)
        cards(page).first.focus()
        page.keyboard.press("s")
        expect(page.get_by_role("dialog", name="Which case?")).to_be_visible()
        page.get_by_label("or a new case").fill("**Gate** :red[4]")
        look(page, "search-save")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_role("button", name="Case: **Gate** :red[4]")).to_be_visible()
        with Client(site.service) as client:
            case = client.cases.get(client.cases.list()[0].case_id)
        assert case.name == "**Gate** :red[4]"
        assert case.hits[0].query is not None
        assert case.hits[0].query["text"] == "a square moves"
        page.get_by_role("button", name="Save hit 1 to the case").click()
        expect(page.get_by_text("Saved to the case as hit 2")).to_be_visible()
        page.get_by_text("List", exact=True).click()
        expect(page.get_by_role("list", name="Hits, best first")).to_have_class("list")
        cards(page).nth(1).focus()
        page.keyboard.press("s")
        expect(page.get_by_text("Saved to the case as hit 3")).to_be_visible()


def test_a_service_that_is_away(page: Page, look: Look) -> None:
    with page_server(f"http://127.0.0.1:{free_port()}") as address:
        page.goto(f"{address}/?q=fire")
        expect(page.get_by_role("heading", name="The service does not answer")).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        settle(page)
        look(page, "search-away")


@pytest.fixture
def guarded(library_copy: Path) -> Iterator[tuple[Site, str]]:
    """A site that wants a key, and a viewer's of one camera."""
    make_key(library_copy, "desk", Role.ADMIN)
    token = make_key(library_copy, "guard", Role.VIEWER, cameras=("yard",))
    with open_site(library_copy) as site:
        yield site, token


def test_a_key_is_asked_for_and_stays_on_the_server(
    guarded: tuple[Site, str], page: Page, look: Look
) -> None:
    site, token = guarded
    sent: list[str] = []
    page.on("response", lambda answer: sent.append(answer.url))
    page.goto(f"{site.address}/?q=a+square&all=1")
    expect(page.get_by_role("heading", name="A key is needed")).to_be_visible()
    look(page, "search-key")
    page.get_by_label("API key").fill("rtr_wrong")
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_role("heading", name="This key is not accepted")).to_be_visible()
    page.get_by_label("API key").fill(token)
    page.get_by_role("button", name="Use this key").click()
    expect(cards(page).first).to_contain_text("yard")
    settle(page)
    assert not [url for url in sent if token in url]
    assert token not in page.content()
    assert token not in page.evaluate("JSON.stringify([localStorage, document.cookie])")
    for name in ("Cases", "Admin"):  # not for viewers
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Save"))).to_have_count(0)


def test_a_viewer_is_not_shown_what_it_may_not_do(guarded: tuple[Site, str], page: Page) -> None:
    site, token = guarded
    with page_server(site.service, RETRACE_KEY=token) as address:
        page.goto(f"{address}/?q=a+square&camera=gate")
        expect(page.get_by_text("gate").first).to_be_visible()
        settle(page)
        expect(cards(page)).to_have_count(0)


def test_fifty_hits_are_a_page(long_site: Site, page: Page) -> None:
    """`python -m benchmarks.page paint` measures how soon they are there."""
    page.goto(f"{long_site.address}/?q=a+square&merge=0&all=1")
    expect(page.get_by_text("50 moments in 5 videos, best first")).to_be_visible()
    expect(page.locator("li")).to_have_count(50)
    expect(cards(page)).to_have_count(5)
