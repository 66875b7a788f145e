import errno
import threading
from pathlib import Path

import huggingface_hub
import pytest
import torch
from safetensors.torch import load_file

from encoders.models import hub, installing, pulling
from encoders.models.library import ModelLibrary
from encoders.models.pulling import pull
from encoders.models.specs import ModelSpec, model_specs
from segments.errors import UserError, WeightsMissing
from segments.files import sha256_of
from tests.support.model_folders import (
    COMMIT,
    tensors,
    write_hub_cache,
    write_model,
    write_pickled_model,
)

SPEC = model_specs()["xclip-base-patch16"]
PINNED = model_specs()["siglip2-base-patch16-224"]
BLIP = model_specs()["blip2-itm-vit-g"]


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models")


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return write_model(tmp_path / "given", "xclip")


def pull_quietly(library: ModelLibrary, source: Path | None, *, spec: ModelSpec = SPEC, **options):
    return pull(library, spec, source=source, progress=lambda line: None, **options)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_folder(library: ModelLibrary, given: Path):
    lines: list[str] = []
    assert pull(library, SPEC, source=given, progress=lines.append) == "pulled"
    folder = library.folder(SPEC.name)
    assert names(folder) == {"config.json", "model.safetensors", "tokenizer.json"}
    assert torch.equal(
        load_file(folder / "model.safetensors")["text.weight"], tensors()["text.weight"]
    )
    entry = library.lock.read()[SPEC.name]
    assert (entry.family, entry.hub_id, entry.revision) == ("xclip", SPEC.hub_id, None)
    assert entry.origin == f"folder {given}"
    assert entry.files["config.json"].sha256 == sha256_of(given / "config.json")
    assert entry.files["config.json"].size_bytes == len('{"model_type": "xclip"}')
    assert lines[0] == f"{SPEC.name}: copying config.json (0.0 MB)"
    assert len(lines) == 3


def test_a_hub_cache_gives_the_revision_and_copies_what_links_lead_to(
    library: ModelLibrary, tmp_path: Path
):
    write_hub_cache(tmp_path / "hub", SPEC)
    pull_quietly(library, tmp_path / "hub")
    assert library.lock.read()[SPEC.name].revision == COMMIT
    assert not any(path.is_symlink() for path in library.folder(SPEC.name).iterdir())


def test_what_is_here_is_not_copied_again(
    library: ModelLibrary, given: Path, monkeypatch: pytest.MonkeyPatch
):
    pull_quietly(library, given)
    monkeypatch.setattr(pulling, "install", None)
    assert pull_quietly(library, given) == "already here"


def test_other_files_are_refused_unless_they_are_to_replace(
    library: ModelLibrary, given: Path, tmp_path: Path
):
    pull_quietly(library, given)
    before = library.digests(SPEC.name)
    other = write_model(tmp_path / "other", "xclip", seed=1)
    with pytest.raises(UserError, match=r"\(model\.safetensors differ\).*--replace"):
        pull_quietly(library, other)
    assert library.digests(SPEC.name) == before
    assert library.verify(SPEC.name) == []
    assert pull_quietly(library, other, replace=True) == "pulled"
    assert library.digests(SPEC.name) != before
    assert library.verify(SPEC.name) == []


def test_lost_and_damaged_files_are_repaired_from_the_same_source(
    library: ModelLibrary, given: Path
):
    pull_quietly(library, given)
    (library.root / SPEC.name / "config.json").unlink()
    (library.root / SPEC.name / "stranger.json").write_text("{}")
    assert pull_quietly(library, given) == "pulled"
    assert library.verify(SPEC.name) == []


def test_a_lost_model_is_not_replaced_by_another(
    library: ModelLibrary, given: Path, tmp_path: Path
):
    pull_quietly(library, given)
    (library.root / SPEC.name / "model.safetensors").unlink()
    with pytest.raises(UserError, match="locked with other files"):
        pull_quietly(library, write_model(tmp_path / "other", "xclip", seed=1))


@pytest.mark.parametrize("step", ["copy", "rename", "lock"])
@pytest.mark.parametrize("again", [False, True], ids=["first", "replacing"])
def test_an_interruption_leaves_nothing_that_counts_and_a_second_call_finishes(
    library: ModelLibrary,
    given: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    again: bool,
):
    if again:
        pull_quietly(library, write_model(tmp_path / "before", "xclip", seed=9))

    def interrupt(*arguments):
        raise KeyboardInterrupt

    copied: list[Path] = []

    def copy_two(source: Path, target: Path):
        if len(copied) == 2:
            raise KeyboardInterrupt
        copied.append(source)
        return installing.copy_hashed(source, target)

    with monkeypatch.context() as patch:
        if step == "copy":
            patch.setattr(pulling, "copy_hashed", copy_two)
        elif step == "rename":
            patch.setattr(Path, "rename", interrupt)
        else:
            patch.setattr(library.lock, "put", interrupt)
        with pytest.raises(KeyboardInterrupt):
            pull_quietly(library, given, replace=again)
    kept_the_old = again and step == "copy"
    assert library.has(SPEC.name) == kept_the_old
    assert pull_quietly(library, given, replace=again) == "pulled"
    assert library.verify(SPEC.name) == []
    assert names(library.root) == {SPEC.name, "models.lock.json"}
    assert not (library.root / f".{SPEC.name}.partial").exists()


def test_a_full_disk_is_said_and_leaves_nothing(
    library: ModelLibrary, given: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(source: Path, target: Path):
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pulling, "copy_hashed", fail)
    with pytest.raises(UserError, match=r"could not be copied into .* \(.*No space left"):
        pull_quietly(library, given)
    assert names(library.root) == set()
    assert not (library.root / f".{SPEC.name}.partial").exists()


