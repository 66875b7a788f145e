import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import models
from cli.main import app
from encoders.alan import Alan, AlanConfig
from encoders.models.specs import model_specs, shipped_recipes
from tests.support.model_folders import write_profile_models

runner = CliRunner()
OPEN = shipped_recipes()["clip-open"].models
CLIP = shipped_recipes()["clip"].models
SIGLIP, TIMESFORMER = CLIP[:2]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RETRACE_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write_profile_models(tmp_path / "files", *dict.fromkeys((*OPEN, *CLIP)))


def retrace(*words: str | Path, answer: str | None = None):
    return runner.invoke(app, ["models", *(str(word) for word in words)], input=answer)


def listed() -> dict:
    return json.loads(retrace("list", "--json").stdout)


def test_list_says_what_is_here(library: Path, files: Path):
    before = listed()
    assert before["library"] == str(library)
    assert [facts["name"] for facts in before["models"]] == list(model_specs())
    assert not any(facts["here"] for facts in before["models"])
    assert {p["name"] for p in before["profiles"]} == set(shipped_recipes())
    retrace("pull", "clip-open", "--from", files)
    models, profiles = (
        {facts["name"]: facts for facts in listed()[kind]} for kind in ("models", "profiles")
    )
    assert [name for name, facts in models.items() if facts["here"]] == [
        name for name in model_specs() if name in OPEN
    ]
    assert models[TIMESFORMER]["mb"] == 486
    assert models[SIGLIP]["mb"] == 0  # of the made-up files
    assert profiles["clip-open"]["missing"] == []
    assert profiles["clip"]["missing"] == [TIMESFORMER]
    assert (profiles["clip-open"]["commercial"], profiles["clip"]["commercial"]) == (True, False)


def test_list_in_words(library: Path):
    shown = retrace("list")
    [row] = [line for line in shown.stdout.splitlines() if line.startswith(TIMESFORMER)]
    assert row.split() == [TIMESFORMER, "no", "486", "CC-BY-NC-4.0", "no", "temporal"]
    assert f"library of models: {library}" in shown.stderr


def test_pull_shows_every_licence_first(library: Path, files: Path):
    shown = retrace("pull", "clip-open", "--from", files)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == [f"{name}: pulled" for name in OPEN]
    lines = shown.stderr.splitlines()
    assert [line.split(" (")[0] for line in lines[:3]] == list(OPEN)
    assert "licence Apache-2.0, commercial use allowed. https://" in lines[0]
    assert "copying" in lines[3]
    again = retrace("pull", "clip-open", "--from", files)
    assert again.stdout.splitlines() == [f"{name}: already here" for name in OPEN]
    assert "licence" not in again.stderr


def test_a_licence_that_is_not_commercial_must_be_agreed_to(library: Path, files: Path):
    refused = retrace("pull", "clip", "--from", files)
    assert refused.exit_code == 1
    assert f"{TIMESFORMER} (CC-BY-NC-4.0): not known to allow commercial use" in refused.stderr
    assert "add --yes" in refused.stderr
    assert "licence CC-BY-NC-4.0, NOT known to allow commercial use" in refused.stderr
    assert not library.exists()
    agreed = retrace("pull", "clip", "--from", files, "--yes")
    assert (agreed.exit_code, agreed.stdout.count("pulled")) == (0, 3)
    again = retrace("pull", "clip", "--from", files)
    assert (again.exit_code, again.stdout.count("already here")) == (0, 3)


@pytest.mark.parametrize(("answer", "exit_code", "is_here"), [("n\n", 1, False), ("y\n", 0, True)])
def test_on_a_terminal_it_is_asked(
    library: Path,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    exit_code: int,
    is_here: bool,
):
    monkeypatch.setattr(models, "_is_interactive", lambda: True)
    shown = retrace("pull", TIMESFORMER, "--from", files, answer=answer)
    assert shown.exit_code == exit_code
    assert f"Use {TIMESFORMER} (CC-BY-NC-4.0) under these licences?" in shown.stderr
    assert (library / TIMESFORMER / "model.safetensors").exists() == is_here


