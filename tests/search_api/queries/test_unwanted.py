"""What an unwanted sentence takes off, on the table in tests.support.small_library.

"fire" is 1, 0. The penalty's standard deviations are worked out from that table's four moments.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from search_api.queries.unwanted import FROM, WEIGHT, penalty
from search_api.requests import SearchRequest
from search_api.searching import Searcher
from search_api.sounds import Sound
from segments.catalog import Catalog
from segments.media import AudioClip
from segments.store.opening import open_store
from segments.vectors import DualQuery
from tests.support.small_library import GATE, GATE_1, TinyProfile, make_library

WANTED = np.array([0.8, 0.5, 0.6, 0.6])
"""Of GATE_0, GATE_1, YARD_0 and LOST_0."""
BANG = Sound("bang.wav", AudioClip(np.ones(160, np.float32)))
UNWANTED = np.array([0.4, 0.5, 0.8, 0.8])


class TwoWords(TinyProfile):
    """Knows "bang" as well: 0, 1."""

    def encode_text(self, text: str) -> DualQuery:
        direction = np.array([[0, 1] if text == "bang" else [1, 0]], np.float32)
        whole = np.ones(1, np.float32)
        return DualQuery(g=direction, h=direction, w_g=whole, w_h=whole)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    library = make_library(tmp_path_factory.mktemp("unwanted") / "library")
    store = open_store(library)
    with Catalog(library) as catalog:
        yield Searcher(library, store, catalog, TwoWords())
    store.close()


def test_nothing_is_taken_off_what_is_unlike_the_unwanted() -> None:
    assert penalty(FROM, 0.1) == penalty(FROM - 1, 0.1) == 0
    assert penalty(FROM + 2, 0.1) == pytest.approx(-2 * WEIGHT * 0.1)


def test_scores_fall_by_the_excess_in_deviations_of_the_wanted(searcher: Searcher) -> None:
    request = SearchRequest(text="fire", without=("bang",), merge=False)
    hits = searcher.search(request).hits
    standardised = (UNWANTED - UNWANTED.mean()) / UNWANTED.std()
    taken = WEIGHT * WANTED.std() * np.maximum(0, standardised - FROM)
    assert [hit.score for hit in hits] == pytest.approx(sorted(WANTED - taken, reverse=True))
    best = hits[0]
    assert best.video_id == GATE
    assert best.parts["without.bang"] == pytest.approx(-taken[0], abs=1e-6)
    assert best.score == pytest.approx(sum(best.parts.values()))


def test_every_unwanted_sentence_has_its_part(searcher: Searcher) -> None:
    request = SearchRequest(text="fire", without=("bang", "fire"))
    (first, *_) = searcher.search(request).hits
    assert {"without.bang", "without.fire"} < set(first.parts)


def test_what_is_unwanted_lowers_the_order_of_fused_rankings_too(searcher: Searcher) -> None:
    """By fire less bang, GATE_1 comes second: .5 - .02 against .6 - .16."""
    request = SearchRequest(text="fire", sound_mode="sound-to-sound", merge=False)

    def rank_part(without: tuple[str, ...]) -> float:
        asked = request.model_copy(update={"without": without})
        hits = searcher.search(asked, BANG).hits
        return next(hit for hit in hits if hit.start_s == GATE_1.payload.start_s).parts["rank.text"]

    assert (rank_part(()), rank_part(("bang",))) == (1 / 64, 1 / 62)


def test_the_library_may_be_searched_deeper_for_it(searcher: Searcher) -> None:
    only = searcher.search(SearchRequest(text="fire", without=("fire",), limit=1, merge=False))
    everything = searcher.search(SearchRequest(text="fire", without=("fire",), merge=False))
    assert only.hits == everything.hits[:1]
