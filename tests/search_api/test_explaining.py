"""Hits say why: the sentences nearest to their span's most anomalous time."""

from pathlib import Path

import numpy as np
import pytest

from cli.tables import hits_csv, nearest_trace
from detectors.trace.traces import load_bank
from search_api.requests import SearchRequest
from search_api.searching import Searcher
from segments.catalog import Catalog
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.scores import AnomalyTrack
from segments.store.opening import open_store
from segments.tracks import TrackStore
from tests.support.small_library import GATE, TinyProfile, make_library


def number(trace_id: str) -> int:
    return int(trace_id, 16)


def test_a_hit_carries_the_traces_of_its_strongest_time(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library")
    prison = load_bank()["prison block"]
    bad, fine = prison.anomalous[:3], prison.normal[:3]
    ids = np.array([[number(t.id)] for t in bad], np.uint64)
    others = np.array([[number(t.id)] for t in fine], np.uint64)
    lead = np.array([[0.5], [0.75], [0.9]], np.float32)
    normal = np.array([[0.25], [0.25], [0.75]], np.float32)
    reasons = ReasonTrack(
        "trace", np.array([0.0, 4.0, 9.0]), 15.36, Nearest(ids, lead), Nearest(others, normal)
    )
    ReasonStore(library.tracks).append(GATE, reasons)
    scores = np.array([0.2, 0.6, 0.5], np.float32)
    track = AnomalyTrack("trace", scores, reasons.pts_s, reasons.end_s)
    TrackStore(library.tracks).append(GATE, track)
    store = open_store(library)
    with Catalog(library) as catalog:
        found = Searcher(library, store, catalog, TinyProfile()).search(SearchRequest(text="fire"))
    store.close()
    first = next(hit for hit in found.hits if (hit.video_id, hit.start_s) == (GATE, 0.0))
    assert first.explanation is not None
    assert (first.explanation.start_s, first.explanation.end_s) == (4.0, 9.0)
    assert first.explanation.score == pytest.approx(0.6)
    (reason,) = first.explanation.anomalous
    assert (reason.text, reason.context, reason.kind) == (bad[1].text, "prison block", bad[1].kind)
    assert reason.similarity == pytest.approx(0.75)
    assert [r.text for r in first.explanation.normal] == [fine[1].text]
    assert first.explanation.normal[0].kind is None
    assert nearest_trace(first) == bad[1].text
    silent = [hit for hit in found.hits if hit.video_id != GATE]
    assert silent
    assert all(hit.explanation is None for hit in silent)
    header, row, *_ = hits_csv([first, *silent]).splitlines()
    assert header.endswith(",nearest_trace")
    assert row.endswith(bad[1].text)
