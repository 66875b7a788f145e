import json
from pathlib import Path

import pytest

from encoders.models.selection import select_files
from encoders.models.sources import Source, find_source
from encoders.models.specs import ModelSpec, model_specs
from segments.errors import WeightsMissing
from tests.support.model_folders import (
    COMMIT,
    write_config,
    write_hub_cache,
    write_model,
    write_pickled_model,
)

SPEC = model_specs()["xclip-base-patch16"]  # its revision is not pinned
PINNED = model_specs()["siglip2-base-patch16-224"]
OTHER = "f" * 40


def source_of(folder: Path) -> Source:
    return find_source(SPEC, folder)


@pytest.mark.parametrize("place", [".", SPEC.name, SPEC.hub_id])
def test_plain_folders(tmp_path: Path, place: str):
    write_model(tmp_path / place, "xclip")
    source = source_of(tmp_path)
    assert source.folder == tmp_path / place
    assert source.revision is None
    assert source.origin == f"folder {tmp_path / place}"


def test_a_repository_folder_of_another_name(tmp_path: Path):
    spec = SPEC.model_copy(update={"name": "renamed"})
    write_model(tmp_path / "xclip-base-patch16", "xclip")
    assert find_source(spec, tmp_path).folder == tmp_path / "xclip-base-patch16"


@pytest.mark.parametrize("named", ["hub", "cache", "snapshot"])
def test_a_hub_cache_tells_the_revision(tmp_path: Path, named: str):
    snapshot = write_hub_cache(tmp_path, SPEC)
    given = {"hub": tmp_path, "cache": snapshot.parent.parent, "snapshot": snapshot}[named]
    source = source_of(given)
    assert (source.folder, source.revision) == (snapshot, COMMIT)
    weights = source.file("model.safetensors")
    assert weights is not None
    assert weights.parent == tmp_path.resolve() / f"models--{SPEC.hub_id.replace('/', '--')}" / (
        f"blobs/{COMMIT}"
    )


def test_of_several_snapshots_the_wanted_one_is_taken_else_main(tmp_path: Path):
    main = write_hub_cache(tmp_path, SPEC)
    write_hub_cache(tmp_path, SPEC, revision=OTHER)
    with pytest.raises(WeightsMissing, match="2 revisions: name one"):
        source_of(tmp_path)
    (main.parent.parent / "refs").mkdir()
    (main.parent.parent / "refs" / "main").write_text(COMMIT)
    assert source_of(tmp_path).revision == COMMIT
    assert find_source(SPEC, tmp_path, revision=OTHER).revision == OTHER


def test_a_snapshot_of_another_repository_is_refused(tmp_path: Path):
    snapshot = write_hub_cache(tmp_path, PINNED)
    with pytest.raises(WeightsMissing, match=f"of another repository than {SPEC.hub_id}"):
        source_of(snapshot)


def test_the_metadata_of_a_download_tells_the_revision(tmp_path: Path):
    write_model(tmp_path, "xclip")
    metadata = tmp_path / ".cache/huggingface/download/config.json.metadata"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(f"{OTHER}\netag\n1.0\n")
    assert source_of(tmp_path).revision == OTHER
    metadata.write_text("something else\n")
    assert source_of(tmp_path).revision is None


def test_another_revision_than_the_pinned_one_is_refused(tmp_path: Path):
    write_hub_cache(tmp_path, PINNED)
    with pytest.raises(WeightsMissing, match=f"revision {COMMIT}, but retrace uses") as refused:
        find_source(PINNED, tmp_path)
    assert f"--revision {PINNED.revision}" in str(refused.value)


def test_the_pinned_revision_is_taken(tmp_path: Path):
    assert PINNED.revision is not None
    write_hub_cache(tmp_path, PINNED, revision=PINNED.revision)
    assert find_source(PINNED, tmp_path).revision == PINNED.revision


def test_where_nothing_is_the_places_are_named(tmp_path: Path):
    with pytest.raises(WeightsMissing, match="models--microsoft--xclip-base-patch16"):
        source_of(tmp_path)


