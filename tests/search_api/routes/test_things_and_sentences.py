"""What things do is said by sentences too: which of it is of before."""

from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

from detectors.trace.origin import origin_of_bank
from detectors.trace.traces import load_bank
from search_api.service.app import create_app
from search_api.service.settings import ServiceSettings
from segments.findings import Finding
from segments.score_origins import ScoreOrigins
from segments.scores import AnomalyTrack
from tests.support.service import LOOPBACK
from tests.support.small_library import GATE
from tests.support.worded import GOAT, WordProfile, make_worded_library

NAME = "local_patterns"


def test_words_of_things_are_by_the_whole_bank_whatever_is_pinned(swift_path: Path) -> None:
    library = make_worded_library(swift_path / "library")
    bank = load_bank(own=library.own_traces)
    with ScoreOrigins(library) as origins:
        for detector, names in (("trace", ["park"]), (NAME, [])):
            track = AnomalyTrack(detector, np.zeros(1, np.float32), np.zeros(1), 0.64)
            origins.note(GATE, Finding(track, origin=origin_of_bank(bank, names)))
    app = create_app(
        ServiceSettings(library=library.root),
        load_profile=lambda name: WordProfile(),  # type: ignore[return-value]
    )
    with TestClient(app, "http://127.0.0.1", client=LOOPBACK) as client:

        def outdated() -> int:
            rows = client.get("/v1/traces/places").json()["cameras"]
            return next(row["outdated"] for row in rows if row["camera"] == "gate")

        pins = {"camera": "gate", "contexts": ["park"]}
        assert client.put("/v1/traces/pins", json=pins).is_success
        assert outdated() == 0
        sent = {"text": GOAT, "context": "supermarket", "kind": "animal"}
        added = client.post("/v1/traces/sentences", json=sent).json()
        assert outdated() == 1  # TRACE compares with the park alone; words are of everything
        path = f"/v1/traces/sentences/{added['trace_id']}"
        assert client.delete(path).is_success
        assert outdated() == 0
