"""A stream's own motion vectors: when they may be used, and what they give."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from segments.media import MOTION_GRID, MotionField
from segments.reading import iter_clip_batches, probe, read_motion
from segments.reading.h264 import SequenceParameters, read_sps, sequence_parameter_sets
from segments.reading.references import codec_vectors_usable
from segments.spans import TimeSpan
from tests.support.footage import MovingScene, numbered, write_video

_X264 = "asm=avx2:threads=1"
_ONE_REFERENCE = {"bf": "0", "refs": "1", "x264-params": _X264}
_FILES = {
    "one reference": ("a.mp4", "libx264", "yuv420p", _ONE_REFERENCE),
    "one reference, as a stream": ("a.ts", "libx264", "yuv420p", _ONE_REFERENCE),
    "mpeg4": ("b.avi", "mpeg4", "yuv420p", {"b": "2000000"}),
    "default x264": ("c.mp4", "libx264", "yuv420p", {"x264-params": _X264}),
    "several references": ("d.mp4", "libx264", "yuv420p", {"bf": "0", "refs": "3"}),
    "B-pictures in mpeg4": ("e.avi", "mpeg4", "yuv420p", {"bf": "2"}),
    "interlaced": ("f.mp4", "libx264", "yuv420p", {"bf": "0", "x264-params": "ref=1:tff=1"}),
    "key pictures only": ("g.mp4", "libx264", "yuv420p", {"bf": "0", "refs": "1", "g": "1"}),
    "hevc": ("h.mkv", "libx265", "yuv420p", {}),
    "mjpeg": ("i.avi", "mjpeg", "yuvj420p", {"qmin": "2", "qmax": "4"}),
}
_USABLE = ("one reference", "one reference, as a stream", "mpeg4")


def _write(tmp_path: Path, kind: str, scene: MovingScene, *, count: int = 25) -> Path:
    name, codec, pix_fmt, options = _FILES[kind]
    pictures = scene.pictures(count)
    return write_video(tmp_path / name, pictures, codec=codec, pix_fmt=pix_fmt, options=options)


def _inside(scene: MovingScene, time_s: float, *, margin: int) -> np.ndarray:
    """Which cells the card covers; `margin` cells less (or, negative, more) on every side."""
    edges = []
    sizes = (scene.height, scene.width)
    for start, length, size, cells in zip(
        scene.corner_px(time_s)[::-1], scene.card_px, sizes, MOTION_GRID, strict=True
    ):
        centres = (np.arange(cells) + 0.5) * size / cells
        edge = margin * size / cells
        edges.append((centres > start + edge) & (centres < start + length - edge))
    return edges[0][:, None] & edges[1][None, :]


def _card_velocity(field: MotionField, scene: MovingScene) -> np.ndarray:
    """Median velocity of the card in every field but the first."""
    return np.array(
        [
            np.median(v[_inside(scene, float(t) - 0.04, margin=1)], axis=0)
            for v, t in zip(field.velocity[1:], field.pts_s[1:], strict=True)
        ]
    )


@pytest.mark.parametrize("kind", _FILES)
def test_vectors_are_used_only_where_their_reference_is_known(tmp_path: Path, kind: str) -> None:
    scene = MovingScene(height=64, width=96, card_px=(24, 24), start_px=(10, 10))
    path = _write(tmp_path, kind, scene, count=12)
    assert codec_vectors_usable(path) == (kind in _USABLE)
    origin = "codec" if kind in _USABLE else "flow"
    source = probe(path)
    assert read_motion(source, rate_hz=5.0, codec_vectors=True).origin == origin
    looks = {"frame_size": (8, 8), "frames_per_clip": 1, "fields_per_clip": 1}
    batches = iter_clip_batches(source, **looks, codec_vectors=True)
    assert next(batches).motion_origin == origin
    assert next(iter_clip_batches(source, **looks)).motion_origin == "flow"


@pytest.mark.parametrize("kind", ["one reference", "mpeg4", "default x264", "hevc", "mjpeg"])
def test_known_motion_has_the_known_velocity(tmp_path: Path, kind: str) -> None:
    scene = MovingScene(velocity_px=(90.0, -40.0), start_px=(120, 100), noise=2.0)
    field = read_motion(
        probe(_write(tmp_path, kind, scene, count=15)), rate_hz=12.5, codec_vectors=True
    )
    card = _card_velocity(field, scene)
    assert np.linalg.norm(card.mean(axis=0) - scene.velocity) < 0.1 * np.hypot(*scene.velocity)
    for velocity, pts_s in zip(field.velocity[1:], field.pts_s[1:], strict=True):
        rest = np.linalg.norm(velocity, axis=-1)[~_inside(scene, float(pts_s) - 0.04, margin=-3)]
        assert np.percentile(rest, 95) < 0.02


@pytest.mark.parametrize("kind", ["one reference", "mpeg4"])
def test_vectors_agree_with_flow_on_the_same_file(tmp_path: Path, kind: str) -> None:
    scene = MovingScene(velocity_px=(60.0, 20.0), start_px=(120, 80), noise=2.0)
    source = probe(_write(tmp_path, kind, scene, count=15))
    codec = read_motion(source, rate_hz=12.5, codec_vectors=True)
    flow = read_motion(source, rate_hz=12.5)
    assert (codec.origin, flow.origin) == ("codec", "flow")
    np.testing.assert_array_equal(codec.pts_s, flow.pts_s)
    speeds = [np.linalg.norm(field.velocity, axis=-1).ravel() for field in (codec, flow)]
    assert np.corrcoef(speeds)[0, 1] > 0.95


@pytest.mark.parametrize(("rotation_deg", "turns"), [(90, 1), (180, 2), (270, 3)])
def test_vectors_turn_with_the_picture(tmp_path: Path, rotation_deg: int, turns: int) -> None:
    scene = MovingScene(velocity_px=(60.0, 20.0), start_px=(120, 80))
    path = write_video(
        tmp_path / "a.mp4", scene.pictures(8), options=_ONE_REFERENCE, rotation_deg=rotation_deg
    )
    source = probe(path)
    field = read_motion(source, rate_hz=12.5, codec_vectors=True)
    x, y = scene.velocity_px
    for _ in range(turns):  # clockwise: what moved right moves down
        x, y = -y, x
    cells = np.linalg.norm(field.velocity[2], axis=-1) > 0.1
    median_px = np.median(field.velocity[2][cells], axis=0) * source.height
    assert field.origin == "codec"
    assert median_px == pytest.approx((x, y), abs=6)


def test_velocity_counts_square_pixels(tmp_path: Path) -> None:
    scene = MovingScene(velocity_px=(60.0, 20.0), start_px=(120, 80))
    path = write_video(
        tmp_path / "a.mp4",
        scene.pictures(8),
        options=_ONE_REFERENCE,
        sample_aspect=Fraction(4, 3),
    )
    field = read_motion(probe(path), rate_hz=12.5, codec_vectors=True)
    card = _card_velocity(field, scene).mean(axis=0)
    assert card == pytest.approx((60 * 4 / 3 / 240, 20 / 240), rel=0.1)


def test_a_still_scene_does_not_move(tmp_path: Path) -> None:
    still = MovingScene(velocity_px=(0.0, 0.0))
    field = read_motion(
        probe(_write(tmp_path, "one reference", still, count=8)), rate_hz=12.5, codec_vectors=True
    )
    assert field.origin == "codec"
    assert np.abs(field.velocity).max() < 1e-6


def test_a_key_picture_takes_the_motion_of_its_neighbour(tmp_path: Path) -> None:
    scene = MovingScene(velocity_px=(60.0, 20.0), start_px=(120, 80))
    options = {**_ONE_REFERENCE, "g": "5", "sc_threshold": "0"}
    for fps in (25, 10):  # two pictures per field; one only, and no vectors to a key picture
        path = write_video(tmp_path / "a.mp4", scene.pictures(11, fps), fps=fps, options=options)
        field = read_motion(probe(path), rate_hz=fps, codec_vectors=True)
        for index in (5, 10):
            time_s = float(field.pts_s[index]) - (0.04 if fps == 25 else 0.05)
            card = field.velocity[index][_inside(scene, time_s, margin=2)]
            assert np.median(card, axis=0) == pytest.approx(scene.velocity, rel=0.12)


def test_reading_from_the_middle_gives_the_same_fields(tmp_path: Path) -> None:
    scene = MovingScene(
        velocity_px=(10.0, 6.0), height=96, width=128, card_px=(32, 32), start_px=(8, 8)
    )
    path = write_video(
        tmp_path / "a.mp4", scene.pictures(150), options={**_ONE_REFERENCE, "g": "25"}
    )
    source = probe(path)
    whole = read_motion(source, rate_hz=5.0, codec_vectors=True)
    part = read_motion(source, rate_hz=5.0, span=TimeSpan(4.0, 5.0), codec_vectors=True)
    assert whole.origin == part.origin == "codec"
    assert np.abs(part.velocity).max() > 0.05
    np.testing.assert_array_equal(part.velocity, whole.velocity[20:25])
    np.testing.assert_array_equal(part.pts_s, whole.pts_s[20:25])
    clips = {"frame_size": (24, 32), "frames_per_clip": 1, "fields_per_clip": 4}
    everything = np.concatenate(
        [b.motion for b in iter_clip_batches(source, **clips, codec_vectors=True)]
    )
    (rest,) = iter_clip_batches(source, **clips, codec_vectors=True, first_clip=7)
    np.testing.assert_array_equal(rest.motion, everything[7:])


def test_a_picture_that_none_refers_to_breaks_the_chain(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.h264", numbered(8, height=64, width=64), options=_ONE_REFERENCE
    )
    assert codec_vectors_usable(path)
    data = bytearray(path.read_bytes())
    slices = [i for i in range(len(data) - 3) if data[i : i + 3] == b"\0\0\1"]
    predicted = next(i + 3 for i in slices if data[i + 3] & 31 == 1)
    data[predicted] &= 0b10011111  # nal_ref_idc = 0
    path.write_bytes(data)
    assert not codec_vectors_usable(path)


def _sps(profile: int, *fields: str) -> bytes:
    """A parameter set's bytes, from its fields after the level as bits."""
    bits = "".join(fields) + "1"
    bits += "0" * (-len(bits) % 8)
    body = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    return bytes([0x67, profile, 0, 30]) + body


