"""Ranks, scores, parts, fusion and filters, against the table in tests.support.small_library."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from search_api.images import Image
from search_api.requests import SearchRequest, Weights
from search_api.schemas import SearchResponse
from search_api.searching import Searcher, depths
from search_api.sounds import Sound
from segments.catalog import Catalog
from segments.errors import IndexMismatch, LibraryError, UserError
from segments.library import Library
from segments.media import AudioClip
from segments.store.base import Point
from segments.store.opening import open_store
from segments.vectors import SoundQuery
from tests.support.small_library import (
    GATE,
    GATE_0,
    GATE_1,
    GATE_SCENE,
    LOST_0,
    MANIFEST,
    YARD_0,
    TinyProfile,
    make_library,
)

BANG = Sound("bang.wav", AudioClip(np.ones(160, np.float32)))
TIED = sorted([YARD_0, LOST_0], key=lambda point: point.id)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("search") / "library")


@pytest.fixture(scope="module")
def searcher(library: Library) -> Iterator[Searcher]:
    store = open_store(library)
    with Catalog(library) as catalog:
        yield Searcher(library, store, catalog, TinyProfile())
    store.close()


def found(response: SearchResponse) -> list[tuple[str, float]]:
    return [(hit.video_id, hit.start_s) for hit in response.hits]


def places(*points: Point) -> list[tuple[str, float]]:
    return [(point.payload.video_id, point.payload.start_s) for point in points]


def scores(response: SearchResponse) -> list[float]:
    return [hit.score for hit in response.hits]


def test_words_rank_by_eq_5(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(text="fire"))
    assert found(response) == places(GATE_0, *TIED, GATE_1)
    assert scores(response) == pytest.approx([0.8, 0.6, 0.6, 0.5], abs=1e-6)
    assert [hit.rank for hit in response.hits] == [1, 2, 3, 4]
    assert (response.ranking, response.profile, response.level) == ("similarity", "tiny", "moment")


def test_parts_are_the_blocks_and_sum_to_the_score(searcher: Searcher) -> None:
    best, *_, last = searcher.search(SearchRequest(text="fire")).hits
    assert best.parts == pytest.approx({"cls.appearance": 0.5, "avg.appearance": 0.3}, abs=1e-6)
    assert last.parts == pytest.approx({"cls.appearance": 0.0, "avg.appearance": 0.5}, abs=1e-6)
    assert best.score == sum(best.parts.values())


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [(1.0, [1.0, 0.6, 0.6, 0.0]), (0.0, [1.0, 0.6, 0.6, 0.6]), (0.25, [0.75, 0.7, 0.6, 0.6])],
)
def test_alpha_is_a_choice_of_the_moment(
    searcher: Searcher, alpha: float, expected: list[float]
) -> None:
    response = searcher.search(SearchRequest(text="fire", alpha=alpha))
    assert scores(response) == pytest.approx(expected, abs=1e-6)
    assert response.query.alpha == alpha


def test_the_library_says_alpha_where_the_request_does_not(searcher: Searcher) -> None:
    assert searcher.search(SearchRequest(text="fire")).query.alpha == MANIFEST.default_alpha


def test_a_sound_searches_pictures(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(sound_mode="sound-to-video"), BANG)
    assert found(response) == places(*TIED, GATE_1, GATE_0)
    assert scores(response) == pytest.approx([0.8, 0.8, 0.5, 0.4], abs=1e-6)
    assert response.query.audio == "bang.wav"


def test_a_sound_searches_sound_tracks_and_skips_the_silent(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(sound_mode="sound-to-sound"), BANG)
    assert found(response) == places(GATE_1, YARD_0, LOST_0)
    assert scores(response) == pytest.approx([1.0, 0.8, 0.6], abs=1e-6)
    assert response.hits[0].parts == pytest.approx({"audio": 1.0})


def test_a_sound_in_both_modes_fuses_ranks(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(), BANG)
    by_place = {(hit.video_id, hit.start_s): hit for hit in response.hits}
    silent, loud = (by_place[place] for place in places(GATE_0, GATE_1))
    assert response.ranking == "rank-fusion"
    assert loud.parts == {"rank.sound-to-video": 1 / 63, "rank.sound-to-sound": 1 / 61}
    assert silent.parts == {"rank.sound-to-video": 1 / 64}
    assert loud.score == pytest.approx(1 / 63 + 1 / 61, abs=1e-12)
    assert response.hits[-1] == silent


class HearsWords(TinyProfile):
    """Puts sounds into words before it looks for them in pictures."""

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        query = super().encode_sound(sound)
        return SoundQuery(query.video, query.audio, {"a bang": 0.75, "a door": 0.25})


def test_words_that_stand_for_a_sound_are_labelled_in_the_parts(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library")
    store = open_store(library)
    with Catalog(library) as catalog:
        searcher = Searcher(library, store, catalog, HearsWords())
        alone = searcher.search(SearchRequest(sound_mode="sound-to-video"), BANG)
        fused = searcher.search(SearchRequest(), BANG)
        by_text = searcher.search(SearchRequest(text="fire"))
    store.close()
    assert alone.query.heard == fused.query.heard == {"a bang": 0.75, "a door": 0.25}
    parts = {"words.cls.appearance": 0.4, "words.avg.appearance": 0.4}
    assert alone.hits[0].parts == pytest.approx(parts)
    assert alone.hits[0].score == pytest.approx(0.8)
    named = {name for hit in fused.hits for name in hit.parts}
    assert named == {"rank.sound-to-words-to-video", "rank.sound-to-sound"}
    assert by_text.query.heard == {}
    assert set(by_text.hits[0].parts) == {"cls.appearance", "avg.appearance"}


def test_words_with_a_sound_are_three_rankings(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(text="fire", merge=False), BANG)
    best = next(hit for hit in response.hits if (hit.video_id, hit.start_s) == (GATE, 5.12))
    assert best.parts == {
        "rank.text": 1 / 64,
        "rank.sound-to-video": 1 / 63,
        "rank.sound-to-sound": 1 / 61,
    }
    assert all(abs(sum(hit.parts.values()) - hit.score) < 1e-12 for hit in response.hits)


@pytest.mark.parametrize("sound", [None, BANG])
def test_a_longer_list_only_adds_hits(searcher: Searcher, sound: Sound | None) -> None:
    text = "fire" if sound is None else None
    whole = searcher.search(SearchRequest(text=text, limit=1000), sound).hits
    assert searcher.search(SearchRequest(text=text, limit=2), sound).hits == whole[:2]


def test_levels_are_never_mixed(searcher: Searcher) -> None:
    for level in ("scene", "video"):
        response = searcher.search(SearchRequest.model_validate({"text": "fire", "level": level}))
        assert found(response) == places(GATE_SCENE)
        assert scores(response) == pytest.approx([0.8])


def test_one_content_at_two_places_is_one_hit_shown_at_the_first(searcher: Searcher) -> None:
    hit = searcher.search(SearchRequest(text="fire", limit=1)).hits[0]
    assert (hit.video, hit.camera) == ("/footage/gate/a.mp4", "gate")


def test_a_hit_is_shown_at_the_place_that_was_asked_for(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(text="fire", cameras=("yard",)))
    assert found(response) == places(GATE_0, YARD_0, GATE_1)
    assert [hit.video for hit in response.hits[:2]] == [
        "/footage/yard/copy of a.mp4",
        "/footage/yard/b.mp4",
    ]
    assert {hit.camera for hit in response.hits} == {"yard"}


def test_wall_time_is_the_recordings_start_and_the_spans(searcher: Searcher) -> None:
    hits = searcher.search(SearchRequest(text="fire")).hits
    times = {(hit.video_id, hit.start_s): hit.start_time for hit in hits}
    assert times[GATE, 5.12] == datetime.fromisoformat("2026-11-01T10:00:05.120+01:00")
    assert times[places(LOST_0)[0]] is None


def test_a_time_window_is_half_open(searcher: Searcher) -> None:
    second = datetime.fromisoformat("2026-11-01T09:00:05.120Z")
    after = searcher.search(SearchRequest(text="fire", after=second, limit=1)).hits[0]
    assert (after.start_s, after.camera) == (0.0, "yard")
    before = searcher.search(SearchRequest(text="fire", before=second))
    assert found(before) == places(GATE_0)
    window = SearchRequest(text="fire", after=second, before=second.replace(second=6))
    assert found(searcher.search(window)) == places(GATE_1)


def test_camera_and_time_must_hold_at_the_same_place(searcher: Searcher) -> None:
    first_day = datetime.fromisoformat("2026-11-02T00:00:00Z")
    request = SearchRequest(text="fire", cameras=("yard",), before=first_day)
    assert searcher.search(request).hits == []


def test_least_score_and_least_anomaly(searcher: Searcher) -> None:
    assert found(searcher.search(SearchRequest(text="fire", min_score=0.7))) == places(GATE_0)
    request = SearchRequest(text="fire", min_anomaly={"alan": 0.5})
    assert found(searcher.search(request)) == places(GATE_0, YARD_0)
    assert searcher.search(SearchRequest(text="fire", min_score=0.95)).hits == []


def test_the_answers_json_has_the_promised_shape(searcher: Searcher) -> None:
    answer = searcher.search(SearchRequest(text=" fire ", limit=1)).model_dump(mode="json")
    assert list(answer) == ["query", "profile", "level", "ranking", "hits", "confident"]
    assert answer["query"] == {
        "text": "fire",
        "without": [],
        "then": None,
        "weights": {"text": 1.0, "image": 1.0, "audio": 1.0},
        "crop": None,
        "level": "moment",
        "cameras": [],
        "after": None,
        "before": None,
        "has_sound": None,
        "min_score": None,
        "min_anomaly": {},
        "alpha": 0.5,
        "limit": 1,
        "merge": True,
        "per_video": None,
        "sound_mode": "both",
        "audio": None,
        "image": None,
        "heard": {},
    }
    hit = answer["hits"][0]
    assert hit.pop("parts") == pytest.approx({"cls.appearance": 0.5, "avg.appearance": 0.3})
    assert hit.pop("score") == pytest.approx(0.8)
    assert hit == {
        "rank": 1,
        "video": "/footage/gate/a.mp4",
        "video_id": GATE,
        "camera": "gate",
        "start_s": 0.0,
        "end_s": 10.24,
        "start_time": "2026-11-01T10:00:00+01:00",
        "anomaly": {"alan": 0.9},
        "explanation": None,
        "merged": 1,
        "then": None,
        "confidence": None,
        "confident": None,
    }


@pytest.mark.parametrize(
    ("request_", "sound", "message"),
    [
        (
            SearchRequest(),
            None,
            "the query is empty: give some words, a sound, a picture, or several of them",
        ),
        (
            SearchRequest(text="fire", cameras=("gaet",)),
            None,
            "unknown camera 'gaet': known are gate, yard",
        ),
        (
            SearchRequest(text="fire", cameras=("yrad",)),
            None,
            "unknown camera 'yrad': known are yard, gate",
        ),
        (
            SearchRequest(text="fire", min_anomaly={"trace": 0.5}),
            None,
            "unknown detector 'trace': known are alan",
        ),
        (
            SearchRequest(min_score=0.3),
            BANG,
            "a minimum score of 0.3 compares similarities, and this search fuses rankings: search "
            "by words or a picture alone, or by a sound with the sound mode sound-to-video or "
            "sound-to-sound",
        ),
        (
            SearchRequest(),
            Sound("hush.wav", AudioClip(np.zeros(9, np.float32))),
            "hush.wav is silent: there is no sound in it to search by",
        ),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(
    searcher: Searcher, request_: SearchRequest, sound: Sound | None, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        searcher.search(request_, sound)
    assert str(caught.value) == message


def test_another_profile_is_refused(library: Library, searcher: Searcher) -> None:
    other = MANIFEST.model_copy(update={"digests": {"tiny": "1" * 64}})
    with (
        Catalog(library) as catalog,
        pytest.raises(
            IndexMismatch, match=r"other weights in tiny.*retrace index --library NEW --profile"
        ),
    ):
        Searcher(library, searcher._store, catalog, TinyProfile(other))


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    library = make_library(tmp_path / "empty", points=(), sources=(), videos=())
    store = open_store(library)
    with (
        Catalog(library) as catalog,
        pytest.raises(LibraryError, match="is empty: index something first with `retrace index"),
    ):
        Searcher(library, store, catalog, TinyProfile()).search(SearchRequest(text="fire"))
    store.close()


PICTURE = Image("still.png", np.zeros((48, 64, 3), np.uint8))


def test_a_picture_is_one_more_way_to_ask(searcher: Searcher) -> None:
    """A picture is .6, .8: YARD_0 and LOST_0 are just that."""
    response = searcher.search(SearchRequest(), image=PICTURE)
    assert found(response) == places(*TIED, GATE_0, GATE_1)
    assert scores(response) == pytest.approx([1.0, 1.0, 0.8, 0.7], abs=1e-6)
    assert (response.query.image, response.ranking) == ("still.png", "similarity")
    assert set(response.hits[0].parts) == {"cls.appearance", "avg.appearance"}


def test_a_mixed_query_weighs_its_parts(searcher: Searcher) -> None:
    weights = Weights(text=2.0, image=0.5)
    response = searcher.search(SearchRequest(text="fire", weights=weights), image=PICTURE)
    best = response.hits[0]
    assert response.ranking == "rank-fusion"
    assert (best.video_id, best.start_s) == (GATE, 0.0)
    assert best.parts == {"rank.text": 2 / 61, "rank.image": 0.5 / 63}
    even = searcher.search(SearchRequest(text="fire"), image=PICTURE)
    assert (even.hits[0].video_id, even.hits[0].start_s) == places(TIED[0])[0]


def test_a_weight_of_a_sound_counts_for_each_of_its_rankings(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(weights=Weights(audio=3.0), merge=False), BANG)
    loud = next(hit for hit in response.hits if hit.start_s == GATE_1.payload.start_s)
    assert loud.parts == {"rank.sound-to-video": 3 / 63, "rank.sound-to-sound": 3 / 61}


def test_only_what_has_a_sound_track_or_has_none(searcher: Searcher) -> None:
    heard = searcher.search(SearchRequest(text="fire", has_sound=True))
    silent = searcher.search(SearchRequest(text="fire", has_sound=False))
    assert set(found(heard)) == set(places(GATE_1, *TIED))
    assert found(silent) == places(GATE_0)


def test_no_more_than_so_many_hits_of_a_video(searcher: Searcher) -> None:
    response = searcher.search(SearchRequest(text="fire", per_video=1))
    assert found(response) == places(GATE_0, *TIED)


def test_moments_of_one_event_are_one_hit(searcher: Searcher) -> None:
    """By the first 0, 1 of CLS alone, both moments of GATE lie about as high above the others."""
    apart = searcher.search(SearchRequest(text="fire", alpha=0.0, merge=False))
    merged = searcher.search(SearchRequest(text="fire", alpha=0.0))
    assert [hit.merged for hit in apart.hits] == [1, 1, 1, 1]
    assert sum(hit.merged for hit in merged.hits) == 4


def test_how_deep_to_look() -> None:
    assert list(depths(SearchRequest(merge=False), is_mixed=False)) == [10]
    assert list(depths(SearchRequest(), is_mixed=False)) == [100, 1000]
    assert list(depths(SearchRequest(limit=500), is_mixed=False)) == [1000]
    assert list(depths(SearchRequest(merge=False), is_mixed=True)) == [1000]


def test_hits_are_the_same_however_many_are_asked_for(searcher: Searcher) -> None:
    few, many = (searcher.search(SearchRequest(text="fire", limit=n)) for n in (2, 4))
    assert few.hits == many.hits[:2]
