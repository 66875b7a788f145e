"""Pictures, storyboards, clips and loudness of recordings whose content is known."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from search_api.media.errors import BeyondLimit, OutsideVideo
from search_api.media.limits import MediaLimits
from search_api.media.room import MediaRoom
from search_api.schemas import RegionReason
from segments.media import VideoSource
from segments.reading import iter_frames, probe
from segments.spans import TimeSpan
from tests.support.footage import Tone, number_of, numbered, write_video
from tests.support.shown import COPYABLE, coloured_source, nearest_colour, numbered_source

FRAME_S = 0.04
NewRoom = Callable[..., MediaRoom]


@pytest.fixture
def room(tmp_path: Path) -> NewRoom:
    def make(**limits: float) -> MediaRoom:
        return MediaRoom(tmp_path / "cache", MediaLimits(**limits))  # type: ignore[arg-type]

    return make


def _pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(path.read_bytes())).convert("RGB"))


@pytest.mark.parametrize(
    ("time_s", "number"), [(0.0, 0), (0.4, 10), (0.41, 10), (0.43, 11), (1.51, 37), (1.52, 37)]
)
def test_a_frame_is_the_nearest_and_says_its_time(
    tmp_path: Path, room: NewRoom, time_s: float, number: int
) -> None:
    kept = room().frame(numbered_source(tmp_path / "a.mp4"), time_s=time_s, width=64)
    assert number_of(_pixels(kept.path)) == number
    assert kept.facts["time_s"] == pytest.approx(number * FRAME_S)
    assert (kept.facts["time_base"], kept.facts["pts"]) == ("1/12800", number * 512)


def test_a_frame_by_its_own_timestamp(tmp_path: Path, room: NewRoom) -> None:
    source = numbered_source(tmp_path / "a.mp4")
    kept = room().frame(source, pts=20 * 512 + 3, width=64)
    assert number_of(_pixels(kept.path)) == 20
    with pytest.raises(OutsideVideo, match="pts 99999 is no time of the video"):
        room().frame(source, pts=99_999, width=64)


def test_a_recording_without_timestamps_has_none(tmp_path: Path, room: NewRoom) -> None:
    path = write_video(tmp_path / "a.avi", numbered(20), options={"bf": "2", "crf": "1"})
    source = probe(path)
    kept = room().frame(source, time_s=0.4, width=64)
    assert (number_of(_pixels(kept.path)), kept.facts["pts"]) == (10, None)
    with pytest.raises(OutsideVideo, match="have no timestamps: ask by at_s"):
        room().frame(source, pts=1, width=64)


def test_frames_are_as_wide_as_asked_but_never_wider_than_recorded(
    tmp_path: Path, room: NewRoom
) -> None:
    source = numbered_source(tmp_path / "a.mp4")
    assert _pixels(room().frame(source, time_s=0.0, width=32).path).shape == (24, 32, 3)
    assert _pixels(room().frame(source, time_s=0.0, width=640).path).shape == (48, 64, 3)


@pytest.mark.parametrize("time_s", [-0.1, 1.6, 1e7])
def test_times_beyond_the_video_are_refused(tmp_path: Path, room: NewRoom, time_s: float) -> None:
    with pytest.raises(OutsideVideo, match="lasts from 0 to 1.520 s"):
        room().frame(numbered_source(tmp_path / "a.mp4"), time_s=time_s, width=64)


def test_a_far_key_picture_is_too_much_work(tmp_path: Path, room: NewRoom) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(38), options={"g": "250"})
    with pytest.raises(BeyondLimit, match="more than 20 pictures would have to be decoded"):
        room(max_decoded_frames=20).frame(probe(path), time_s=1.2, width=64)
    room(max_decoded_frames=20).frame(probe(path), time_s=0.6, width=64)


def test_pictures_that_are_too_large_are_not_decoded(tmp_path: Path, room: NewRoom) -> None:
    source = numbered_source(tmp_path / "a.mp4")
    with pytest.raises(BeyondLimit, match="64 x 48 pixels; at most 3000"):
        room(max_picture_pixels=3000).frame(source, time_s=0.0, width=64)
    with pytest.raises(BeyondLimit, match="at most 3000"):
        room(max_picture_pixels=3000).storyboard(source, TimeSpan(0, 1), 2, width=64, form="jpeg")


def test_odd_things_are_framed(tmp_path: Path, room: NewRoom) -> None:
    thing = RegionReason(
        box=(0.25, 0.25, 0.75, 0.5),
        time_s=0.0,
        track=1,
        caption="",
        is_carried=False,
        score=1.0,
        appearance=0.25,
        motion=0.75,
    )
    source = coloured_source(tmp_path / "a.mp4")
    plain = _pixels(room().frame(source, time_s=0.0, width=128).path).astype(int)
    drawn = _pixels(room().frame(source, time_s=0.0, width=128, odd=[thing]).path).astype(int)
    changed = np.abs(drawn - plain).max(axis=2) > 60
    rows, columns = np.nonzero(changed)
    assert (columns.min(), rows.min()) == pytest.approx((32, 24), abs=2)
    assert not changed[28:44, 38:90].any()  # inside the frame
    assert drawn[24, 40] == pytest.approx((255, 176, 32), abs=60)


def test_a_storyboard_shows_the_middles_of_even_parts(tmp_path: Path, room: NewRoom) -> None:
    source = coloured_source(tmp_path / "a.mp4")
    kept = room().storyboard(source, TimeSpan(0.0, 5.0), 5, width=64, form="jpeg")
    sheet, tiles = _pixels(kept.path), kept.facts["tiles"]
    assert sheet.shape == (96, 192, 3)
    assert [kept.facts[n] for n in ("columns", "rows", "tile_width", "tile_height")] == [
        3,
        2,
        64,
        48,
    ]
    assert [tile["time_s"] for tile in tiles] == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5])
    seen = [sheet[t["top"] : t["top"] + 48, t["left"] : t["left"] + 64] for t in tiles]
    assert [nearest_colour(tile) for tile in seen] == [0, 1, 2, 3, 4]
    assert sheet[56:, 136:].max() < 8  # the sixth place is empty


def test_long_storyboards_are_of_key_pictures(tmp_path: Path, room: NewRoom) -> None:
    source = coloured_source(tmp_path / "a.mp4")
    few = room(max_decoded_frames=20)
    kept = few.storyboard(source, TimeSpan(0.0, 5.0), 5, width=64, form="jpeg")
    assert [t["time_s"] for t in kept.facts["tiles"]] == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0])


def test_a_moving_storyboard_shows_the_same_in_turn(tmp_path: Path, room: NewRoom) -> None:
    source = coloured_source(tmp_path / "a.mp4")
    kept = room().storyboard(source, TimeSpan(1.0, 4.0), 3, width=64, form="webp")
    with Image.open(kept.path) as moving:
        assert (moving.format, moving.n_frames, moving.size) == ("WEBP", 3, (64, 48))
        colours = []
        for index in range(3):
            moving.seek(index)
            colours.append(nearest_colour(np.asarray(moving.convert("RGB"))))
    assert colours == [1, 2, 3]


def test_more_tiles_than_allowed_are_refused(tmp_path: Path, room: NewRoom) -> None:
    source = numbered_source(tmp_path / "a.mp4")
    with pytest.raises(BeyondLimit, match="at most 100 pictures, not 101"):
        room().storyboard(source, TimeSpan(0, 1), 101, width=16, form="jpeg")


def _numbers(source: VideoSource, span: TimeSpan | None = None) -> list[int]:
    return [number_of(p) for batch in iter_frames(source, span=span) for p in batch.pixels]


def _clip(room: MediaRoom, source: VideoSource, start_s: float, end_s: float, mode: str):
    kept = room.clip(source, TimeSpan(start_s, end_s), mode)  # type: ignore[arg-type]
    return _numbers(probe(kept.path)), kept.facts


def test_a_clip_is_copied_where_browsers_play_it(tmp_path: Path, room: NewRoom) -> None:
    shown, facts = _clip(room(), numbered_source(tmp_path / "a.mp4"), 0.5, 1.0, "auto")
    assert (shown, facts["method"], facts["is_playable"]) == (list(range(10, 25)), "copy", True)
    assert (facts["start_s"], facts["end_s"]) == pytest.approx((0.4, 1.0))


def test_an_exact_clip_begins_at_the_picture(tmp_path: Path, room: NewRoom) -> None:
    shown, facts = _clip(room(), numbered_source(tmp_path / "a.mp4"), 0.52, 1.0, "exact")
    assert (shown, facts["method"]) == (list(range(13, 25)), "encode")
    assert (facts["start_s"], facts["end_s"]) == (0.52, 1.0)


@pytest.mark.parametrize(
    ("codec", "file"), [("mpeg4", "a.mp4"), ("mjpeg", "a.avi"), ("libx265", "a.mkv")]
)
def test_what_browsers_do_not_play_is_encoded(
    tmp_path: Path, room: NewRoom, codec: str, file: str
) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    options = {"qscale": "1", "g": "10"} if codec != "libx265" else {"crf": "1", "g": "10"}
    path = write_video(
        tmp_path / file, numbered(30), codec=codec, pix_fmt=pixels, options=options, tone=Tone()
    )
    source, span = probe(path), TimeSpan(0.4, 0.8)
    assert not room().playback(source).is_playable
    kept = room().clip(source, span, "auto")
    assert (kept.facts["method"], kept.facts["is_playable"]) == ("encode", True)
    made = probe(kept.path)
    assert (made.codec, made.audio_codec) == ("h264", "aac")
    assert room().playback(made).is_playable
    assert _numbers(made) == _numbers(source, span=span)  # AVI with sound begins 0.04 s late
    assert len(_numbers(made)) == 10


def test_a_copy_of_what_browsers_do_not_play_says_so(tmp_path: Path, room: NewRoom) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(30), codec="mpeg4", options={"g": "10"})
    kept = room().clip(probe(path), TimeSpan(0.4, 0.8), "copy")
    assert (kept.facts["method"], kept.facts["is_playable"]) == ("copy", False)


def test_what_a_browser_plays(tmp_path: Path, room: NewRoom) -> None:
    found = room().playback(numbered_source(tmp_path / "a.mp4"))
    assert (found.media_type, found.is_playable, found.why) == ("video/mp4", True, "")
    other = room().playback(probe(write_video(tmp_path / "a.mkv", numbered(3))))
    assert (other.media_type, other.is_playable, other.can_copy) == (
        "video/x-matroska",
        False,
        True,
    )
    assert "a clip of it needs no encoding" in other.why
    moving = room().playback(probe(write_video(tmp_path / "a.mov", numbered(3))))
    assert (moving.media_type, moving.is_playable) == ("video/quicktime", False)
    deep = write_video(tmp_path / "deep.mp4", numbered(3), pix_fmt="yuv444p")
    assert room().playback(probe(deep)).why == "browsers do not play h264 (yuv444p) in video/mp4"


def test_clips_are_bounded(tmp_path: Path, room: NewRoom) -> None:
    source = numbered_source(tmp_path / "a.mp4")
    with pytest.raises(BeyondLimit, match="at most 1 s, not 1.520 s"):
        room(max_clip_s=1).clip(source, TimeSpan(0, 99), "auto")
    few = room(max_encoded_pixels=10 * 64 * 48)
    with pytest.raises(BeyondLimit, match=r"at most 0\.4 s of 64 x 48 pictures at 25"):
        few.clip(source, TimeSpan(0, 0.5), "exact")
    assert few.clip(source, TimeSpan(0, 1.0), "copy").facts["method"] == "copy"
    for span in (TimeSpan(1.52, 2.0), TimeSpan(0.5, 0.5)):
        with pytest.raises(OutsideVideo, match="is no part of the video"):
            room().clip(source, span, "auto")


def test_what_can_neither_be_copied_nor_encoded_says_both(tmp_path: Path, room: NewRoom) -> None:
    tone = Tone(codec="pcm_mulaw", rate_hz=8000)
    source = probe(write_video(tmp_path / "a.mov", numbered(20), tone=tone, options=COPYABLE))
    with pytest.raises(BeyondLimit, match=r"cannot hold its data as it is, and at most 0\.1 s"):
        room(max_encoded_pixels=3 * 64 * 48).clip(source, TimeSpan(0, 0.4), "copy")


def test_loudness_is_the_level_of_the_sound(tmp_path: Path, room: NewRoom) -> None:
    source = coloured_source(tmp_path / "a.mp4")  # half of full scale from 1 to 2 s: -9.03 dB
    track = room().loudness(source, TimeSpan(0.0, 5.0))
    assert (len(track), track.end_s) == (50, pytest.approx(5.0))
    assert track.pts_s[:3] == pytest.approx([0.0, 0.1, 0.2])
    assert track.scores[12:18] == pytest.approx(-9.03, abs=0.2)
    assert track.scores[:8].max() < -60
    assert track.scores[23:].max() < -60


def test_loudness_is_read_piece_by_piece_and_kept(
    tmp_path: Path, room: NewRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search_api.media.loudness.PIECE_S", 2.0)
    source = coloured_source(tmp_path / "a.mp4")
    few = room(max_loudness_s=2.0)
    with pytest.raises(BeyondLimit, match="6 s of sound would have to be read, and at most 2 s"):
        few.loudness(source, TimeSpan(0.0, 5.0))
    part = few.loudness(source, TimeSpan(3.0, 3.5))
    assert (part.pts_s[0], part.end_s, len(part)) == (2.0, pytest.approx(4.0), 20)
    for time_s in (0.0, 4.0):
        few.loudness(source, TimeSpan(time_s, time_s + 0.5))
    whole = few.loudness(source, TimeSpan(0.0, 5.0))
    assert len(whole) == 50
    assert whole.scores[12:18] == pytest.approx(-9.03, abs=0.2)
