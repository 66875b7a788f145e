"""What `probe` says of whole, odd and broken files."""

import hashlib
import struct
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from segments.errors import MediaError
from segments.reading import iter_clip_batches, iter_frames, probe
from tests.support.footage import Tone, number_of, numbered, write_tone, write_video


def _grainy(count: int) -> list[np.ndarray]:
    grain = np.random.default_rng(0)
    return [grain.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(count)]


def _half(path: Path, *, share: float = 0.6) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "container", "known_as"),
    [
        ("a.mp4", "libx264", "yuv420p", "mov,mp4,m4a,3gp,3g2,mj2", "h264"),
        ("a.mkv", "libx265", "yuv420p10le", "matroska,webm", "hevc"),
        ("a.avi", "mpeg4", "yuv420p", "avi", "mpeg4"),
        ("a.avi", "mjpeg", "yuvj420p", "avi", "mjpeg"),
        ("a.webm", "libvpx-vp9", "yuv420p", "matroska,webm", "vp9"),
        ("a.ts", "libx264", "yuv420p", "mpegts", "h264"),
        ("a.h264", "libx264", "yuv420p", "h264", "h264"),
    ],
)
def test_the_facts_of_a_file(
    tmp_path: Path, name: str, codec: str, pix_fmt: str, container: str, known_as: str
) -> None:
    path = write_video(tmp_path / name, numbered(30), codec=codec, pix_fmt=pix_fmt)
    source = probe(path)
    assert source.video_id == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.size_bytes == path.stat().st_size
    assert (source.container, source.codec) == (container, known_as)
    assert (source.width, source.height, source.rotation_deg) == (64, 48, 0)
    assert source.fps == pytest.approx(25)
    assert source.duration_s == pytest.approx(30 / 25)
    assert not source.has_audio
    assert source.problems == ()


def test_identity_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    first = write_video(tmp_path / "a.mp4", numbered(3))
    copy = tmp_path / "b.mp4"
    copy.write_bytes(first.read_bytes())
    assert probe(first).video_id == probe(copy).video_id
    assert probe(copy).path == copy


def test_sound_is_named(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(5), tone=Tone())
    assert probe(path).audio_codec == "aac"


@pytest.mark.parametrize(("turn", "size"), [(90, (48, 64)), (180, (64, 48)), (270, (48, 64))])
def test_width_and_height_are_those_a_person_sees(
    tmp_path: Path, turn: int, size: tuple[int, int]
) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(5), rotation_deg=turn))
    assert source.rotation_deg == turn
    assert (source.width, source.height) == size


def test_pixels_that_are_not_square_widen_the_picture(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(5), sample_aspect=Fraction(4, 3))
    assert (probe(path).width, probe(path).height) == (85, 48)


def test_an_edit_list_shortens_the_video(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(30), shift_s=-0.4))
    assert source.duration_s == pytest.approx(20 / 25)


def test_a_variable_rate_has_an_average(tmp_path: Path) -> None:
    times_s = [0, 0.04, 0.5, 0.54, 1.2, 1.3]
    source = probe(write_video(tmp_path / "a.mp4", numbered(6), times_s=times_s))
    assert source.duration_s == pytest.approx(1.34)  # the last picture lasts 1/25 s
    assert source.fps == pytest.approx(6 / 1.34, abs=1e-5)


def test_a_long_silence_of_pictures_is_named(tmp_path: Path) -> None:
    times_s = [0, 0.04, 5.04, 5.08]
    path = write_video(tmp_path / "a.mkv", numbered(4), times_s=times_s, options={"bf": "0"})
    assert probe(path).problems == ("no pictures for 5.0 s from 0.0 s on",)


