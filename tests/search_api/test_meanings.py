from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from detectors.files import WEIGHTS_FILE
from detectors.local_patterns.cameras import (
    NOTHING_KNOWN,
    FittedRecord,
    camera_folder,
    save_record,
)
from search_api.meanings import (
    calibration_of,
    describe,
    describe_score,
    digests_of,
    show_length,
    show_number,
)
from segments.files import sha256_of
from segments.library import Library
from segments.scores import AnomalyTrack
from tests.support import calibrations
from tests.support.points import make_manifest

CALIBRATION = calibrations.CALIBRATION.model_copy(
    update={
        "num_alarms": 1,
        "footage_s": 86400.0,
        "left_out": 1,
        "dispersion": 1.0,
        "levels": ((0.9, 1), (0.75, 2), (0.5, 25)),
    }
)


def test_a_threshold_is_said_with_what_it_rests_on() -> None:
    assert describe(CALIBRATION) == (
        "about 1 alarm a day here (0.025 to 3.7), from 24 h, its 1 highest left out"
    )
    more = CALIBRATION.model_copy(update={"num_alarms": 24, "left_out": 0})
    assert describe(more) == "about 24 alarms a day here (15 to 35), from 24 h"
    unknown = CALIBRATION.model_copy(update={"threshold": None, "problem": "too dark"})
    assert describe(unknown) == "uncalibrated: too dark"


@pytest.mark.parametrize(
    ("score", "meaning"),
    [
        (0.95, "higher than 24 h of normal footage here"),
        (0.9, "higher than 24 h of normal footage here"),  # but for the one left out
        (0.8, "higher than 24 h of normal footage here"),
        (0.75, "as high about once a day here"),
        (0.6, "as high about once a day here"),
        (0.1, "as high about 24 times a day here"),
    ],
)
def test_a_score_is_said_by_how_common_it_is(score: float, meaning: str) -> None:
    assert describe_score(CALIBRATION, score) == meaning


def test_numbers_and_lengths_are_short() -> None:
    values = (0.0253, 0.6, 1.0, 9.96, 12.4, 1234.5)
    assert [show_number(value) for value in values] == ["0.025", "0.6", "1", "10", "12", "1234"]
    assert [show_length(s) for s in (1800, 9000, 111600)] == ["30 min", "2.5 h", "31 h"]


def test_a_video_of_no_camera_has_no_meaning(tmp_path: Path) -> None:
    track = AnomalyTrack("alan", np.zeros(1, np.float32), np.zeros(1), 1.0)
    found = calibration_of(Library(tmp_path, "tiny"), track, None)
    assert found.meaning == "uncalibrated: no camera is known for this video"


def test_traces_own_bank_and_network_make_its_scores(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library", "tiny")
    make_manifest().save(library.manifest_file)
    assert digests_of(library, "trace") == digests_of(library, "alan") == make_manifest().digests
    bank = make_manifest().model_copy(update={"digests": {"trace bank": "1" * 64}})
    bank.save(library.trace_vectors.manifest_file)
    assert digests_of(library, "alan") == make_manifest().digests
    assert digests_of(library, "trace") == {"trace bank": "1" * 64, "trace network": "untrained"}


def test_each_cameras_own_module_makes_its_scores(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library", "tiny")
    make_manifest().save(library.manifest_file)
    folder = camera_folder(library, "gate")
    folder.mkdir(parents=True)
    (folder / WEIGHTS_FILE).write_bytes(b"weights")
    record = FittedRecord(
        camera="gate",
        videos=(),
        from_s=None,
        to_s=None,
        footage_s=60.0,
        num_regions=9,
        left_out=0,
        pooling="max",
        seed=0,
        score_range=(0.0, 0.5, 1.0),
        digest=sha256_of(folder / WEIGHTS_FILE),
        made_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    save_record(library, record)
    name = "reconstruction module"
    assert digests_of(library, "local_patterns", "gate")[name] == record.digest
    assert digests_of(library, "local_patterns", "yard")[name] == NOTHING_KNOWN
    assert digests_of(library, "local_patterns")[name] == NOTHING_KNOWN
    assert digests_of(library, "alan", "gate") == make_manifest().digests
