import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import encoders.registry
from cli.main import app
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video

runner = CliRunner()


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encoders.registry, "resolve_profile", lambda name: "fake")
    monkeypatch.setattr(encoders.registry, "load_profile", lambda name, device: FakeProfile(name))


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    write_video(tmp_path / "footage" / "gate.mp4", seconds=3.0, seed=1)
    return tmp_path / "footage"


def extract(*words: str | Path):
    return runner.invoke(app, ["features", "extract", *map(str, words)])


@pytest.mark.usefixtures("fake_models")
def test_a_summary_and_then_nothing_to_do(footage: Path, tmp_path: Path):
    first = extract(footage, "--out", tmp_path / "out")
    assert first.exit_code == 0, first.output
    assert "1 files: 1 extracted, 0 already known, 0 failed" in first.stdout
    assert "profile fake" in first.stderr
    assert "1/1 extracted" in first.stderr
    assert np.load(tmp_path / "out" / "motion" / "gate__0.npy").dtype == np.float32
    again = extract(footage, "--out", tmp_path / "out")
    assert "0 extracted, 1 already known" in again.stdout


@pytest.mark.usefixtures("fake_models")
def test_failures_have_a_reason_and_the_exit_code_of_index(footage: Path, tmp_path: Path):
    (footage / "text.mp4").write_text("hello")
    result = extract(footage, "--out", tmp_path / "out", "--json")
    assert result.exit_code == 3
    outcomes = {Path(o["path"]).name: o for o in json.loads(result.stdout)["outcomes"]}
    assert (outcomes["gate.mp4"]["status"], outcomes["text.mp4"]["status"]) == (
        "extracted",
        "failed",
    )
    assert outcomes["text.mp4"]["reason"]
    (footage / "gate.mp4").unlink()
    assert extract(footage, "--out", tmp_path / "empty").exit_code == 1


@pytest.mark.usefixtures("fake_models")
def test_mistakes_are_one_line(footage: Path, tmp_path: Path):
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    empty = extract(nothing, "--out", tmp_path / "out")
    assert (empty.exit_code, "no media files" in empty.stderr) == (1, True)
    write_video(footage / "yard" / "gate.mp4", seconds=1.0)
    doubled = extract(footage, "--out", tmp_path / "out")
    assert (doubled.exit_code, "--name-by folder" in doubled.stderr) == (1, True)
    assert extract(footage, "--out", tmp_path / "out", "--name-by", "folder").exit_code == 0


SCRIPT = """
import sys, time
import encoders.registry
from tests.support.profiles import FakeProfile

class Slow(FakeProfile):
    def encode_clips(self, batch):
        sys.stdout.write("encoding\\n")
        sys.stdout.flush()
        time.sleep(0.3)
        return super().encode_clips(batch)

encoders.registry.resolve_profile = lambda name: "fake"
encoders.registry.load_profile = lambda name, device: Slow(name)
from cli.main import main
sys.argv = ["retrace", "features", "extract", *sys.argv[1:]]
main()
"""


def test_ctrl_c_ends_it_cleanly_and_the_next_run_goes_on(footage: Path, tmp_path: Path):
    for number in range(6):
        write_video(footage / f"more-{number}.mp4", seconds=1.0, seed=number)
    command = [sys.executable, "-c", SCRIPT, str(footage), "--out", str(tmp_path / "out")]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "encoding\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "interrupted: run the same command again" in said
    listed = set(json.loads((tmp_path / "out" / "features.json").read_bytes())["videos"])
    assert len(listed) < 7
    assert {path.stem for path in (tmp_path / "out").glob("motion/*")} == {
        f"{name}__0" for name in listed
    }