def test_the_time_of_recording(tmp_path: Path) -> None:
    dated, epoch = tmp_path / "a.mp4", tmp_path / "b.mp4"
    for path, time in ((dated, "2026-03-14T21:45:00Z"), (epoch, "1970-01-01T00:00:00Z")):
        with av.open(str(path), "w") as out:
            out.metadata["creation_time"] = time
            stream = out.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            frame = av.VideoFrame.from_ndarray(numbered(1)[0], format="rgb24")
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    assert probe(dated).created_at == datetime(2026, 3, 14, 21, 45, tzinfo=UTC)
    assert probe(epoch).created_at is None


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"gone\.mp4 does not exist"):
        probe(tmp_path / "gone.mp4")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="is a folder, not a media file"):
        probe(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(MediaError, match=r"is empty \(0 bytes\)"):
        probe(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.avi"])
def test_text_is_not_media(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("12:04 all quiet\n" * 200)
    with pytest.raises(MediaError, match="is not a media file|holds no picture"):
        probe(tmp_path / name)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "a.m4a", Tone())
    with pytest.raises(MediaError, match="holds only sound, no pictures"):
        probe(path)


@pytest.mark.parametrize(("name", "codec"), [("a.jpg", "mjpeg"), ("a.png", "png")])
def test_a_still_picture_is_no_video(tmp_path: Path, name: str, codec: str) -> None:
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height = 64, 48
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "rgb24"
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(numbered(1)[0], format="rgb24").reformat(
        format=encoder.pix_fmt
    )
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    (tmp_path / name).write_bytes(b"".join(bytes(packet) for packet in packets))
    with pytest.raises(MediaError, match="is a still picture"):
        probe(tmp_path / name)


def test_a_playlist_reads_no_other_file(tmp_path: Path) -> None:
    write_video(tmp_path / "a.ts", numbered(5))
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError, match="is a playlist"):
        probe(playlist)


def test_an_mp4_cut_before_its_index(tmp_path: Path) -> None:
    path = _half(write_video(tmp_path / "a.mp4", _grainy(30)))
    with pytest.raises(MediaError, match="is a truncated or unfinished recording"):
        probe(path)


def test_pictures_that_cannot_be_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", _grainy(10))
    content = bytearray(path.read_bytes())
    start, stop = content.index(b"mdat") + 4, content.index(b"moov") - 4
    content[start:stop] = np.random.default_rng(0).bytes(stop - start)
    path.write_bytes(content)
    with pytest.raises(MediaError, match="none of its pictures can be decoded"):
        probe(path)


@pytest.mark.parametrize(
    ("name", "codec", "movflags", "problem"),
    [
        ("a.mp4", "libx264", "faststart", "truncated, or its header is wrong: 4.0 s are declared"),
        ("a.mp4", "libx264", "frag_keyframe+empty_moov", "truncated: it ends in the middle"),
        ("a.mkv", "libx264", "", "truncated, or its header is wrong: 4.0 s are declared"),
        ("a.avi", "mjpeg", "", "truncated: it ends in the middle"),
    ],
)
def test_a_truncated_file_gives_what_is_there(
    tmp_path: Path, name: str, codec: str, movflags: str, problem: str
) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(
        tmp_path / name,
        _grainy(100),
        codec=codec,
        pix_fmt=pix_fmt,
        movflags=movflags,
        options={"g": "10"},
    )
    source = probe(_half(path))
    assert any(text.startswith(problem) for text in source.problems)
    assert 1.8 < source.duration_s < 3.0
    num_frames = sum(len(batch) for batch in iter_frames(source))
    assert num_frames == pytest.approx(source.duration_s * 25, abs=4)
    num_clips = sum(
        len(batch)
        for batch in iter_clip_batches(
            source, frame_size=(24, 32), frames_per_clip=1, fields_per_clip=1
        )
    )
    assert num_clips == round(source.duration_s / 0.64)


def test_damage_in_the_middle_is_stepped_over(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.avi", numbered(38), codec="mjpeg", pix_fmt="yuvj420p", options={"qscale": "2"}
    )
    with av.open(str(path)) as container:
        packets = list(container.demux(video=0))
    content = bytearray(path.read_bytes())
    for number in (10, 11, 12):
        start = packets[number].pos
        content[start : start + packets[number].size] = bytes(packets[number].size)
    path.write_bytes(content)
    source = probe(path)
    shown = [number_of(picture) for batch in iter_frames(source) for picture in batch.pixels]
    assert source.duration_s == pytest.approx(38 / 25)
    assert not {10, 11, 12} & set(shown)
    assert {*range(9), *range(14, 38)} <= set(shown)


@pytest.mark.parametrize("declared_s", [60, 0.1])
def test_a_header_that_declares_another_length(tmp_path: Path, declared_s: float) -> None:
    path = write_video(tmp_path / "a.mkv", _grainy(50))
    content = bytearray(path.read_bytes())
    at = content.index(b"\x44\x89\x88") + 3  # the Duration element, a double in milliseconds
    content[at : at + 8] = struct.pack(">d", declared_s * 1000)
    path.write_bytes(content)
    source = probe(path)
    assert source.duration_s == pytest.approx(2.0)
    if declared_s > 2:
        assert source.problems == (
            "truncated, or its header is wrong: 60.0 s are declared, 2.0 s are there",
        )
    else:
        assert source.problems == ("wrong header: 0.1 s are declared, 2.0 s are there",)


def test_a_clock_that_starts_again_is_named(tmp_path: Path) -> None:
    once = write_video(tmp_path / "a.ts", numbered(38)).read_bytes()
    (tmp_path / "twice.ts").write_bytes(once + once)
    source = probe(tmp_path / "twice.ts")
    assert source.duration_s == pytest.approx(38 / 25)
    assert any("times that do not continue" in problem for problem in source.problems)


def test_real_clips_are_whole(shared_data: Path) -> None:
    for name in ("fi001", "fi040", "fi090", "nofi001", "nofi049", "nofi150"):
        source = probe(shared_data / "surv-fight" / f"{name}.mp4")
        assert source.problems == ()
        assert 1.0 < source.duration_s < 10.0
        assert 9.0 < source.fps < 31.0
