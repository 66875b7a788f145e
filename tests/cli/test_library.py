import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from segments.case_records import CaseFinding
from segments.cases import Cases
from segments.catalog import Catalog
from segments.library import Library
from tests.support.indexing import contents_of, index
from tests.support.tiny_footage import write_video

runner = CliRunner()


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "200")
    for seed, name in enumerate(["a.mp4", "b.mp4"]):
        write_video(tmp_path / "footage" / name, seconds=3.0, seed=seed)
    (tmp_path / "footage" / "text.mp4").write_text("hello")
    index(tmp_path / "library", tmp_path / "footage")
    return tmp_path / "library"


def retrace(*words: str | Path, answer: str | None = None):
    return runner.invoke(app, ["library", *(str(word) for word in words)], input=answer)


def test_info(library: Path):
    shown = retrace("info", "--library", library)
    assert shown.exit_code == 0
    assert "2 videos, 0.00 h, 2 points" in shown.stdout
    assert "failed: " in shown.stdout
    facts = json.loads(retrace("info", "--library", library, "--json").stdout)
    assert (facts["num_points"], facts["footage_s"]) == (2, pytest.approx(6.0))
    assert facts["digests"]["fake"] == {"fake.safetensors": "0" * 64}
    assert facts["disk_bytes"]["store"] > 0


def test_check(library: Path):
    fine = retrace("check", "--library", library)
    assert (fine.exit_code, fine.stdout) == (0, "all is well\n")
    opened = Library.open(library)
    with Catalog(opened) as catalog:
        catalog.delete_video(catalog.find("a.mp4").video_id)
    broken = retrace("check", "--library", library)
    assert broken.exit_code == 1
    assert "is not in the catalog" in broken.stdout


def test_delete_asks_and_leaves_the_files(library: Path, tmp_path: Path):
    with Catalog(Library.open(library)) as catalog:
        cached = library / "cache" / catalog.find("a.mp4").video_id
    (cached / "thumbnails").mkdir(parents=True)
    for name in ("1.jpg", "thumbnails/2.jpg"):
        (cached / name).write_bytes(b"picture")
    kept = retrace("delete", "a.mp4", "--library", library, answer="n\n")
    assert (kept.exit_code, "nothing was removed" in kept.stderr) == (1, True)
    removed = retrace("delete", "a.mp4", "--library", library, "--yes")
    assert removed.exit_code == 0
    assert removed.stdout == (
        "fake: removed 1 points, 1 files of tracks (alan), 0 of features, 2 of pictures to show\n"
        f"{tmp_path / 'footage' / 'a.mp4'}: the files are untouched\n"
    )
    assert not cached.exists()
    assert (tmp_path / "footage" / "a.mp4").exists()
    assert retrace("check", "--library", library).exit_code == 0
    again = retrace("delete", "a.mp4", "--library", library, "--yes")
    assert (again.exit_code, "no video 'a.mp4'" in again.stderr) == (1, True)
    assert len(index(library, tmp_path / "footage").of("indexed")) == 1  # it may come back


def test_a_video_of_a_locked_case_is_not_deleted(library: Path):
    opened = Library.open(library)
    with Catalog(opened) as catalog, Cases(opened) as cases:
        video_id = catalog.find("a.mp4").video_id
        cases.create("theft")
        cases.add("theft", CaseFinding(video_id=video_id, start_s=0, end_s=1))
        cases.lock("theft")
        refused = retrace("delete", "a.mp4", "--library", library, "--yes")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert f"video {video_id[:12]} is locked by the case 'theft'" in refused.stderr
        assert catalog.video(video_id) is not None
        cases.lock("theft", locked=False)
    assert retrace("delete", "a.mp4", "--library", library, "--yes").exit_code == 0


def test_backup_and_restore(library: Path, tmp_path: Path):
    made = retrace("backup", tmp_path / "backup", "--library", library)
    assert (made.exit_code, "and were checked" in made.stderr) == (0, True)
    restored = retrace("restore", tmp_path / "backup", tmp_path / "new")
    assert (restored.exit_code, f"was at {library} on" in restored.stderr) == (0, True)
    assert retrace("check", "--library", tmp_path / "new").stdout == "all is well\n"
    assert contents_of(tmp_path / "new") == contents_of(library)
    again = retrace("restore", tmp_path / "backup", tmp_path / "new")
    assert (again.exit_code, "new is not empty" in again.stderr) == (1, True)


def test_no_library(tmp_path: Path):
    result = retrace("info", "--library", tmp_path / "none")
    assert (result.exit_code, "no library at" in result.stderr) == (1, True)


def test_copy_to_a_server_that_does_not_answer(library: Path):
    result = retrace("copy", "--to", "http://127.0.0.1:9", "--library", library)
    assert result.exit_code == 1
    assert "127.0.0.1:9" in result.stderr