def test_a_profile_works_without_what_finds_regions(library: Path, files: Path):
    regions = shipped_recipes()["clip"].regions
    shown = retrace("pull", "clip", "--from", files, "--yes")
    assert shown.exit_code == 0
    last = shown.stdout.splitlines()[-1]
    assert last.startswith(f"{regions}: left out, and the profile works without it (")
    assert {p["name"]: p["missing"] for p in listed()["profiles"]}["clip"] == []
    assert retrace("pull", str(regions), "--from", files).exit_code == 1


def test_a_model_that_several_profiles_use_is_pulled_once(library: Path, files: Path):
    shown = retrace("pull", "clip-open", "clip", SIGLIP, "--from", files, "--yes")
    assert shown.stdout.count("pulled") == len({*OPEN, *CLIP})


def test_an_unknown_name_lists_the_known(library: Path):
    shown = retrace("pull", "clip", "clop")
    assert shown.exit_code == 1
    assert "unknown: clop. Choose of profiles clip-fast, clip-open, clip," in shown.stderr


def test_what_differs_is_replaced_only_when_asked(library: Path, files: Path, tmp_path: Path):
    retrace("pull", SIGLIP, "--from", files)
    other = write_profile_models(tmp_path / "other", "clap-htsat-unfused", SIGLIP)
    refused = retrace("pull", SIGLIP, "--from", other)
    assert (refused.exit_code, "--replace" in refused.stderr) == (1, True)
    taken = retrace("pull", SIGLIP, "--from", other, "--replace")
    assert taken.stdout == f"{SIGLIP}: pulled\n"


def test_verify(library: Path, files: Path):
    retrace("pull", "clip-open", "--from", files)
    fine = retrace("verify")
    assert (fine.exit_code, fine.stdout) == (0, "all is well (3 models)\n")
    (library / SIGLIP / "config.json").unlink()
    broken = retrace("verify")
    assert (broken.exit_code, broken.stdout) == (1, f"{SIGLIP}/config.json is missing\n")
    assert retrace("verify", OPEN[1]).exit_code == 0
    absent = retrace("verify", TIMESFORMER)
    assert (absent.exit_code, absent.stdout) == (1, f"{TIMESFORMER} is not in the library\n")


def test_path(library: Path, files: Path, tmp_path: Path):
    assert retrace("path").stdout == f"{library}\n"
    assert retrace("path", "--models", tmp_path / "elsewhere").stdout == f"{tmp_path}/elsewhere\n"
    absent = retrace("path", SIGLIP)
    assert absent.exit_code == 1
    assert f"run `retrace models pull {SIGLIP}`" in absent.stderr
    retrace("pull", SIGLIP, "--from", files)
    assert retrace("path", SIGLIP).stdout == f"{library / SIGLIP}\n"
    retrace("pull", "clip-open", "--from", files, "--yes")
    assert retrace("path", "clip-open").stdout.splitlines() == [
        str(library / name) for name in (SIGLIP, "xclip-base-patch32", "clap-htsat-unfused")
    ]
    unknown = retrace("path", "clp")
    assert (unknown.exit_code, "unknown: clp. Choose of profiles" in unknown.stderr) == (1, True)


def test_adopt(library: Path, files: Path, tmp_path: Path):
    config = AlanConfig(streams={"appearance": 8}, text_dim=8, d=8, heads=2, ffn=8)
    Alan(config).save_pretrained(tmp_path / "trained")
    shown = retrace("adopt", tmp_path / "trained", "--as", "depot", "--profile", "clip-open")
    assert shown.stdout == f"profile depot: {', '.join(OPEN)}, depot-alan\n"
    pulled = retrace("pull", "depot", "--from", files)
    assert pulled.stdout.splitlines() == [f"{name}: pulled" for name in OPEN]
    content = listed()
    assert content["models"][-1]["name"] == "depot-alan"
    assert [p["missing"] for p in content["profiles"] if p["name"] == "depot"] == [[]]
    assert retrace("verify", "depot-alan").exit_code == 0
    taken = retrace("adopt", tmp_path / "trained", "--as", "clip", "--profile", "clip-open")
    assert (taken.exit_code, "a name of retrace's own" in taken.stderr) == (1, True)
