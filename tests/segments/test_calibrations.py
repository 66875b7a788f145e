from datetime import UTC, datetime
from pathlib import Path

import pytest

from segments.calibrations import CalibrationRecord, CalibrationStore
from segments.errors import LibraryError
from segments.library import Library
from tests.support.calibrations import CALIBRATION


def record(camera: str = "gate", detector: str = "alan") -> CalibrationRecord:
    return CalibrationRecord(
        camera=camera,
        videos=("a" * 64,),
        digests={"tiny": "0" * 64},
        made_at=datetime(2026, 11, 1, 10, tzinfo=UTC),
        calibration=CALIBRATION.model_copy(update={"detector": detector}),
    )


def test_one_per_camera_and_detector_is_kept(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "calibrations.json")
    assert (store.all(), store.find("gate", "alan")) == ([], None)
    for one in (record("yard 2/é"), record(), record(detector="trace")):
        store.save(one)
    later = record().model_copy(update={"videos": ("b" * 64,)})
    store.save(later)
    assert store.all() == [later, record(detector="trace"), record("yard 2/é")]
    assert store.find("gate", "alan") == later
    assert store.find("yard", "alan") is None


def test_other_weights_make_it_void() -> None:
    assert not record().is_void({"tiny": "0" * 64})
    assert record().is_void({"tiny": "1" * 64})
    assert record().is_void({"tiny": "0" * 64, "more": "0" * 64})


def test_they_go_with_their_space(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library", "tiny")
    CalibrationStore.of(library).save(record())
    assert CalibrationStore.of(library.through("other")).all() == []
    library.drop_space()
    assert CalibrationStore.of(library).all() == []


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "calibrations.json").write_text('[{"camera": "gate"}]')
    with pytest.raises(LibraryError, match=r"calibrations.json is damaged: delete it"):
        CalibrationStore(tmp_path / "calibrations.json").all()
