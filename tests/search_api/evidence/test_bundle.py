"""What a bundle holds, and that it is there completely or not at all."""

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from search_api.evidence import bundle, items
from search_api.evidence.bundle import export_bundle
from search_api.evidence.manifest import MANIFEST, SIGNATURE, BundleManifest
from search_api.evidence.signing import fingerprint
from search_api.evidence.verifying import verify_bundle
from segments.case_records import CaseFinding
from segments.cases import Cases
from segments.errors import MediaError, UserError
from segments.files import sha256_of
from segments.library import Library
from segments.reading import iter_frames, picture_at, probe
from tests.support.evidence import (
    SIGNER,
    contents,
    leftovers,
    make_case_library,
    write_recording,
)
from tests.support.footage import number_of
from tests.support.small_library import MANIFEST as SPACE

ROOT = Path(__file__).parents[3]


@pytest.fixture
def recording(swift_path: Path) -> Path:
    return write_recording(swift_path / "footage" / "gate.mp4")


@pytest.fixture
def known(swift_path: Path, recording: Path) -> tuple[Library, CaseFinding]:
    return make_case_library(swift_path / "library", recording)


def test_a_bundle_says_what_was_found_and_how(
    known: tuple[Library, CaseFinding], recording: Path, swift_path: Path
) -> None:
    library, finding = known
    with Cases(library) as cases:
        case = cases.find("theft")
    out = swift_path / "bundle.zip"
    made = export_bundle(library, case.hits, out, key=SIGNER, case=case)
    files = contents(out)
    assert list(files)[:2] == [MANIFEST, SIGNATURE]
    assert BundleManifest.model_validate_json(files[MANIFEST]) == made
    assert set(made.files) == set(files) - {MANIFEST, SIGNATURE}
    assert made.created_at.utcoffset() is not None
    assert made.space == SPACE
    assert made.case is not None
    assert made.case.notes[0].text == "seen on the way to the gate"
    (item,) = made.items
    assert item.finding == finding
    assert item.added_at == case.hits[0].added_at
    assert item.source.name == "gate.mp4"
    assert item.source.exported.sha256 == item.source.ingested.sha256 == sha256_of(recording)
    assert item.source.exported.size_bytes == recording.stat().st_size
    assert item.source.places[0].camera == "gate"
    assert leftovers(swift_path) == []
    assert str(swift_path) not in files[MANIFEST].decode()  # folders are nobody's business


def test_every_picture_of_the_clip_is_traced_to_the_recording(
    known: tuple[Library, CaseFinding], recording: Path, swift_path: Path
) -> None:
    for exact, first in ((False, 10), (True, 12)):
        out = swift_path / f"{exact}.zip"
        made = export_bundle(known[0], [known[1]], out, key=SIGNER, exact=exact)
        clip = made.items[0].clip
        files = contents(out)
        (swift_path / f"{exact}.mp4").write_bytes(files[clip.file])
        shown = [
            number_of(pixels)
            for batch in iter_frames(probe(swift_path / f"{exact}.mp4"))
            for pixels in batch.pixels
        ]
        rows = list(csv.DictReader(io.StringIO(files[clip.pts_file].decode())))
        assert shown == list(range(first, 25))
        assert [round(float(row["source_s"]) * 25) for row in rows] == shown
        ticks = seconds_of(clip.source_time_base)
        assert [round(int(row["source_pts"]) * ticks * 25) for row in rows] == shown
        assert clip.num_pictures == len(rows) == 25 - first
    assert clip.why == "the exact span was asked for"


def seconds_of(text: str) -> float:
    over, under = text.split("/")
    return int(over) / int(under)


def test_a_clip_is_a_copy_where_a_key_picture_is_near(
    known: tuple[Library, CaseFinding], swift_path: Path
) -> None:
    clip = export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER).items[0].clip
    assert (clip.method, clip.why) == ("copy", "a key picture lies 0.100 s before the start")
    assert (clip.start_s, clip.end_s) == pytest.approx((0.4, 1.0))


def test_curves_reasons_and_stills(
    known: tuple[Library, CaseFinding], recording: Path, swift_path: Path
) -> None:
    made = export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)
    files, (alan, trace) = contents(swift_path / "b.zip"), made.items[0].curves
    assert (alan.detector, trace.detector) == ("alan", "trace")
    # the span 0.5 to 1 s is at its highest from 0.64 to 0.96 s; with context it is 0.25 to 1.25 s
    assert (alan.highest, alan.peak_s) == (pytest.approx(0.9), pytest.approx(0.8))
    rows = list(csv.reader(io.StringIO(files[alan.file].decode())))
    assert rows[0] == ["start_s", "end_s", "score", "within_span"]
    assert [(float(r[0]), round(float(r[2]), 2), r[3]) for r in rows[1:]] == [
        (0.0, 0.1, "0"),
        (0.32, 0.2, "1"),
        (0.64, 0.9, "1"),
        (0.96, 0.3, "1"),
    ]
    assert alan.traces_file is None
    assert trace.traces_file is not None
    reasons = json.loads(files[trace.traces_file])
    assert [reason["start_s"] for reason in reasons] == pytest.approx([0.0, 0.32, 0.64, 0.96])
    still = made.items[0].stills[0]
    assert still.file == "items/001/peak-alan.png"
    picture = Image.open(io.BytesIO(files[still.file]))
    assert number_of(np.asarray(picture)) == number_of(picture_at(probe(recording), 0.8))


