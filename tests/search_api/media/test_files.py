"""A recording is shown only as it was indexed."""

import os
from pathlib import Path

import pytest

from search_api.media.errors import MediaChanged, MediaGone
from search_api.media.files import Digests, find_among
from segments.catalog import SourceRecord, VideoRecord
from segments.files import sha256_of

CONTENT = b"a recording"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.mp4"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def video(path: Path) -> VideoRecord:
    return VideoRecord(
        video_id=sha256_of(path),
        duration_s=1.0,
        width=4,
        height=4,
        fps=25.0,
        codec="h264",
        has_audio=False,
        size_bytes=len(CONTENT),
    )


def _place(path: Path, video: VideoRecord) -> SourceRecord:
    return SourceRecord(video_id=video.video_id, path=str(path))


def test_a_file_of_the_same_size_with_other_bytes_is_changed(
    path: Path, video: VideoRecord
) -> None:
    check, places = Digests(max_bytes=100).check, [_place(path, video)]
    assert find_among(places, video, check=check).path == path
    path.write_bytes(b"A recording")
    os.utime(path, ns=(1, 1))
    assert find_among(places, video).path == path
    with pytest.raises(MediaChanged, match="was written over since it was indexed"):
        find_among(places, video, check=check)


def test_a_larger_file_is_compared_by_its_size(path: Path, video: VideoRecord) -> None:
    path.write_bytes(b"A recording")
    assert find_among([_place(path, video)], video, check=Digests(max_bytes=10).check).path == path
    path.write_bytes(CONTENT + b"s")
    with pytest.raises(MediaChanged, match="has 12 bytes now and had 11"):
        find_among([_place(path, video)], video, check=Digests(max_bytes=10).check)


def test_a_digest_is_read_once_until_the_file_changes(
    path: Path, video: VideoRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def sha256(file: Path) -> str:
        read.append(file)
        return sha256_of(file)

    monkeypatch.setattr("search_api.media.files.sha256_of", sha256)
    check = Digests(max_bytes=100).check
    assert [check(path, video) for _ in range(3)] == [None] * 3
    assert len(read) == 1
    os.utime(path, ns=(5, 5))
    assert check(path, video) is None
    assert len(read) == 2


def test_another_place_serves_where_one_was_changed(path: Path, video: VideoRecord) -> None:
    other = path.with_name("0.mp4")
    other.write_bytes(b"A recording")
    places = [_place(other, video), _place(path, video)]
    assert find_among(places, video, check=Digests(max_bytes=100).check).path == path


def test_what_is_nowhere_is_gone(path: Path, video: VideoRecord) -> None:
    path.unlink()
    with pytest.raises(MediaGone, match="is gone"):
        find_among([_place(path, video)], video)
    with pytest.raises(MediaGone, match="no place of it is known"):
        find_among([], video)
