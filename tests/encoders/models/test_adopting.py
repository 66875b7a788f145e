from pathlib import Path

import pytest

from encoders.alan import Alan, AlanConfig
from encoders.models.adopting import adopt
from encoders.models.library import ModelLibrary
from encoders.models.specs import profile_recipes, shipped_recipes
from segments.errors import UserError, WeightsMissing

CONFIG = AlanConfig(streams={"appearance": 8}, text_dim=8, d=8, heads=2, ffn=8)


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    Alan(CONFIG).save_pretrained(tmp_path / "trained")
    (tmp_path / "trained" / "log.csv").write_text("step")
    return tmp_path / "trained"


def test_a_trained_network_becomes_a_profile(library: ModelLibrary, network: Path):
    recipe = adopt(library, network, name="depot", base="clip")
    base = shipped_recipes()["clip"]
    assert recipe.models == (*base.models, "depot-alan")
    assert (recipe.name, recipe.rank) == ("depot", base.rank + 1)
    assert profile_recipes(library)["depot"] == recipe
    folder = library.folder("depot-alan")
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}
    assert Alan.from_pretrained(folder).config == CONFIG
    assert set(library.digests("depot-alan")) == {
        "depot-alan/config.json",
        "depot-alan/model.safetensors",
    }
    assert library.lock.read()["depot-alan"].family == "alan"


def test_another_network_by_the_same_name_must_be_asked_for(
    library: ModelLibrary, network: Path, tmp_path: Path
):
    adopt(library, network, name="depot", base="clip")
    before = library.digests("depot-alan")
    adopt(library, network, name="depot", base="clip-open")
    assert profile_recipes(library)["depot"].temporal == shipped_recipes()["clip-open"].temporal
    Alan(CONFIG).save_pretrained(tmp_path / "other")
    with pytest.raises(UserError, match="--replace"):
        adopt(library, tmp_path / "other", name="depot", base="clip")
    assert library.digests("depot-alan") == before
    adopt(library, tmp_path / "other", name="depot", base="clip", replace=True)
    assert library.digests("depot-alan") != before


@pytest.mark.parametrize("name", ["clip", "auto", "compact", "clap-htsat-unfused"])
def test_names_of_retraces_own_are_refused(library: ModelLibrary, network: Path, name: str):
    with pytest.raises(UserError, match="a name of retrace's own"):
        adopt(library, network, name=name, base="clip")


@pytest.mark.parametrize("name", ["", "../depot", "a b", ".depot"])
def test_names_that_cannot_be_are_refused(library: ModelLibrary, network: Path, name: str):
    with pytest.raises(UserError, match="cannot name a profile"):
        adopt(library, network, name=name, base="clip")


def test_an_unknown_base_is_refused(library: ModelLibrary, network: Path):
    with pytest.raises(UserError, match="no profile 'compact' to adopt for: clip-fast, clip-open"):
        adopt(library, network, name="depot", base="compact")


def test_what_cannot_be_loaded_is_not_taken(library: ModelLibrary, network: Path):
    (network / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(WeightsMissing, match="cannot be used"):
        adopt(library, network, name="depot", base="clip")
    assert library.lock.read() == {}
    assert library.adopted_recipes() == {}
