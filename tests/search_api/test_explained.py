"""What is read once is read again when it changes, and not before."""

import os
from pathlib import Path

import numpy as np
import pytest

from detectors.trace.sentences import Trace
from detectors.trace.traces import add_trace
from search_api import explained
from search_api.explained import ExplainedTracks
from search_api.traces.bank import known_bank
from segments.library import Library
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from segments.tracks import TrackStore
from tests.support.small_library import GATE, YARD, make_library

PTS_S = np.array([0.0, 4.0, 9.0])


@pytest.fixture
def library(tmp_path: Path) -> Library:
    found = make_library(tmp_path / "library")
    write(found, GATE, 0.2, 0.6, 0.5)
    return found


def write(library: Library, video_id: str, *scores: float) -> None:
    """Scores of TRACE, each with one sentence on either side."""
    values = np.array(scores, np.float32)
    side = Nearest(np.ones((len(values), 1), np.uint64), values[:, None])
    TrackStore(library.tracks).append(video_id, AnomalyTrack("trace", values, PTS_S, 15.36))
    ReasonStore(library.tracks).append(video_id, ReasonTrack("trace", PTS_S, 15.36, side, side))


def test_a_track_is_read_once(library: Library) -> None:
    tracks = ExplainedTracks(library)
    first = tracks.of(GATE)["trace"]
    assert tracks.of(GATE)["trace"] is first
    assert first.strongest_row(TimeSpan(0.0, 15.36)) == 1
    assert first.strongest_row(TimeSpan(0.0, 4.0)) == 0
    assert first.strongest_row(TimeSpan(9.5, 15.36)) == 2


def test_a_track_that_was_written_anew_is_read_anew(library: Library) -> None:
    tracks = ExplainedTracks(library)
    tracks.of(GATE)
    write(library, GATE, 0.9, 0.1, 0.1)
    os.utime(library.tracks / GATE, ns=(1, 1))  # clocks of file systems tick slowly
    assert tracks.of(GATE)["trace"].track.scores.tolist() == pytest.approx([0.9, 0.1, 0.1])


def test_what_has_no_reasons_gets_them_and_loses_them(library: Library) -> None:
    tracks = ExplainedTracks(library)
    assert tracks.of(YARD) == {}
    write(library, YARD, 0.1, 0.2, 0.3)
    assert list(tracks.of(YARD)) == ["trace"]
    TrackStore(library.tracks).delete(YARD)
    assert tracks.of(YARD) == {}


def test_no_more_videos_are_kept_than_there_is_room_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explained, "MAX_KEPT", 1)
    write(library, YARD, 0.1, 0.2, 0.3)
    tracks = ExplainedTracks(library)
    first = tracks.of(GATE)["trace"]
    tracks.of(YARD)
    assert tracks.of(GATE)["trace"] is not first


def test_sentences_that_are_added_are_known_at_once(library: Library) -> None:
    before = known_bank(library).by_number
    assert known_bank(library).by_number is before
    new = Trace("a unicorn eats the ticket machine", "bank hall", is_anomalous=True, kind="other")
    add_trace(library.own_traces, new)
    found = known_bank(library).by_number
    assert len(found) == len(before) + 1
    assert found[int(new.id, 16)].text == new.text
