import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import encoders.registry
from cli.main import app
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video

runner = CliRunner()


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encoders.registry, "resolve_profile", lambda name: "fake")
    monkeypatch.setattr(encoders.registry, "load_profile", lambda name, **how: FakeProfile(name))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    write_video(tmp_path / "footage" / "gate_20240531_120000.mp4", seconds=3.0, seed=1)
    return tmp_path / "footage"


def retrace(*words: str | Path):
    return runner.invoke(app, [str(word) for word in words])


def test_a_summary_and_then_nothing_to_do(footage: Path, tmp_path: Path):
    first = retrace("index", footage, "--library", tmp_path / "lib")
    assert first.exit_code == 0, first.output
    assert "1 files: 1 indexed, 0 already known, 0 failed" in first.stdout
    assert "x real time" in first.stdout
    assert "profile fake" in first.stderr
    assert "1/1 indexed" in first.stderr
    again = retrace("index", footage, "--library", tmp_path / "lib")
    assert "0 indexed, 1 already known" in again.stdout


def test_json_says_the_same(footage: Path, tmp_path: Path):
    (footage / "text.mp4").write_text("hello")
    result = retrace("index", footage, "--library", tmp_path / "lib", "--json")
    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert [o["status"] for o in report["outcomes"]].count("failed") == 1
    assert report["footage_s"] == pytest.approx(3.0)
    assert report["speed"] == pytest.approx(report["footage_s"] / report["wall_s"])
    assert report["peak_memory_bytes"] > 10_000_000


def test_a_dry_run_only_lists(footage: Path, tmp_path: Path):
    pattern = "{camera}_{start:%Y%m%d_%H%M%S}*"
    options = ("--name-pattern", pattern, "--timezone", "Europe/Berlin", "--dry-run")
    result = retrace("index", footage, "--library", tmp_path / "lib", *options, "--json")
    (planned,) = json.loads(result.stdout)
    assert (planned["state"], planned["camera"]) == ("new", "gate")
    assert planned["recorded_at"] == "2024-05-31T12:00:00+02:00"
    assert not (tmp_path / "lib").exists()
    assert retrace("index", footage, "--library", tmp_path / "lib").exit_code == 0
    listed = retrace("index", footage, "--library", tmp_path / "lib", *options)
    assert listed.stdout.startswith("known ")
    assert "1 files, 0 to index" in listed.stderr


def test_times_and_cameras_from_options(footage: Path, tmp_path: Path):
    result = retrace(
        *("index", footage, "--library", tmp_path / "lib"),
        *("--camera", "gate", "--recorded-at", "2024-05-31T12:00:00", "--timezone", "UTC"),
    )
    assert result.exit_code == 0
    assert "times that name no zone are taken as UTC" in result.stderr
    info = json.loads(retrace("library", "info", "--library", tmp_path / "lib", "--json").stdout)
    assert info["cameras"] == {"gate": 1}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--name-pattern", "x"], "neither {camera} nor"),
        (["--clock-offset", "gate"], "CAMERA=SECONDS"),
        (["--timezone", "Mars"], "--timezone 'Mars'"),
        (["--recorded-at", "noon"], "--recorded-at 'noon'"),
        (["--detectors", "ghost"], "no detector 'ghost'"),
        (["--sources-csv", "none.csv"], "cannot be read"),
    ],
)
def test_wrong_options_are_one_line(
    footage: Path, tmp_path: Path, options: list[str], complaint: str
):
    result = retrace("index", footage, "--library", tmp_path / "lib", *options)
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "lib").exists()


def test_nothing_to_index(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    result = retrace("index", tmp_path / "empty", "--library", tmp_path / "lib")
    assert (result.exit_code, "no media files" in result.stderr) == (1, True)
    result = retrace("index", tmp_path / "none", "--library", tmp_path / "lib")
    assert (result.exit_code, "there is no" in result.stderr) == (1, True)


def test_wrong_usage_is_exit_code_2():
    assert retrace("index", ".", "--workers", "0").exit_code == 2


def test_one_time_for_many_files_is_refused(footage: Path, tmp_path: Path):
    write_video(footage / "b.mp4", seconds=1.0)
    result = retrace("index", footage, "--recorded-at", "2024-05-31", "--library", tmp_path / "lib")
    assert (result.exit_code, "one file, not of 2" in result.stderr) == (1, True)


INTERRUPTED = """
import os, signal, sys
import encoders.registry
from tests.support.profiles import FakeProfile
class Interrupting(FakeProfile):
    def encode_clips(self, batch):
        os.kill(os.getpid(), signal.SIGINT)
        return super().encode_clips(batch)
encoders.registry.resolve_profile = lambda name: "fake"
encoders.registry.load_profile = lambda name, **how: Interrupting()
from cli.main import main
main()
"""


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(footage: Path, tmp_path: Path):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", INTERRUPTED, "index", str(footage)]
    child = subprocess.run(
        [*command, "--library", str(tmp_path / "lib")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        timeout=60,
    )
    assert child.returncode == 130, child.stderr
    assert "run the same command again" in child.stderr
    assert "Traceback" not in child.stderr
    assert "1 indexed" in retrace("index", footage, "--library", tmp_path / "lib").stdout


def test_help_loads_no_model_library():
    heavy = "('torch', 'av', 'qdrant_edge')"
    code = f"import sys, cli.main; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
