"""What regions do, in a library: said while indexing, the same wherever chunks end."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import indexer.chunks
import indexer.patterns
from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.telling import embed, tell
from detectors.local_patterns.region_source import RegionSource
from detectors.local_patterns.stored import StoredRegions
from detectors.trace.scoring import TraceSet
from encoders.compact.profile import CompactProfile
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.region_acts import Telling, load_telling
from indexer.region_choice import RegionChoice
from indexer.region_parts import open_parts
from search_api.explaining import Explainer
from segments.catalog import Catalog
from segments.findings import iter_kept
from segments.library import Library
from segments.reading import iter_clip_batches, probe
from segments.timed import TimedStore
from segments.tracks import TrackStore
from tests.support.profiles import DIM, FakeProfile
from tests.support.regions import bright_parts
from tests.support.tiny_footage import write_video

NAME = "local_patterns"
SETTINGS = IndexSettings(detectors=("alan", NAME), workers=1)
AXES = np.eye(3, dtype=np.float32)
CONFIG = ActConfig(dim=3, motion_dim=DIM, window=8, ahead=3, heads=1)


def bank(texts: list[str], vectors: np.ndarray) -> TraceSet:
    ids = tuple(f"{len(text):016x}" for text in texts)
    return TraceSet(ids, tuple(texts), ("a",) * len(ids), (None,) * len(ids), vectors)


def telling() -> Telling:
    """A network in which everything counts, and two sentences."""
    torch.manual_seed(0)
    network = ActNetwork(CONFIG).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return Telling(network, bank(["It walks."], AXES[:1]), bank(["It burns down."], AXES[1:2]))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("footage") / "gate.mp4", seconds=45.0, seed=3)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Telling | None], None]:
    monkeypatch.setattr(indexer.patterns, "open_parts", lambda *_: bright_parts())
    return lambda said: monkeypatch.setattr(indexer.patterns, "load_telling", lambda *_: said)


def index(root: Path, video: Path) -> tuple[Library, str]:
    index_files(root, discover([video]), FakeProfile(), SETTINGS)
    library = Library.open(root)
    with Catalog(library) as catalog:
        (found,) = catalog.videos()
    return library, found.video_id


def regions(library: Library, video_id: str) -> StoredRegions:
    parts = list(iter_kept(TimedStore(library.tracks), video_id, NAME, "regions"))
    rows = {name: np.concatenate([part.rows[name] for part in parts]) for name in parts[0].rows}
    return StoredRegions.of_rows(rows)


def test_a_clip_is_as_odd_as_what_its_oddest_region_does(video: Path, tmp_path: Path, use):
    said = telling()
    use(said)
    library, video_id = index(tmp_path / "library", video)
    kept = regions(library, video_id)
    track = TrackStore(library.tracks).load(video_id, NAME)
    np.testing.assert_array_equal(track.scores, kept.odds.max(axis=(1, 2)))
    motion = motion_of(video)
    told = tell(embed(said.network, kept, motion), said.normal, said.anomalous)
    np.testing.assert_allclose(kept.odds[kept.is_there], told.odds, atol=2e-3)  # patterns: 16 bits
    assert kept.odds[kept.is_there].min() < 0.1 < 0.9 < kept.odds.max() <= 1.0
    row = int(track.scores.argmax())
    thing = Explainer(library).of_track(video_id, NAME)[row].regions[0]
    expected = "It burns down." if track.scores[row] >= 0.5 else "It walks."
    assert (thing.act, thing.odds) == (expected, pytest.approx(float(track.scores[row])))
    assert (thing.appearance, thing.motion) == (0.0, 0.0)


def motion_of(video: Path) -> np.ndarray:
    spec = FakeProfile().spec
    batches = iter_clip_batches(
        probe(video),
        frame_size=spec.frame_size,
        frames_per_clip=spec.frames_per_clip,
        fields_per_clip=spec.fields_per_clip,
    )
    return np.concatenate([FakeProfile().encode_clips(b).streams["motion"] for b in batches])


def test_windows_reach_over_the_ends_of_chunks(
    video: Path, tmp_path: Path, use, monkeypatch: pytest.MonkeyPatch
):
    use(telling())
    whole = regions(*index(tmp_path / "whole", video))
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 16)
    parted = regions(*index(tmp_path / "parted", video))
    np.testing.assert_allclose(parted.odds, whole.odds, atol=1e-6)
    assert parted.acts.tolist() == whole.acts.tolist()


def test_where_nothing_was_trained_nothing_is_said(video: Path, tmp_path: Path, use):
    use(None)
    kept = regions(*index(tmp_path / "library", video))
    assert not kept.odds.any()
    assert not kept.acts.any()


def test_the_shipped_network_is_for_motion_regions_of_the_compact_profile(tmp_path: Path):
    library = Library.create(tmp_path / "library", "compact")
    profile = CompactProfile.load()
    source = open_parts(profile, library, RegionChoice("motion")).source
    said = load_telling(profile, library, source)
    assert said is not None
    assert (said.network.config.dim, said.network.config.motion_dim) == (384, 128)
    assert (len(said.normal) > 500, len(said.anomalous) > 500) == (True, True)
    other: RegionSource = source.model_copy(update={"acts_digest": None})
    assert load_telling(profile, library, other) is None
