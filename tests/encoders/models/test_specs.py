import pytest
from pydantic import ValidationError

from encoders.models.library import ModelLibrary
from encoders.models.specs import (
    Conversion,
    ModelSpec,
    ProfileRecipe,
    model_specs,
    profile_recipes,
    shipped_recipes,
)
from segments.names import is_name

CLIP = {
    "name": "x",
    "family": "clip",
    "hub_id": "a/x",
    "licence": "MIT",
    "licence_url": "https://a.b",
    "commercial": True,
    "roles": ("appearance",),
    "dim": 512,
    "parameters_m": 151.3,
}


def test_a_models_name_is_its_repository():
    specs = model_specs()
    assert {name: spec.repository for name, spec in specs.items()} == {n: n for n in specs}
    assert all(is_name(name) for name in specs)


@pytest.mark.parametrize("role", ["appearance", "temporal", "audio"])
def test_every_profiles_model_exists_and_has_the_role(role: str):
    specs = model_specs()
    chosen = [getattr(recipe, role) for recipe in shipped_recipes().values()]
    assert any(chosen)
    assert all(role in specs[name].roles for name in chosen if name is not None)


def test_the_shipped_profiles():
    recipes = shipped_recipes()
    assert set(recipes) == {"clip", "clip-open", "clip-fast", "clip-large", "clip-video"}
    assert recipes["clip"].models == (
        "siglip2-base-patch16-224",
        "timesformer-base-finetuned-k400",
        "clap-htsat-unfused",
    )
    assert not set(recipes) & set(model_specs())
    assert len({recipe.rank for recipe in recipes.values()}) == len(recipes)
    assert all(recipe.alan is None for recipe in recipes.values())


def test_what_finds_regions_is_known_and_not_needed():
    finders = {recipe.regions for recipe in shipped_recipes().values()} - {None}
    assert finders == {"rtdetr_r18vd"}
    assert finders <= set(model_specs())
    assert not any(recipe.regions in recipe.models for recipe in shipped_recipes().values())


def test_an_adopted_profile_never_outranks_the_next_shipped_one():
    ranks = sorted(recipe.rank for recipe in shipped_recipes().values())
    assert min(b - a for a, b in zip(ranks, ranks[1:], strict=False)) > 1


def test_what_may_be_used_commercially():
    specs = model_specs()
    free = {"Apache-2.0", "MIT"}
    assert {name for name, spec in specs.items() if spec.commercial} == {
        name for name, spec in specs.items() if spec.licence in free
    }
    assert specs["timesformer-base-finetuned-k400"].licence == "CC-BY-NC-4.0"
    assert all(specs[name].commercial for name in shipped_recipes()["clip-open"].models)
    assert all(spec.licence_url.startswith("https://") for spec in specs.values())


def test_sounds_have_no_frames_and_pictures_do():
    for spec in model_specs().values():
        sees = spec.frame_size is not None and spec.num_frames is not None
        assert sees != ("audio" in spec.roles), spec.name


def test_no_pickle_and_no_code_is_among_the_files():
    patterns = {pattern for spec in model_specs().values() for pattern in spec.files}
    assert all(p.endswith((".json", ".safetensors", ".txt", ".model")) for p in patterns)


def test_the_captioning_head_comes_out_of_the_authors_file():
    convert = model_specs()["blip2-itm-vit-g"].convert
    assert convert is not None
    assert (convert.prefix, convert.state_key) == ("Qformer.cls.", "model")
    assert convert.target == "lm_head.safetensors"


def test_sizes_are_float32_megabytes():
    assert ModelSpec(**CLIP).download_mb == pytest.approx(605.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"revision": "main"},
        {"revision": "3d74acf"},
        {"hub_id": "x"},
        {"hub_id": "../../etc/x"},
        {"roles": ("smell",)},
        {"colour": "red"},
    ],
)
def test_a_spec_with_wrong_values_is_refused(wrong: dict):
    with pytest.raises(ValidationError):
        ModelSpec(**(CLIP | wrong))


@pytest.mark.parametrize(
    "wrong", [{"url": "http://a.b/c"}, {"target": "../x"}, {"source": ".hidden"}]
)
def test_a_conversion_with_wrong_values_is_refused(wrong: dict):
    with pytest.raises(ValidationError):
        Conversion(**({"source": "a.bin", "target": "b.safetensors"} | wrong))


def test_recipes_of_this_machine_are_added(tmp_path):
    library = ModelLibrary(tmp_path)
    assert profile_recipes(library) == shipped_recipes()
    depot = ProfileRecipe(name="depot", appearance="x", alan="depot-alan", rank=31)
    library.profiles.put("depot", depot)
    assert profile_recipes(library) == shipped_recipes() | {"depot": depot}
    assert depot.models == ("x", "depot-alan")
