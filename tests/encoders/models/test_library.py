from pathlib import Path

import pytest

from encoders.models import library as library_module
from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedModel
from encoders.models.pulling import pull
from encoders.models.specs import model_specs
from segments.errors import UserError, WeightsMissing
from segments.files import sha256_of
from tests.support.model_folders import write_model

NAME = "siglip2-base-patch16-224"


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    library = ModelLibrary(tmp_path / "models")
    source = write_model(tmp_path / "source", "siglip")
    pull(library, model_specs()[NAME], source=source, progress=lambda line: None)
    return library


def test_the_default_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("RETRACE_MODELS", str(tmp_path))
    assert ModelLibrary.default().root == tmp_path
    monkeypatch.delenv("RETRACE_MODELS")
    monkeypatch.setenv("HOME", "/home/someone")
    assert ModelLibrary.default().root == Path("/home/someone/.local/share/retrace/models")


def test_asking_creates_nothing(tmp_path: Path):
    library = ModelLibrary(tmp_path / "none")
    assert not library.has(NAME)
    assert library.verify(NAME) == [f"{NAME} is not in the library"]
    assert not (tmp_path / "none").exists()


def test_what_was_pulled_is_there(library: ModelLibrary):
    folder = library.folder(NAME)
    assert folder == library.root / NAME
    assert library.has(NAME)
    assert library.verify(NAME) == []
    files = ("config.json", "model.safetensors", "tokenizer.json")
    assert library.digests(NAME) == {f"{NAME}/{file}": sha256_of(folder / file) for file in files}


@pytest.mark.parametrize("ask", ["folder", "digests"])
def test_what_is_missing_is_named_with_the_command(tmp_path: Path, ask: str):
    with pytest.raises(WeightsMissing, match=f"run `retrace models pull {NAME}`"):
        getattr(ModelLibrary(tmp_path), ask)(NAME)


def test_a_missing_network_is_named_with_its_own_command(tmp_path: Path):
    with pytest.raises(WeightsMissing, match="adopt FOLDER --as depot --profile BASE"):
        ModelLibrary(tmp_path).folder("depot-alan")


def test_a_file_that_went_missing(library: ModelLibrary):
    (library.root / NAME / "tokenizer.json").unlink()
    assert not library.has(NAME)
    assert library.verify(NAME) == [f"{NAME}/tokenizer.json is missing"]
    with pytest.raises(WeightsMissing, match="is not in"):
        library.folder(NAME)


def test_a_file_of_another_size(library: ModelLibrary):
    (library.root / NAME / "config.json").write_text("{}")
    assert not library.has(NAME)
    size = len('{"model_type": "siglip"}')
    assert library.verify(NAME) == [
        f"{NAME}/config.json has 2 bytes, not the {size} of the lock file"
    ]


def test_a_changed_file_of_the_same_size_is_found_by_its_digest(library: ModelLibrary):
    path = library.root / NAME / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert library.has(NAME)
    [problem] = library.verify(NAME)
    assert problem.startswith(f"{NAME}/model.safetensors was changed: its SHA-256 is ")
    with pytest.raises(WeightsMissing, match=f"was changed.*`retrace models pull {NAME}` again"):
        library.folder(NAME)


def test_a_file_that_nobody_locked_is_not_trusted(library: ModelLibrary):
    (library.root / NAME / "added_tokens.json").write_text("{}")
    assert library.verify(NAME) == [f"{NAME}/added_tokens.json is in no lock file: remove it"]
    with pytest.raises(WeightsMissing, match=r"added_tokens\.json"):
        library.folder(NAME)


def test_digests_are_compared_once_in_a_process(
    library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
):
    hashed: list[str] = []

    def counting(path: Path) -> str:
        hashed.append(path.name)
        return sha256_of(path)

    monkeypatch.setattr(library_module, "sha256_of", counting)
    library.folder(NAME)
    ModelLibrary(library.root).folder(NAME)
    assert hashed == ["config.json", "model.safetensors", "tokenizer.json"]


def test_a_lock_file_cannot_lead_out_of_the_library(tmp_path: Path):
    library = ModelLibrary(tmp_path)
    library.lock.put("../outside", LockedModel(family="clip", origin="x", files={}))
    with pytest.raises(UserError, match="cannot be a model"):
        library.folder("../outside")