def _code(value: int) -> str:
    """Unsigned Exp-Golomb."""
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


_TAIL = ("0", _code(19), _code(14))  # no gaps, 20 x 15 macroblocks


@pytest.mark.parametrize("references", [0, 1, 2, 4, 16])
@pytest.mark.parametrize("whole_frames", [False, True])
def test_parameter_sets_say_how_many_references_there_are(
    references: int, whole_frames: bool
) -> None:
    flag = str(int(whole_frames))
    end = (_code(references), *_TAIL, flag)
    expected = SequenceParameters(references, whole_frames)
    baseline = _sps(66, _code(0), _code(4), _code(2), *end)
    counted = _sps(77, _code(0), _code(0), _code(0), _code(6), *end)
    cycle = _sps(77, _code(31), _code(0), _code(1), "0", *[_code(3)] * 2, _code(2), *"11", *end)
    matrix = "1" + "1" + _code(1) + _code(18) + "0" * 7  # one list: +1, then -9 ends it
    high = _sps(100, _code(0), _code(1), *"11", "0", matrix, _code(0), _code(2), *end)
    assert [read_sps(s) for s in (baseline, counted, cycle, high)] == [expected] * 4


def test_parameter_sets_lose_their_emulation_prevention() -> None:
    plain = bytes([0x67, 66, 0, 0]) + _sps(66, _code(0), _code(4), _code(2), "010", *_TAIL, "1")[4:]
    escaped = plain.replace(b"\0\0", b"\0\0\3", 1)
    assert escaped != plain
    assert read_sps(escaped) == SequenceParameters(1, True)


def test_parameter_sets_are_found_in_boxes_and_behind_start_codes() -> None:
    one = _sps(66, _code(0), _code(4), _code(2), _code(1), *_TAIL, "1")
    two = _sps(66, _code(0), _code(4), _code(2), _code(2), *_TAIL, "1")
    picture = b"\x68\xce\x38\x80"
    units = [len(unit).to_bytes(2, "big") + unit for unit in (one, two)]
    box = b"\1\x42\0\x1e\xff\xe2" + b"".join(units) + b"\1\0\4" + picture
    stream = b"".join(b"\0\0\0\1" + unit for unit in (one, two, picture))
    expected = [SequenceParameters(1, True), SequenceParameters(2, True)]
    assert sequence_parameter_sets(box) == sequence_parameter_sets(stream) == expected
    assert sequence_parameter_sets(b"") == sequence_parameter_sets(box[:5]) == []
    with pytest.raises(ValueError, match="cut off"):
        read_sps(one[:5])
