"""Sound: its level, its pitch, and where it lies against the pictures."""

from pathlib import Path

import numpy as np
import pytest

from segments.errors import MediaError
from segments.media import AudioClip
from segments.reading import iter_audio, probe, read_audio, read_sound
from segments.spans import TimeSpan
from tests.support.footage import Tone, numbered, write_tone, write_video

_TOLERANCE_S = 0.005


def _onset_s(clip: AudioClip) -> float:
    """When the tone begins: the first sample above a fifth of its height."""
    return clip.start_s + float(np.argmax(np.abs(clip.samples) > 0.1)) / clip.rate_hz


def _pitch_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * 16_000 / len(samples)


@pytest.mark.parametrize(
    ("name", "video_codec", "codec", "rate_hz", "channels"),
    [
        ("a.mp4", "libx264", "aac", 44_100, 1),
        ("a.mp4", "libx264", "aac", 48_000, 2),
        ("a.mkv", "libx264", "libopus", 48_000, 1),
        ("a.ts", "libx264", "mp2", 48_000, 2),
        ("a.avi", "mjpeg", "pcm_s16le", 8_000, 1),
        ("a.mov", "libx264", "pcm_mulaw", 8_000, 1),
        ("a.mkv", "libx264", "pcm_f32le", 16_000, 1),
    ],
)
def test_a_tone_keeps_its_pitch_level_and_time(
    tmp_path: Path, name: str, video_codec: str, codec: str, rate_hz: int, channels: int
) -> None:
    tone = Tone(hz=1000, start_s=0.5, end_s=1.5, codec=codec, rate_hz=rate_hz, channels=channels)
    pix_fmt = "yuvj420p" if video_codec == "mjpeg" else "yuv420p"
    path = write_video(tmp_path / name, numbered(38), codec=video_codec, pix_fmt=pix_fmt, tone=tone)
    clip = read_audio(probe(path))
    assert clip is not None
    assert clip.samples.dtype == np.float32
    assert _onset_s(clip) == pytest.approx(0.5, abs=_TOLERANCE_S)
    inside = clip.between(TimeSpan(0.6, 1.4)).samples
    assert _pitch_hz(inside) == pytest.approx(1000, abs=2)
    assert np.sqrt(np.mean(inside**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize("lead_s", [-0.7, 0.1])
def test_sound_that_starts_apart_from_the_pictures(tmp_path: Path, lead_s: float) -> None:
    tone = Tone(start_s=0.5, end_s=1.5, offset_s=0.4 + lead_s, codec="pcm_s16le", rate_hz=16_000)
    path = write_video(tmp_path / "a.mkv", numbered(38), shift_s=0.4, tone=tone)
    clip = read_audio(probe(path))
    assert clip is not None
    assert clip.start_s == pytest.approx(lead_s, abs=_TOLERANCE_S)
    assert _onset_s(clip) == pytest.approx(0.5 + lead_s, abs=_TOLERANCE_S)


def test_a_file_without_sound(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(5)))
    assert read_audio(source) is None
    assert list(iter_audio(source, 1.0)) == []


def test_a_span_is_exact_and_silent_where_the_track_does_not_reach(tmp_path: Path) -> None:
    tone = Tone(start_s=0.0, end_s=1.0, length_s=1.0, codec="pcm_s16le", rate_hz=16_000)
    path = write_video(tmp_path / "a.mkv", numbered(38), tone=tone)
    whole, part = read_audio(path), read_audio(path, TimeSpan(0.5, 1.5))
    assert whole is not None
    assert part is not None
    assert (part.start_s, len(part.samples)) == (0.5, 16_000)
    np.testing.assert_array_equal(part.samples[:8000], whole.samples[8000:16_000])
    assert not part.samples[8000:].any()


def test_a_span_far_into_the_file(tmp_path: Path) -> None:
    tone = Tone(hz=300, start_s=6.5, end_s=7.5, length_s=8.0)
    path = write_video(tmp_path / "a.mp4", numbered(20), fps=2.5, tone=tone)
    part = read_audio(path, TimeSpan(6.0, 7.0))
    assert part is not None
    assert _onset_s(part) == pytest.approx(6.5, abs=_TOLERANCE_S)


def test_consecutive_pieces_join_to_the_whole(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(38), tone=Tone(end_s=2.0))
    source, whole = probe(path), read_audio(path)
    assert whole is not None
    pieces = list(iter_audio(source, 0.3))
    assert [len(piece.samples) for piece in pieces[:-1]] == [4800] * (len(pieces) - 1)
    np.testing.assert_array_equal(np.concatenate([p.samples for p in pieces]), whole.samples)
    assert pieces[2].start_s == pytest.approx(pieces[0].start_s + 0.6)


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.mp3", "libmp3lame")])
def test_a_sound_to_search_by(tmp_path: Path, name: str, codec: str) -> None:
    clip = read_sound(write_tone(tmp_path / name, Tone(hz=500, end_s=2.0, codec=codec)))
    assert clip.start_s == 0.0
    assert clip.span.duration_s == pytest.approx(2.0, abs=0.08)
    assert _pitch_hz(clip.samples[4000:28_000]) == pytest.approx(500, abs=2)


def test_a_long_sound_is_cut(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "a.wav", Tone(length_s=3.0, codec="pcm_s16le"))
    assert len(read_sound(path, max_s=1.0).samples) == 16_000


def test_what_is_no_sound(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "a.mp4", numbered(3))
    with pytest.raises(MediaError, match="has no sound track"):
        read_sound(silent)
    (tmp_path / "a.wav").write_text("not a sound at all\n" * 50)
    with pytest.raises(MediaError, match="is not a media file"):
        read_sound(tmp_path / "a.wav")
