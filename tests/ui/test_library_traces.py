"""The sentences' part of the library page, over a library whose clips are sentences."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from indexer.rescoring import rescore
from search_api.answers.traces import CameraPlaces, Rescoring
from search_api.client import Client
from search_api.service.app import create_app
from search_api.service.settings import ServiceSettings
from tests.support.pages import connect, make_key, open_page, press, said, turn_to
from tests.support.service import LOOPBACK
from tests.support.waiting import wait_until
from tests.support.worded import ALIGHT, GOAT, WordProfile, make_worded_library
from ui.library import sentences

MARKET = "supermarket"


@pytest.fixture
def opened(swift_path: Path):
    library = make_worded_library(swift_path / "library")
    app = create_app(
        ServiceSettings(library=library.root),
        load_profile=lambda name: WordProfile(),  # type: ignore[return-value]
        rescore=rescore,
    )
    with TestClient(app, "http://127.0.0.1", client=LOOPBACK) as service:
        yield service


def editor(client: Client, context: str = MARKET) -> AppTest:
    page = turn_to(open_page("library", client), "Sentences")
    page = page.selectbox(key="traces.context").set_value(context).run()
    assert not page.exception
    return page


def table(page: AppTest) -> dict[str, list[str]]:
    return {str(name): list(cells) for name, cells in page.dataframe[0].value.items()}


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_a_sentence_is_tried_added_and_scores_follow(opened):
    client = connect(opened, make_key(opened, "admin"))
    page = editor(client)
    assert ALIGHT in table(page)["Sentence"]
    assert set(table(page)["From"]) == {"retrace"}
    page.text_input(key="traces.text").input(GOAT)
    page = press(
        page.selectbox(key="traces.kind").set_value("animal").run(), "Try it on the footage"
    )
    assert "Compared with 46.1 s of 3 videos." in said(page)
    assert "gate · gate.mp4 · nearer than 100 % of the bank's sentences" in said(page)
    assert "As anomalous it would be the nearest in place of:" in said(page)
    page = press(page, "Add it")
    assert (
        dict(zip(table(page)["Sentence"], table(page)["From"], strict=True))[GOAT] == "this library"
    )
    assert "are from before the sentences changed" in said(page)
    press(page, "Rescore")
    wait_until(lambda: client.traces.rescoring().state == "done")
    page = editor(client)
    assert "The last rescoring is done: 3 videos changed, 0 stayed the same." in said(page)
    assert "from before" not in said(page)


def test_places_are_pinned_and_unpinned(opened):
    client = connect(opened, make_key(opened, "admin"))
    page = editor(client)
    assert "Compared with every sentence · 1 video, 1 scored by sentences, 1 of before" in said(
        page
    )
    page = press(page.multiselect[0].set_value([MARKET, "park"]).run(), "Pin")
    assert "Pinned to supermarket, park" in said(page)
    assert client.traces.places()[0].contexts == [MARKET, "park"]
    page = press(page, "Unpin")
    assert client.traces.places()[0].because == "whole-bank"
    assert "Unpin" not in labels(page)


def test_viewers_read_and_try_and_change_nothing(opened):
    admin = make_key(opened, "admin")
    viewer = connect(opened, make_key(opened, "viewer", admin=admin, cameras=["gate"]))
    page = editor(viewer)
    assert "Try it on the footage" in labels(page)
    assert not {"Add it", "Take it out", "Pin", "Rescore", "Rescore this camera"} & set(
        labels(page)
    )
    assert "gate" in said(page)
    assert "yard" not in said(page).replace("graveyard", "")


def test_an_investigator_of_a_camera_rescores_that_one(opened):
    admin = make_key(opened, "admin")
    client = connect(opened, make_key(opened, "investigator", admin=admin, cameras=["gate"]))
    page = editor(client)
    assert "Rescore" not in labels(page)
    press(page, "Rescore this camera")
    wait_until(lambda: client.traces.rescoring().state == "done")
    assert client.traces.rescoring().camera == "gate"
    assert client.traces.places()[0].outdated == 0


def test_words_for_places_and_rescorings():
    place = CameraPlaces(
        camera="gate",
        contexts=[],
        because="pin",
        chosen=None,
        lost=["stable"],
        videos=2,
        seen=1,
        outdated=0,
    )
    assert sentences.stands_for(place) == ("Pinned to stable, which is no longer there: unpin it")
    assert sentences.footage_of(place) == "2 videos, 1 scored by sentences"
    assert sentences.before([place]) == ""
    failed = Rescoring(state="failed", reason="footage is being indexed")
    assert sentences.rescored(failed) == "The last rescoring failed: footage is being indexed"
    stopped = Rescoring(state="stopped", changed=1, same=2, to_calibrate=["gate"])
    assert sentences.rescored(stopped) == (
        "The last rescoring was stopped: 1 video changed, 2 stayed the same. Calibrate gate anew."
    )
