"""Clips as files: the right pictures and sound, copied or encoded, there or not there at all."""

from pathlib import Path

import numpy as np
import pytest

from segments.cutting import Cut, cut_clip
from segments.errors import UserError
from segments.media import VideoSource
from segments.reading import iter_frames, picture_at, probe, read_audio
from segments.spans import TimeSpan
from tests.support.footage import Tone, number_of, numbered, write_video


def _shown(path: Path) -> list[int]:
    return [number_of(p) for batch in iter_frames(probe(path)) for p in batch.pixels]


@pytest.fixture
def source(tmp_path: Path) -> VideoSource:
    """38 pictures, a key picture every ten, and a tone from 0.9 s on."""
    tone = Tone(start_s=0.9, end_s=1.5, length_s=1.52)
    options = {"g": "10", "bf": "0", "sc_threshold": "0", "crf": "1"}
    return probe(write_video(tmp_path / "source.mp4", numbered(38), options=options, tone=tone))


def test_a_copy_starts_at_the_key_picture_before(source: VideoSource, tmp_path: Path) -> None:
    cut = cut_clip(source, TimeSpan(0.5, 1.0), tmp_path / "out.mp4")
    assert (cut.span.start_s, cut.span.end_s) == pytest.approx((0.4, 1.0))
    assert (cut.is_copy, cut.why) == (True, "a key picture lies 0.100 s before the start")
    assert _shown(tmp_path / "out.mp4") == list(range(10, 25))
    original = picture_at(source, 0.6)
    np.testing.assert_array_equal(picture_at(probe(tmp_path / "out.mp4"), 0.2), original)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_an_exact_clip_has_exactly_the_span(
    source: VideoSource, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"out{suffix}"
    cut = cut_clip(source, TimeSpan(0.52, 1.2), out, exact=True)
    assert cut == Cut(TimeSpan(0.52, 1.2), is_copy=False, why="the exact span was asked for")
    assert _shown(out) == list(range(13, 30))
    assert probe(out).duration_s == pytest.approx(0.68, abs=0.005)
    assert probe(out).problems == ()


def test_a_start_between_pictures_shows_the_one_on_show(
    source: VideoSource, tmp_path: Path
) -> None:
    cut_clip(source, TimeSpan(0.53, 0.7), tmp_path / "out.mkv", exact=True)
    assert _shown(tmp_path / "out.mkv") == [13, 14, 15, 16, 17]


@pytest.mark.parametrize("exact", [False, True])
def test_the_sound_stays_with_the_pictures(
    source: VideoSource, tmp_path: Path, exact: bool
) -> None:
    cut = cut_clip(source, TimeSpan(0.4, 1.4), tmp_path / "out.mp4", exact=exact)
    sound = read_audio(probe(tmp_path / "out.mp4"))
    assert sound is not None
    onset_s = sound.start_s + float(np.argmax(np.abs(sound.samples) > 0.1)) / sound.rate_hz
    assert onset_s == pytest.approx(0.9 - cut.span.start_s, abs=0.03)


def test_far_from_a_key_picture_pictures_are_encoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(38), fps=10, options={"g": "250", "crf": "1"})
    cut = cut_clip(probe(path), TimeSpan(2.0, 3.0), tmp_path / "out.mp4")
    assert cut.span == TimeSpan(2.0, 3.0)
    assert cut.why == "no key picture lies within 1 s before the start"
    assert _shown(tmp_path / "out.mp4") == list(range(20, 30))
    early = cut_clip(probe(path), TimeSpan(2.0, 3.0), tmp_path / "early.mp4", lead_s=2.0)
    assert (early.is_copy, early.span.start_s) == (True, 0.0)


def test_what_a_format_cannot_hold_is_encoded(tmp_path: Path) -> None:
    tone = Tone(codec="pcm_mulaw", rate_hz=8000)
    path = write_video(tmp_path / "a.mov", numbered(20), tone=tone, options={"crf": "1"})
    cut = cut_clip(probe(path), TimeSpan(0.0, 0.4), tmp_path / "out.mp4")
    assert (cut.is_copy, cut.why) == (False, "mp4 cannot hold its data as it is")
    assert probe(tmp_path / "out.mp4").audio_codec == "aac"
    assert _shown(tmp_path / "out.mp4") == list(range(10))


def test_a_turned_video_is_upright_in_either_way(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(20), rotation_deg=90))
    for exact in (False, True):
        out = tmp_path / f"{exact}.mp4"
        cut_clip(source, TimeSpan(0.0, 0.4), out, exact=exact)
        assert (probe(out).width, probe(out).height) == (48, 64)


def test_the_span_is_kept_within_the_video(source: VideoSource, tmp_path: Path) -> None:
    cut = cut_clip(source, TimeSpan(-5.0, 99.0), tmp_path / "out.mp4", exact=True)
    assert cut.span == TimeSpan(0.0, source.duration_s)


def test_nothing_is_overwritten(source: VideoSource, tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_text("keep me")
    with pytest.raises(UserError, match="exists: name a new file"):
        cut_clip(source, TimeSpan(0.0, 1.0), tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_text() == "keep me"


@pytest.mark.parametrize(
    ("span", "name", "message"),
    [
        (TimeSpan(2.0, 3.0), "out.mp4", "is no part of source.mp4"),
        (TimeSpan(1.0, 1.0), "out.mp4", "is no part of source.mp4"),
        (TimeSpan(0.0, 1.0), "out.gif", r"a clip is written as one of \.mp4"),
    ],
)
def test_requests_without_sense(
    source: VideoSource, tmp_path: Path, span: TimeSpan, name: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        cut_clip(source, span, tmp_path / name)


def test_a_failure_leaves_nothing_behind(
    source: VideoSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_options: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("segments.cutting._encode_sound", fails)
    with pytest.raises(RuntimeError, match="disk full"):
        cut_clip(source, TimeSpan(0.0, 1.0), tmp_path / "new" / "out.mp4", exact=True)
    assert list((tmp_path / "new").iterdir()) == []
