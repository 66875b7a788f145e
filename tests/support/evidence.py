"""A library of one recording of numbered pictures, and a case about it.

38 pictures, 25 a second, a key picture every ten; scores of `alan` every 0.32 s, the highest from
0.64 to 0.96 s, and of `trace` with reasons.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from detectors import trace
from search_api.evidence.bundle import export_bundle
from segments.case_records import CaseFinding
from segments.cases import Cases
from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.library import Library
from segments.reading import probe
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.footage import numbered, write_video
from tests.support.small_library import MANIFEST

SCORES = (0.1, 0.2, 0.9, 0.3, 0.25)
STEP_S = 0.32
FINDING = {"start_s": 0.5, "end_s": 1.0, "note": "a <b>fight</b>"}
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def write_recording(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"g": "10", "bf": "0", "sc_threshold": "0", "crf": "1"}
    return write_video(path, numbered(38), options=options)


def make_case_library(root: Path, recording: Path) -> tuple[Library, CaseFinding]:
    """The library, with the case "theft" that has one hit, and that hit's finding."""
    library = Library.create(root, "tiny")
    MANIFEST.save(library.manifest_file)
    source = probe(recording)
    facts = source.__dict__.keys() & VideoRecord.model_fields.keys()
    record = VideoRecord(
        **{name: getattr(source, name) for name in facts}, has_audio=source.has_audio
    )
    with Catalog(library) as catalog:
        catalog.add_video(record)
        place = SourceRecord(video_id=source.video_id, path=str(recording), camera="gate")
        catalog.add_source(place)
    _write_tracks(library, source.video_id)
    finding = CaseFinding(
        video_id=source.video_id,
        query={"text": "a fight"},
        ranking="similarity",
        score=0.75,
        parts={"cls": 0.5, "avg": 0.25},
        **FINDING,
    )
    with Cases(library) as cases:
        cases.create("theft")
        cases.add("theft", finding)
        cases.add_note("theft", "seen on the way to the gate")
    return library, finding


def make_bundle(folder: Path) -> Path:
    """A bundle of the case, signed by SIGNER."""
    recording = write_recording(folder / "footage" / "gate.mp4")
    library, _ = make_case_library(folder / "library", recording)
    with Cases(library) as cases:
        case = cases.find("theft")
    export_bundle(library, case.hits, folder / "bundle.zip", key=SIGNER, case=case)
    return folder / "bundle.zip"


def contents(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, files: Mapping[str, bytes]) -> Path:
    """A ZIP file of these, whatever they are."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def leftovers(folder: Path) -> list[str]:
    """Half-written files, by name."""
    return sorted(path.name for path in folder.rglob("*.partial*"))


def _write_tracks(library: Library, video_id: str) -> None:
    pts_s, scores = np.arange(5) * STEP_S, np.array(SCORES, np.float32)
    ids, near = np.ones((5, 1), np.uint64), np.full((5, 1), 0.5, np.float32)
    for name in ("alan", trace.NAME):
        TrackStore(library.tracks).append(video_id, AnomalyTrack(name, scores, pts_s, 1.52))
    reasons = ReasonTrack(trace.NAME, pts_s, 1.52, Nearest(ids, near), Nearest(ids, near))
    ReasonStore(library.tracks).append(video_id, reasons)
