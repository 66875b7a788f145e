"""A recording of 24 hours: its curve stays small, keeps its peak, says what its threshold means."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from typer.testing import CliRunner

from cli.main import app
from tests.browser.conftest import settle
from tests.browser.sites import Site, open_site
from tests.support.day import DAY_S, PEAK_S, make_day_library
from tests.support.small_library import GATE
from tests.support.small_service import tiny_profile
from ui.timeline import MAX_POINTS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Calibrated as a person does it."""
    library = make_day_library(tmp_path_factory.mktemp("day") / "library").root
    asked = ["calibrate", "--library", str(library), "--camera", "gate", "--alarms-per-day", "12"]
    assert CliRunner().invoke(app, asked).exit_code == 0
    with open_site(library, load_profile=tiny_profile) as site:
        yield site


def curve(page: Page) -> np.ndarray:
    """Corners of the drawn curve, in the plot's own pixels: n × 2."""
    line = page.locator(".st-key-timeline .mark-line path").first
    expect(line).to_have_attribute("d", re.compile("L"))
    numbers = re.findall(r"-?[\d.]+(?:e-?\d+)?", line.get_attribute("d") or "")
    return np.array(numbers, float).reshape(-1, 2)


def plot(page: Page) -> Locator:
    return page.locator(".st-key-timeline svg path.background[d*='v110']").first


def test_a_day_is_drawn_small_with_its_peak_and_answers_a_click(day: Site, page: Page, look):
    page.goto(f"{day.address}/video?video={GATE}&at=0")
    clock = page.get_by_role("status", name="Time")
    expect(clock).to_contain_text("0:00.0 / 24:00:00.0 · 2026-11-01 00:00:00 UTC")
    corners = curve(page)
    assert MAX_POINTS < len(corners) <= 2 * (MAX_POINTS + 1)  # a step has two corners
    box = plot(page).bounding_box()
    assert box is not None
    highest = corners[corners[:, 1].argmin()]
    assert highest[0] == pytest.approx(box["width"] * PEAK_S / DAY_S, abs=1)
    expect(page.locator(".st-key-timeline")).to_contain_text(
        "alan (raw score) · threshold (dashed): about 12 alarms a day here"
    )
    expect(page.locator(".st-key-timeline .mark-line path")).to_have_count(2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(clock).to_contain_text("12:0")
    expect(page.locator(".st-key-reasons")).to_contain_text("Why, at 12:0")
    look(page, "video-day")
    page.get_by_role("button", name=re.compile("^alan 0.990 at 17:46:40")).click()
    expect(clock).to_contain_text("17:46:40.0 / 24:00:00.0 · 2026-11-01 17:46:40 UTC")


def test_a_part_of_a_day_is_drawn_finer(day: Site, page: Page):
    page.goto(f"{day.address}/video?video={GATE}&at={PEAK_S}")
    expect(plot(page)).to_be_visible()
    for length in ("12 h", "6 h", "3 h", "1.5 h", "45 min", "22.5 min"):
        page.get_by_role("button", name="Zoom in").click()
        expect(page.get_by_text(f"({length}). Drag to zoom in.")).to_be_visible()
        settle(page)
    expect(page.get_by_text("Shown: 17:35:25.0–17:57:55.0 (22.5 min)")).to_be_visible()
    expect(page.locator(".st-key-timeline")).to_contain_text("17:45")
    corners, box = curve(page), plot(page).bounding_box()
    assert box is not None
    assert len(corners) <= 2 * (MAX_POINTS + 1)
    assert corners[corners[:, 1].argmin(), 0] == pytest.approx(box["width"] / 2, abs=1)