def test_a_library_that_cannot_be_written_to(given: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot hold models .*--models or RETRACE_MODELS"):
        pull_quietly(ModelLibrary(tmp_path / "file"), given)


def test_two_at_once_do_the_work_once(library: ModelLibrary, given: Path):
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(pull_quietly(library, given)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already here"] * 3 + ["pulled"]
    assert library.verify(SPEC.name) == []


def test_a_pickle_is_converted_once(library: ModelLibrary, tmp_path: Path):
    source = write_pickled_model(tmp_path / "pickled", "xclip")
    assert pull_quietly(library, source) == "pulled"
    folder = library.folder(SPEC.name)
    assert names(folder) == {"config.json", "model.safetensors"}
    found = load_file(folder / "model.safetensors")
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors().items())
    digest = sha256_of(source / "pytorch_model.bin")
    assert library.lock.read()[SPEC.name].pickles == {"model.safetensors": digest}
    assert pull_quietly(library, source) == "already here"
    write_pickled_model(source, "xclip", seed=1)
    with pytest.raises(UserError, match=r"model\.safetensors differ"):
        pull_quietly(library, source)


def test_a_head_is_taken_out_of_a_larger_checkpoint(library: ModelLibrary, tmp_path: Path):
    source = write_model(tmp_path / "blip", "blip-2")
    model = {"Qformer.cls.bias": torch.ones(3), "visual_encoder.bias": torch.zeros(3)}
    torch.save({"model": model}, source / "blip2_pretrained.pth")
    pull_quietly(library, source, spec=BLIP)
    folder = library.folder(BLIP.name)
    assert names(folder) == {
        "config.json",
        "lm_head.safetensors",
        "model.safetensors",
        "tokenizer.json",
    }
    assert list(load_file(folder / "lm_head.safetensors")) == ["Qformer.cls.bias"]


class Hub:
    """Stands in for the hub's client: one repository, at one commit."""

    def __init__(self, spec: ModelSpec, files: Path) -> None:
        self.spec, self.files = spec, files
        self.calls: list[tuple[str | None, bool]] = []

    def snapshot_download(
        self, repo: str, *, revision: str | None, cache_dir: Path, allow_patterns: list[str]
    ) -> str:
        assert repo == self.spec.hub_id
        self.calls.append((revision, "pytorch_model.bin" in allow_patterns))
        cache = cache_dir / f"models--{repo.replace('/', '--')}"
        snapshot = cache / "snapshots" / (revision or COMMIT)
        snapshot.mkdir(parents=True, exist_ok=True)
        for path in self.files.iterdir():
            if path.name in allow_patterns:
                (snapshot / path.name).write_bytes(path.read_bytes())
        return str(snapshot)


def connect(monkeypatch: pytest.MonkeyPatch, spec: ModelSpec, files: Path) -> Hub:
    stand_in = Hub(spec, files)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", stand_in.snapshot_download)
    return stand_in


def test_the_hub(library: ModelLibrary, given: Path, monkeypatch: pytest.MonkeyPatch):
    stand_in = connect(monkeypatch, SPEC, given)
    assert pull_quietly(library, None) == "pulled"
    entry = library.lock.read()[SPEC.name]
    assert (entry.revision, entry.origin) == (COMMIT, f"hub {SPEC.hub_id}")
    assert stand_in.calls == [(None, False)]
    assert not list((library.root / ".downloads").iterdir())
    assert pull_quietly(library, None) == "already here"
    assert len(stand_in.calls) == 1


def test_the_hub_is_asked_for_the_pinned_revision(
    library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stand_in = connect(monkeypatch, PINNED, write_model(tmp_path / "files", "siglip"))
    pull_quietly(library, None, spec=PINNED)
    assert stand_in.calls == [(PINNED.revision, False)]


def test_the_hub_is_asked_for_the_locked_revision_until_it_is_to_be_replaced(
    library: ModelLibrary, given: Path, monkeypatch: pytest.MonkeyPatch
):
    stand_in = connect(monkeypatch, SPEC, given)
    pull_quietly(library, None)
    (library.root / SPEC.name / "config.json").unlink()
    pull_quietly(library, None)
    pull_quietly(library, None, replace=True)
    assert [revision for revision, _ in stand_in.calls] == [None, COMMIT, None]


def test_the_hub_is_asked_for_a_pickle_only_where_it_has_no_safetensors(
    library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    source = write_pickled_model(tmp_path / "pickled", "xclip")
    stand_in = connect(monkeypatch, SPEC, source)
    pull_quietly(library, None)
    assert stand_in.calls == [(None, False), (COMMIT, True)]
    assert library.verify(SPEC.name) == []


def test_a_pickle_of_elsewhere_is_fetched_from_its_address(
    library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    torch.save({"model": {"Qformer.cls.bias": torch.ones(3)}}, tmp_path / "elsewhere.pth")
    asked: list[str] = []

    def open_url(url: str):
        asked.append(url)
        return (tmp_path / "elsewhere.pth").open("rb")

    monkeypatch.setattr(hub, "urlopen", open_url)
    connect(monkeypatch, BLIP, write_model(tmp_path / "files", "blip-2"))
    pull_quietly(library, None, spec=BLIP)
    assert BLIP.convert is not None
    assert asked == [BLIP.convert.url]
    assert "lm_head.safetensors" in library.lock.read()[BLIP.name].files


def test_without_a_network_the_way_without_one_is_named(
    library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsMissing) as refused:
        pull_quietly(library, None, spec=PINNED)
    message = str(refused.value)
    assert f"`retrace models pull {PINNED.name} --from DIR`" in message
    assert f"hf download {PINNED.hub_id} --revision {PINNED.revision}" in message
    assert "\n" not in message
    assert not library.has(PINNED.name)
