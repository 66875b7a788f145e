"""From a case to a bundle, and from a bundle to a verdict."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from search_api.evidence.signing import load_key, read_trusted
from tests.support.evidence import contents, make_case_library, pack, write_recording


@pytest.fixture
def folder(swift_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(swift_path / "config"))
    monkeypatch.setenv("RETRACE_LIBRARY", str(swift_path / "library"))
    make_case_library(swift_path / "library", write_recording(swift_path / "gate.mp4"))
    return swift_path


def retrace(*words: str | Path):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_case_is_exported_and_verified(folder: Path) -> None:
    made = retrace("evidence", "export", "theft", "-o", folder / "b.zip")
    assert made.exit_code == 0, made.exception
    fingerprint = made.stdout.strip()
    assert retrace("evidence", "key").stdout.strip() == fingerprint
    assert (folder / "config" / "retrace" / "evidence-key.pem").stat().st_mode & 0o777 == 0o600
    fine = retrace("verify", folder / "b.zip", "--key", fingerprint)
    assert (fine.exit_code, fine.stdout.splitlines()[-1]) == (0, "verified")
    unknown = retrace("verify", folder / "b.zip")
    assert (unknown.exit_code, "proves nothing" in unknown.stdout) == (1, True)
    assert unknown.stdout.splitlines()[-1] == "NOT verified"


def test_an_altered_bundle_is_told_to_the_file(folder: Path) -> None:
    fingerprint = retrace("evidence", "export", "theft", "-o", folder / "b.zip").stdout.strip()
    name = "items/001/scores-alan.csv"
    pack(folder / "c.zip", {**contents(folder / "b.zip"), name: b"0,1,0.1,1\n"})
    verdict = retrace("verify", folder / "c.zip", "--key", fingerprint)
    assert (verdict.exit_code, verdict.stdout.splitlines()[0]) == (1, f"altered: {name}")
    facts = json.loads(retrace("verify", folder / "c.zip", "--key", fingerprint, "--json").stdout)
    assert (facts["altered"], facts["intact"], facts["verified"]) == ([name], False, False)


def test_another_key_and_its_public_file(folder: Path) -> None:
    retrace("evidence", "key", "--key", folder / "k.pem", "--public", folder / "public.pem")
    words = ("--video", "gate.mp4", "--start", "0.5", "--end", "1", "--key", folder / "k.pem")
    made = retrace("evidence", "export", *words, "--exact", "-o", folder / "b.zip")
    assert made.exit_code == 0, made.stderr
    assert load_key(folder / "k.pem") is not None
    assert read_trusted(str(folder / "public.pem")) == made.stdout.strip()
    assert retrace("verify", folder / "b.zip", "--key", folder / "public.pem").exit_code == 0
    manifest = json.loads(contents(folder / "b.zip")["manifest.json"])
    assert (manifest["case"], manifest["items"][0]["clip"]["method"]) == (None, "encode")
    other = retrace("evidence", "key").stdout.strip()
    verdict = retrace("verify", folder / "b.zip", "--key", other)
    assert (verdict.exit_code, "not by the trusted one" in verdict.stdout) == (1, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name a case, or a span with --video"),
        (("theft", "--video", "gate.mp4"), "name a case, or a span with --video"),
        (("--video", "gate.mp4", "--start", "1"), "--video goes with --start and --end"),
        (("--video", "gate.mp4", "--start", "1", "--end", "9"), "lasts 1.520 s"),
        (("--hit", "1", "--video", "gate.mp4"), "name a case, or a span"),
        (("theft", "--hit", "7"), "the case 'theft' has no hit 7; it has: 1"),
        (("fire",), "no case 'fire' in the library; there are: theft"),
        (("theft", "--key", "none.pem"), "no key file none.pem"),
    ],
)
def test_what_cannot_be_exported(folder: Path, words: tuple[str, ...], message: str) -> None:
    refused = retrace("evidence", "export", *words, "-o", folder / "b.zip")
    assert (refused.exit_code, message in refused.stderr) == (1, True), refused.stderr
    assert not (folder / "b.zip").exists()


def test_no_bundle(folder: Path) -> None:
    missing = retrace("verify", folder / "none.zip")
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (1, True)
    wrong = retrace("verify", folder / "none.zip", "--key", "abc")
    assert (wrong.exit_code, "is neither a fingerprint" in wrong.stderr) == (1, True)
