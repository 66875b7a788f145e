from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.clip import parse_span
from cli.main import app
from segments.catalog import SourceRecord
from segments.errors import UserError
from segments.reading import probe
from segments.spans import TimeSpan
from tests.support.small_library import GATE, make_library, video
from tests.support.tiny_footage import write_video


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    return write_video(tmp_path / "footage" / "a.mp4", seconds=12, sound=True)


@pytest.fixture
def retrace(tmp_path: Path, footage: Path):
    record = video(GATE, duration_s=12.0)
    record = record.model_copy(update={"size_bytes": footage.stat().st_size})
    source = SourceRecord(video_id=GATE, path=str(footage))
    root = tmp_path / "library"
    make_library(root, points=(), videos=(record,), sources=(source,))
    return lambda *words: CliRunner().invoke(
        app, ["clip", "a.mp4", "--library", str(root), *(str(word) for word in words)]
    )


def test_an_exact_clip_has_the_length_that_was_asked_for(retrace, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    result = retrace("--start", "2", "--end", "0:05", "-o", out, "--exact")
    assert result.exit_code == 0, result.exception
    assert "00:02.0–00:05.0" in result.stderr
    assert probe(out).duration_s == pytest.approx(3.0, abs=0.21)
    assert probe(out).has_audio


def test_a_clip_says_what_was_really_cut(retrace, tmp_path: Path, footage: Path) -> None:
    result = retrace("--start", "10", "--end", "20", "-o", tmp_path / "clip.mp4", "--exact")
    assert result.stderr == (
        f"wrote {tmp_path / 'clip.mp4'}: 00:10.0–00:12.0 of {footage} (asked for 00:10.0–00:20.0)\n"
    )


def test_nothing_is_overwritten_unless_forced(retrace, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    out.write_bytes(b"mine")
    words = ("--start", "2", "--end", "4", "-o", out, "--exact")
    refused = retrace(*words)
    assert refused.exit_code == 1
    assert refused.stderr == (f"{out} exists: name another file, or overwrite it with --force\n")
    assert out.read_bytes() == b"mine"
    assert retrace(*words, "--force").exit_code == 0
    assert probe(out).duration_s == pytest.approx(2.0, abs=0.21)
    assert {path.name for path in tmp_path.iterdir()} == {"clip.mp4", "footage", "library"}


def test_footage_is_never_overwritten(retrace, footage: Path) -> None:
    before = footage.read_bytes()
    result = retrace("--start", "2", "--end", "4", "-o", footage, "--force")
    assert result.exit_code == 1
    assert result.stderr == (f"{footage} is footage of the library and is never overwritten\n")
    assert footage.read_bytes() == before


def test_a_file_that_changed_is_not_cut(retrace, tmp_path: Path, footage: Path) -> None:
    size = footage.stat().st_size
    footage.write_bytes(b"something else")
    result = retrace("--start", "2", "--end", "4", "-o", tmp_path / "clip.mp4")
    assert result.exit_code == 1
    assert result.stderr == (
        f"the file of video {GATE[:12]} is not where it was indexed: {footage} has 14 bytes now "
        f"and had {size}. Put it back, or index it where it is now\n"
    )
    footage.unlink()
    result = retrace("--start", "2", "--end", "4", "-o", tmp_path / "clip.mp4")
    assert f"{footage} is gone" in result.stderr


def test_spans_run_forward() -> None:
    assert parse_span("1:00", "75.5") == TimeSpan(60, 75.5)
    with pytest.raises(UserError, match="--end 1 does not come after --start 1"):
        parse_span("1", "1")