def test_only_what_the_spec_names_is_taken(tmp_path: Path):
    selection = select_files(SPEC, source_of(write_model(tmp_path, "xclip")))
    assert set(selection.files) == {"config.json", "model.safetensors", "tokenizer.json"}
    assert selection.pickles == {}


@pytest.mark.parametrize("family", ["siglip", None])
def test_another_family_is_refused(tmp_path: Path, family: str):
    write_model(tmp_path, family)
    with pytest.raises(WeightsMissing, match=rf"family {family!r}, but .* is of 'xclip'"):
        select_files(SPEC, source_of(tmp_path))


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_a_config_that_is_no_json_object_is_refused(tmp_path: Path, content: str):
    (write_model(tmp_path, "xclip") / "config.json").write_text(content)
    with pytest.raises(WeightsMissing, match=r"config\.json is not"):
        select_files(SPEC, source_of(tmp_path))


def test_no_weights(tmp_path: Path):
    write_config(tmp_path, "xclip")
    with pytest.raises(WeightsMissing, match=r"has no model\.safetensors"):
        select_files(SPEC, source_of(tmp_path))


def test_a_git_lfs_pointer_is_no_weights(tmp_path: Path):
    write_model(tmp_path, "xclip")
    (tmp_path / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(WeightsMissing, match="git-lfs pointer"):
        select_files(SPEC, source_of(tmp_path))


def test_weights_in_parts_must_all_be_there(tmp_path: Path):
    write_model(tmp_path, "xclip")
    first, second = (f"model-0000{n}-of-00002.safetensors" for n in (1, 2))
    (tmp_path / "model.safetensors").rename(tmp_path / first)
    index = {"weight_map": {"a": first, "b": second}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(WeightsMissing, match=f"lacks {second}"):
        select_files(SPEC, source_of(tmp_path))
    (tmp_path / second).write_bytes((tmp_path / first).read_bytes())
    assert {first, second} <= set(select_files(SPEC, source_of(tmp_path)).files)


def test_a_pickle_is_refused_with_the_reason(tmp_path: Path):
    spec = SPEC.model_copy(update={"convert": None})
    write_pickled_model(tmp_path, "xclip")
    with pytest.raises(WeightsMissing, match=r"only as pytorch_model\.bin, a pickle, which can"):
        select_files(spec, source_of(tmp_path))


def test_a_pickle_is_chosen_only_where_there_is_no_safetensors(tmp_path: Path):
    write_pickled_model(tmp_path, "xclip")
    pickles = select_files(SPEC, source_of(tmp_path)).pickles
    assert pickles == {"model.safetensors": tmp_path.resolve() / "pytorch_model.bin"}
    write_model(tmp_path, "xclip")
    assert select_files(SPEC, source_of(tmp_path)).pickles == {}


def test_an_extra_file_to_convert_must_be_there(tmp_path: Path):
    blip: ModelSpec = model_specs()["blip2-itm-vit-g"]
    write_model(tmp_path, "blip-2")
    with pytest.raises(WeightsMissing, match=r"lacks blip2_pretrained\.pth: put it .* https://"):
        select_files(blip, find_source(blip, tmp_path))
    (tmp_path / "blip2_pretrained.pth").write_bytes(b"")
    assert set(select_files(blip, find_source(blip, tmp_path)).pickles) == {"lm_head.safetensors"}


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path):
    folder = write_model(tmp_path / "given", "xclip")
    (tmp_path / "secret.json").write_text("{}")
    (folder / "vocab.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(WeightsMissing, match=r"vocab\.json is a link that leads out of"):
        select_files(SPEC, source_of(folder))


def test_a_link_to_nothing_is_refused(tmp_path: Path):
    snapshot = write_hub_cache(tmp_path, SPEC)
    (snapshot / "model.safetensors").resolve().unlink()
    with pytest.raises(WeightsMissing, match="a link to nothing: copy the model with its blobs"):
        select_files(SPEC, source_of(snapshot))
