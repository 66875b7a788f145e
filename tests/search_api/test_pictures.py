"""What the pictures hold, where it matters: sizes, bars, gaps, words that fit."""

from pathlib import Path

import numpy as np
import pytest

from search_api.curve_picture import Still, crop, draw_curve, still_times
from search_api.drawing import Type, shorten
from search_api.pictures import Tile, describe, draw_sheet
from search_api.schemas import Curve, SearchHit, SearchQuery, SearchResponse
from segments.scores import AnomalyTrack

GREEN = np.full((90, 160, 3), (0, 200, 0), np.uint8)
TRACK = AnomalyTrack("alan", np.array([0.0, 1.0], np.float32), np.array([0.0, 10.0]), 20.0)
AMBER, BLUE = (255, 176, 32), (91, 122, 153)


def hit(rank: int) -> SearchHit:
    return SearchHit(
        rank=rank,
        video=str(Path("/footage/a.mp4")),
        video_id="a" * 64,
        camera="gate",
        start_s=5.0,
        end_s=15.0,
        start_time=None,
        score=0.5,
        parts={"cls.appearance": 0.5},
        anomaly={"alan": 1.0},
        explanation=None,
    )


def response(count: int) -> SearchResponse:
    return SearchResponse(
        query=SearchQuery(text="fire"),
        profile="tiny",
        level="moment",
        ranking="similarity",
        hits=[hit(rank) for rank in range(1, count + 1)],
    )


def sheet(*tiles: Tile) -> np.ndarray:
    return np.asarray(draw_sheet(response(len(tiles)), tiles))


@pytest.mark.parametrize(
    ("count", "width", "height"),
    [(0, 892, 124), (1, 892, 482), (3, 1312, 482), (4, 1312, 840), (20, 1312, 1556)],
)
def test_a_sheet_grows_by_rows_of_three_up_to_twelve(count: int, width: int, height: int) -> None:
    pixels = sheet(*(Tile(hit(rank), GREEN) for rank in range(1, count + 1)))
    assert pixels.shape == (height, width, 3)


def test_a_tile_shows_the_whole_picture_between_bars_if_it_must() -> None:
    wide = sheet(Tile(hit(1), GREEN))
    assert tuple(wide[108 + 112, 36 + 4]) == tuple(wide[108 + 112, 36 + 395]) == (0, 200, 0)
    tall = sheet(Tile(hit(1), np.ascontiguousarray(GREEN.transpose(1, 0, 2))))
    assert tuple(tall[108 + 112, 36 + 200]) == (0, 200, 0)
    assert tuple(tall[108 + 112, 36 + 4]) == (0, 0, 0)


def test_the_spans_bars_stand_out_from_their_surroundings() -> None:
    pixels = sheet(Tile(hit(1), GREEN, track=TRACK))
    row = pixels[108 + 338 - 18 - 30, 36 + 16 : 36 + 384]  # near the top of a full bar
    # 0 to 20 s over 368 px: nothing in the first half, amber up to 15 s, blue after
    assert not (row[:180] == AMBER).all(axis=1).any()
    assert (row[186:276] == AMBER).all(axis=1).sum() > 50
    assert (row[280:] == BLUE).all(axis=1).sum() > 50
    assert not (row[280:] == AMBER).all(axis=1).any()


def test_a_missing_picture_is_said_in_its_place() -> None:
    missing = sheet(Tile(hit(1), None, "file not found"))[150:300, 60:420]
    blank = sheet(Tile(hit(1), None, ""))[150:300, 60:420]
    assert len(np.unique(blank.reshape(-1, 3), axis=0)) == 1
    assert len(np.unique(missing.reshape(-1, 3), axis=0)) > 10


def test_a_query_is_described_in_a_few_words() -> None:
    assert describe(SearchQuery(text="fire")) == "“fire”"
    assert describe(SearchQuery(text="fire", audio="a.wav")) == "“fire” + sound of a.wav"


def test_long_names_lose_their_middle() -> None:
    letters = Type(13)
    name = "20261101_100000_gate_north_export.mp4"
    short = shorten(name, 150, letters)
    start, end = short.split("…")
    assert name.startswith(start)
    assert name.endswith(end)
    assert letters.width_px(short) <= 150 < letters.width_px(name)
    assert shorten(name, 1000, letters) == name
    assert shorten(name, 1, letters) == "…"


def test_stills_stand_in_the_middle_of_their_part() -> None:
    assert still_times(18.0, 3) == [3.0, 9.0, 15.0]


def test_a_crop_keeps_the_middle() -> None:
    columns = np.tile(np.arange(8, dtype=np.uint8)[None, :, None], (4, 1, 3))
    assert crop(columns, 1.0)[0, :, 0].tolist() == [2, 3, 4, 5]
    assert crop(columns, 4.0).shape == (2, 8, 3)
    assert crop(columns, 2.0).shape == (4, 8, 3)


def test_a_curve_is_drawn_from_zero_to_one_with_its_peak() -> None:
    curve = Curve(
        video="/footage/$a_b$.mp4",
        video_id="a" * 64,
        camera=None,
        start_time=None,
        duration_s=20.0,
        detector="alan",
        pts_s=[0.0, 10.0],
        end_s=20.0,
        scores=[0.25, 0.75],
    )
    figure = draw_curve(curve, [Still(5.0, GREEN), Still(15.0, None)])
    upper, strip = figure.axes
    assert (upper.get_ylim(), upper.get_xlim()) == ((0, 1), (0, 20))
    assert upper.get_ylabel() == "alan score (raw, uncalibrated)"
    assert upper.lines[0].get_xydata().tolist() == [[15.0, 0.75]]
    assert [list(image.get_extent()) for image in strip.images] == [[0, 10, 0, 1]]
    assert [text.get_text() for text in figure.texts] == [
        "$a_b$.mp4",
        "length 00:20.0   ·   peak 0.750 at 00:15.0",
    ]