def test_the_page_has_no_scripts_and_escapes_what_people_wrote(
    known: tuple[Library, CaseFinding], swift_path: Path
) -> None:
    export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)
    page = contents(swift_path / "b.zip")["report.html"].decode()
    assert "a &lt;b&gt;fight&lt;/b&gt;" in page
    assert "<script" not in page
    assert "http" not in page
    assert 'src="items/001/peak-alan.png"' in page
    assert "0.7500 (similarity: cls 0.5000, avg 0.2500)" in page


def test_the_same_findings_give_the_same_bytes(
    known: tuple[Library, CaseFinding], swift_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Noon(bundle.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromisoformat("2026-11-21T12:00:00+00:00")

    monkeypatch.setattr(bundle, "datetime", Noon)
    for name in ("one.zip", "two.zip"):
        export_bundle(known[0], [known[1]], swift_path / name, key=SIGNER)
    assert (swift_path / "one.zip").read_bytes() == (swift_path / "two.zip").read_bytes()


def test_a_changed_recording_is_refused(
    known: tuple[Library, CaseFinding], recording: Path, swift_path: Path
) -> None:
    content = bytearray(recording.read_bytes())
    content[-1] ^= 1
    recording.write_bytes(content)
    with pytest.raises(MediaError, match=r"gate\.mp4 was changed since it was indexed: its SHA"):
        export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)
    recording.unlink()
    with pytest.raises(MediaError, match="is gone"):
        export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)
    assert not (swift_path / "b.zip").exists()
    assert leftovers(swift_path) == []


def test_a_recording_that_is_being_written_is_refused(
    known: tuple[Library, CaseFinding],
    recording: Path,
    swift_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut_and_write(*args, **options):
        cut = real_cut(*args, **options)
        recording.write_bytes(recording.read_bytes() + b"more")
        return cut

    real_cut = items.cut_clip
    monkeypatch.setattr(items, "cut_clip", cut_and_write)
    with pytest.raises(MediaError, match="was written to while it was read"):
        export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)


def test_what_cannot_be_exported(known: tuple[Library, CaseFinding], swift_path: Path) -> None:
    library, finding = known
    (swift_path / "taken.zip").write_bytes(b"mine")
    with pytest.raises(UserError, match="exists: name a new file"):
        export_bundle(library, [finding], swift_path / "taken.zip", key=SIGNER)
    assert (swift_path / "taken.zip").read_bytes() == b"mine"
    with pytest.raises(UserError, match="let its name end in .zip"):
        export_bundle(library, [finding], swift_path / "bundle.tar", key=SIGNER)
    with pytest.raises(UserError, match="nothing to export"):
        export_bundle(library, [], swift_path / "b.zip", key=SIGNER)
    gone = finding.model_copy(update={"video_id": "f" * 64})
    with pytest.raises(UserError, match="video ffffffffffff is not in the library any more"):
        export_bundle(library, [gone], swift_path / "b.zip", key=SIGNER)
    assert leftovers(swift_path) == []


def test_an_interrupted_export_leaves_nothing(
    known: tuple[Library, CaseFinding], swift_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle, "write_archive", stop)
    before = sorted(path.name for path in swift_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)
    assert sorted(path.name for path in swift_path.iterdir()) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from search_api.evidence import bundle
from segments.cases import Cases
from segments.library import Library
from tests.support.evidence import SIGNER

bundle.write_archive = lambda out, *_: (out.write(b"PK"), os.kill(os.getpid(), signal.SIGKILL))
library = Library.open(Path(sys.argv[1]) / "library")
hits = Cases(library).find("theft").hits
bundle.export_bundle(library, hits, Path(sys.argv[1]) / "b.zip", key=SIGNER)
"""


def test_a_killed_export_leaves_no_half_bundle(
    known: tuple[Library, CaseFinding], swift_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, str(swift_path)]
    killed = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not (swift_path / "b.zip").exists()
    assert len(leftovers(swift_path)) == 1
    export_bundle(known[0], [known[1]], swift_path / "b.zip", key=SIGNER)
    assert verify_bundle(swift_path / "b.zip", trusted=fingerprint(SIGNER)).is_proven
    assert leftovers(swift_path) == []
