from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import numpy as np
import pytest

from segments.errors import LibraryError, UserError
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.points import make_video_id

VIDEO = make_video_id(1)


@pytest.fixture(params=["folder", "memory"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "folder":
        yield str(tmp_path / "tracks")
        return
    url = f"memory://{uuid4().hex}/tracks"
    yield url
    files, root = fsspec.url_to_fs(url)
    if files.exists(root):
        files.rm(root, recursive=True)


@pytest.fixture
def tracks(location: str) -> TrackStore:
    return TrackStore(location)


def make_piece(
    first_s: float, scores: list[float], *, detector: str = "alan", step_s: float = 1.0
) -> AnomalyTrack:
    pts_s = first_s + step_s * np.arange(len(scores), dtype=np.float64)
    return AnomalyTrack(
        detector, np.asarray(scores, np.float32), pts_s, first_s + step_s * len(scores)
    )


def assert_curve(
    track: AnomalyTrack, pts_s: list[float], scores: list[float], end_s: float
) -> None:
    assert track.pts_s.tolist() == pts_s
    assert track.scores.tolist() == scores
    assert (track.scores.dtype, track.pts_s.dtype) == (np.float32, np.float64)
    assert track.end_s == end_s


def test_a_curve_grows_piece_by_piece(tracks: TrackStore) -> None:
    tracks.append(VIDEO, make_piece(0, [0.5, 0.25]))
    tracks.append(VIDEO, make_piece(2, [0.75, 1.0, 3.5]))
    assert_curve(
        tracks.load(VIDEO, "alan"), [0, 1, 2, 3, 4], [0.5, 0.25, 0.75, 1.0, 3.5], end_s=5.0
    )


def test_scores_and_times_are_exact(tracks: TrackStore) -> None:
    piece = make_piece(1 / 3, [0.1, -2.3456789, 0.99999], step_s=0.64)
    tracks.append(VIDEO, piece)
    found = tracks.load(VIDEO, "alan")
    np.testing.assert_array_equal(found.pts_s, piece.pts_s)
    np.testing.assert_array_equal(found.scores, piece.scores)
    assert found.end_s == piece.end_s


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2, 1, 0), (0, 0, 1, 2, 2, 1)])
def test_pieces_in_any_order_and_number_give_one_curve(
    tracks: TrackStore, order: tuple[int, ...]
) -> None:
    pieces = [make_piece(2 * n, [n + 0.25, n + 0.5]) for n in range(3)]
    for index in order:
        tracks.append(VIDEO, pieces[index])
    expected = [0.25, 0.5, 1.25, 1.5, 2.25, 2.5]
    assert_curve(tracks.load(VIDEO, "alan"), [0, 1, 2, 3, 4, 5], expected, end_s=6.0)


def test_a_piece_replaces_what_is_stored_for_its_time(tracks: TrackStore) -> None:
    tracks.append(VIDEO, make_piece(0, [1, 2, 3, 4, 5]))
    tracks.append(VIDEO, make_piece(1.5, [10, 20], step_s=0.75))  # 1.5 to 3.0
    assert_curve(tracks.load(VIDEO, "alan"), [0, 1, 1.5, 2.25, 3, 4], [1, 2, 10, 20, 4, 5], 5.0)
    tracks.append(VIDEO, make_piece(4, [7, 8]))
    assert_curve(
        tracks.load(VIDEO, "alan"), [0, 1, 1.5, 2.25, 3, 4, 5], [1, 2, 10, 20, 4, 7, 8], 6.0
    )


def test_boundaries_that_differ_in_the_last_bit_lose_nothing(tracks: TrackStore) -> None:
    first = AnomalyTrack("alan", np.float32([1]), np.array([0.0]), 0.3)
    second = AnomalyTrack("alan", np.float32([2]), np.array([np.nextafter(0.3, 0)]), 0.6)
    for piece in (first, second, first):
        tracks.append(VIDEO, piece)
    assert tracks.load(VIDEO, "alan").scores.tolist() == [1, 2]


def test_an_empty_piece_changes_nothing(tracks: TrackStore) -> None:
    tracks.append(VIDEO, make_piece(0, [1, 2]))
    tracks.append(VIDEO, make_piece(1, []))
    assert_curve(tracks.load(VIDEO, "alan"), [0, 1], [1, 2], 2.0)


def test_detectors_are_listed_and_deleted_by_video(tracks: TrackStore) -> None:
    assert tracks.detectors(VIDEO) == []
    tracks.delete(VIDEO)
    other = make_video_id(2)
    for video_id, detector in ((VIDEO, "trace"), (VIDEO, "alan"), (other, "local_patterns")):
        tracks.append(video_id, make_piece(0, [1], detector=detector))
    assert tracks.detectors(VIDEO) == ["alan", "trace"]
    tracks.delete(VIDEO)
    assert tracks.detectors(VIDEO) == []
    assert tracks.detectors(other) == ["local_patterns"]


def test_a_curve_that_is_not_there_names_those_that_are(tracks: TrackStore) -> None:
    with pytest.raises(UserError, match=f"no 'alan' scores for video {VIDEO}; there are: none"):
        tracks.load(VIDEO, "alan")
    tracks.append(VIDEO, make_piece(0, [1], detector="trace"))
    with pytest.raises(UserError, match="there are: trace"):
        tracks.load(VIDEO, "alan")


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/b", "../up", "/etc", "a\\b", ".hidden", "a b", "a.b", "x" * 200, "é"]
)
def test_no_name_leads_out_of_the_folder(tracks: TrackStore, name: str) -> None:
    for call in (tracks.detectors, tracks.delete):
        with pytest.raises(UserError, match="cannot name a track"):
            call(name)
    with pytest.raises(UserError, match="cannot name a track"):
        tracks.load(VIDEO, name)
    with pytest.raises(UserError, match="cannot name a track"):
        tracks.append(VIDEO, make_piece(0, [1], detector=name))


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_scores_that_are_not_finite_are_refused(tracks: TrackStore, score: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        tracks.append(VIDEO, make_piece(0, [1, score]))
    assert tracks.detectors(VIDEO) == []


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"cos\nsystem\n(S'true'\ntR."])
def test_a_damaged_file_is_named(tracks: TrackStore, location: str, content: bytes) -> None:
    tracks.append(VIDEO, make_piece(0, [1]))
    files, root = fsspec.url_to_fs(location)
    files.pipe_file(f"{root}/{VIDEO}/alan.npz", content)
    with pytest.raises(LibraryError, match=r"alan\.npz is damaged"):
        tracks.load(VIDEO, "alan")


def test_a_crash_while_writing_keeps_the_old_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = TrackStore(tmp_path)
    tracks.append(VIDEO, make_piece(0, [1]))
    with monkeypatch.context() as crashing:
        crashing.setattr(Path, "replace", lambda self, target: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tracks.append(VIDEO, make_piece(1, [2]))
    assert tracks.detectors(VIDEO) == ["alan"]
    assert tracks.load(VIDEO, "alan").scores.tolist() == [1]
    tracks.append(VIDEO, make_piece(1, [2]))
    assert tracks.load(VIDEO, "alan").scores.tolist() == [1, 2]


def test_a_relative_folder_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    TrackStore("tracks").append(VIDEO, make_piece(0, [1]))
    assert (tmp_path / "tracks" / VIDEO / "alan.npz").is_file()
