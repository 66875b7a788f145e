"""A library's own TRACE network: only one that fits, and no video keeps scores of two."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from cli.main import app
from detectors.files import WEIGHTS_FILE
from detectors.trace.config import TraceConfig, Window
from detectors.trace.network import TraceNetwork
from detectors.trace.stream import TraceStream
from detectors.trace.trained import network_digest, network_folder
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.rescoring import rescore
from indexer.trace_networks import Switch, switch_network
from search_api.meanings import digests_of
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError, WeightsMissing
from segments.findings import load_windows
from segments.library import Library
from segments.reading import iter_clip_batches, probe
from segments.store.lock import OwnerLock
from segments.timed import TimedStore
from tests.support.profiles import DIM, FakeProfile
from tests.support.tiny_footage import write_video

WORDS = FakeProfile().manifest.digests
CONFIG = TraceConfig(DIM, DIM, heads=2, windows=(Window(4),), ahead=1)


def trained(folder: Path, config: TraceConfig = CONFIG, words: dict[str, str] = WORDS) -> Path:
    """A network of random weights, as training writes one."""
    torch.manual_seed(0)
    network = TraceNetwork(config)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    network.save_pretrained(folder)
    (folder / "trained_on.json").write_text(json.dumps({"words": words}))
    return folder


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("footage") / "gate.mp4", seconds=12.0, seed=3)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, video: Path) -> Path:
    root = tmp_path_factory.mktemp("indexed") / "library"
    index(root, video)
    return root


@pytest.fixture
def library(indexed: Path, tmp_path: Path) -> Library:
    return Library.open(Path(shutil.copytree(indexed, tmp_path / "library")))


def index(root: Path, video: Path) -> list[str]:
    settings = IndexSettings(detectors=("alan", "trace"), workers=1)
    report = index_files(root, discover([video]), FakeProfile(), settings)
    return [outcome.status for outcome in report.outcomes]


def windows(library: Library) -> np.ndarray:
    with Catalog(library) as catalog:
        (video,) = catalog.videos()
    found = load_windows(TimedStore(library.tracks), video.video_id, "trace")
    assert found is not None
    return found.rows["windows"]


def test_videos_are_seen_again_through_an_adopted_network(
    video: Path, library: Library, tmp_path: Path
) -> None:
    folder, profile = trained(tmp_path / "mine"), FakeProfile()
    assert switch_network(library, profile, folder) == Switch(changed=True, unseen=1)
    assert set(rescore(library, profile).outcomes.values()) == {"unseen"}
    shutil.rmtree(folder)  # the library has a copy
    assert index(library.root, video) == ["indexed"]
    spec = profile.spec
    batches = iter_clip_batches(
        probe(video),
        frame_size=spec.frame_size,
        frames_per_clip=spec.frames_per_clip,
        fields_per_clip=spec.fields_per_clip,
    )
    streams = [profile.encode_clips(batch).streams for batch in batches]
    looks, moves = (np.concatenate([s[name] for s in streams]) for name in spec.streams)
    network = TraceNetwork.from_pretrained(network_folder(library))
    expected = TraceStream.whole(network, looks, moves)
    np.testing.assert_allclose(windows(library), expected, atol=2e-3)
    assert set(rescore(library, profile).outcomes.values()) == {"same"}


def test_what_is_in_use_changes_nothing(library: Library, tmp_path: Path) -> None:
    folder = trained(tmp_path / "mine")
    assert switch_network(library, FakeProfile(), None) == Switch(changed=False, unseen=0)
    switch_network(library, FakeProfile(), folder)
    assert switch_network(library, FakeProfile(), folder) == Switch(changed=False, unseen=0)


def test_the_shipped_one_comes_back(video: Path, library: Library, tmp_path: Path) -> None:
    before, untrained = windows(library), network_digest(library)
    switch_network(library, FakeProfile(), trained(tmp_path / "mine"))
    index(library.root, video)
    assert np.abs(windows(library) - before).max() > 0.1
    assert switch_network(library, FakeProfile(), None) == Switch(changed=True, unseen=1)
    index(library.root, video)
    np.testing.assert_array_equal(windows(library), before)
    assert network_digest(library) == untrained == "untrained"


def test_thresholds_of_the_former_network_are_void(library: Library, tmp_path: Path) -> None:
    before = digests_of(library, "trace")
    switch_network(library, FakeProfile(), trained(tmp_path / "mine"))
    after = digests_of(library, "trace")
    assert {name for name in before if before[name] != after[name]} == {"trace network"}


@pytest.mark.parametrize(
    ("config", "words", "said"),
    [
        (CONFIG, {"fake.safetensors": "1" * 64}, "other models .* fake.safetensors differ"),
        (CONFIG, WORDS | {"minilm/model.safetensors": "0"}, "minilm/model.safetensors differ"),
        (TraceConfig(16, DIM), WORDS, "features of 16 numbers, and the profile fake gives 8"),
        (TraceConfig(DIM, DIM, mix="max"), WORDS, "a vector per window"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(
    library: Library, tmp_path: Path, config: TraceConfig, words: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        switch_network(library, FakeProfile(), trained(tmp_path / "mine", config, words))
    assert network_digest(library) == "untrained"


def test_an_alan_beside_it_may_be_another(library: Library, tmp_path: Path) -> None:
    words = WORDS | {"alan/model.safetensors": "2" * 64, "alan (untrained)": "3" * 64}
    assert switch_network(library, FakeProfile(), trained(tmp_path / "mine", words=words)).changed


def test_a_folder_that_training_did_not_write_is_refused(library: Library, tmp_path: Path) -> None:
    folder = trained(tmp_path / "mine")
    (folder / "trained_on.json").write_text("[]")
    with pytest.raises(UserError, match="does not say which models"):
        switch_network(library, FakeProfile(), folder)
    (folder / "trained_on.json").unlink()
    with pytest.raises(UserError, match=r"trained_on.json is missing: .*retrace train trace"):
        switch_network(library, FakeProfile(), folder)
    with pytest.raises(WeightsMissing, match="retrace train trace"):
        switch_network(library, FakeProfile(), tmp_path / "nothing")


def test_files_that_vanish_are_missed_before_anything_is_read(
    video: Path, library: Library, tmp_path: Path
) -> None:
    folder = trained(tmp_path / "mine")
    switch_network(library, FakeProfile(), folder)
    weights = network_folder(library) / WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(WeightsMissing, match=r"adopted from .*mine is changed"):
        index(library.root, video)
    weights.unlink()
    for work in (lambda: index(library.root, video), lambda: rescore(library, FakeProfile())):
        with pytest.raises(WeightsMissing, match=r"is gone: .*retrace traces network DIR"):
            work()
    switch_network(library, FakeProfile(), folder)
    assert index(library.root, video) == ["indexed"]


def test_a_damaged_choice_is_made_again(library: Library, tmp_path: Path) -> None:
    (library.vectors.path / "trace_network.json").write_text("{}")
    with pytest.raises(LibraryError, match="say again which network"):
        network_digest(library)
    assert switch_network(library, FakeProfile(), None) == Switch(changed=True, unseen=1)
    assert network_digest(library) == "untrained"


def test_nothing_is_changed_while_another_process_indexes(library: Library, tmp_path: Path) -> None:
    lock = OwnerLock.acquire(library.indexer_lock_file)
    with pytest.raises(LibraryError, match="is in use by"):
        switch_network(library, FakeProfile(), trained(tmp_path / "mine"))
    lock.release()
    assert network_digest(library) == "untrained"


def test_the_command_says_what_is_in_use_and_what_to_do(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoders.registry.load_profile", lambda name: FakeProfile())
    folder = trained(tmp_path / "mine")

    def run(*options: str) -> str:
        command = ["traces", "network", *options, "--library", str(library.root)]
        return " ".join(CliRunner().invoke(app, command).output.split())

    assert "none is trained" in run()
    said = run(str(folder))
    assert "1 videos were seen through the former network" in said
    assert "retrace index --detectors alan,trace" in said
    assert f"the network from {folder}" in said
    assert "in use already" in run(str(folder))
    assert "not both" in run(str(folder), "--shipped")
    assert "none is trained" in run("--shipped")
