"""What regions do, in a library: said while indexing, the same wherever chunks end."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import indexer.chunks
import indexer.patterns
import indexer.region_acts
from cli.main import app
from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.telling import embed, tell
from detectors.local_patterns.kept import iter_regions, load_scene
from detectors.local_patterns.region_source import RegionSource
from detectors.local_patterns.stored import StoredRegions
from detectors.trace.origin import origin_of_bank
from detectors.trace.scoring import TraceSet
from detectors.trace.traces import load_bank
from encoders.compact.profile import CompactProfile
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.region_acts import Telling, load_telling
from indexer.region_choice import RegionChoice
from indexer.region_parts import RegionParts, open_parts
from indexer.rescoring import rescore
from search_api.explaining import Explainer
from segments.catalog import Catalog
from segments.library import Library
from segments.reading import iter_clip_batches, probe
from segments.score_origins import ScoreOrigins
from segments.sentences import number_of
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
    parts = [part.regions.as_rows() for part in iter_regions(TimedStore(library.tracks), video_id)]
    return StoredRegions.of_rows(
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    )


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


GOAT = "a goat eats the paper from a desk"


class Speaking(FakeProfile):
    """Sentences with three numbers, as the regions' patterns have: all but the goat's are alike."""

    def __init__(self, goat: np.ndarray) -> None:
        super().__init__()
        self._goat = goat

    def encode_sentences(self, texts):
        return np.array([self._goat if text == GOAT else AXES[0] for text in texts], np.float32)


@pytest.fixture
def speaking(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Library, str, Speaking]:
    """A library of several chunks whose footage is gone; the goat's vector is that of a region."""

    def parts(*_: object) -> RegionParts:
        made = bright_parts()
        source = made.source.model_copy(update={"acts_digest": "0" * 64})
        return replace(made, source=source)

    monkeypatch.setattr(indexer.patterns, "open_parts", parts)
    monkeypatch.setattr(indexer.region_acts, "shipped_network", lambda _: telling().network)
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 16)
    footage = Path(shutil.copy(video, tmp_path / "gate.mp4"))
    root = tmp_path / "library"
    index_files(root, discover([footage]), Speaking(AXES[1]), SETTINGS)
    footage.unlink()
    library = Library.open(root)
    with Catalog(library) as catalog:
        (found,) = catalog.videos()
    scene = load_scene(TimedStore(library.tracks), found.video_id)
    assert scene is not None
    kept = regions(library, found.video_id)
    z = embed(telling().network, kept, scene.astype(np.float32))
    return library, found.video_id, Speaking(z[z[:, 0].argmin()])


def of_files(library: Library, video_id: str) -> dict[str, list]:
    """All files of the detector that change, by name and row."""
    files = TimedStore(library.tracks)
    loaded = {name: files.load(video_id, name) for name in files.names(video_id) if NAME in name}
    return {
        f"{name} {row}": array.tolist()
        for name, arrays in loaded.items()
        if arrays is not None and ".regions." not in name
        for row, array in arrays.rows.items()
    }


def trace(library: Library, *words: str) -> None:
    done = CliRunner().invoke(app, ["traces", *words, "--library", str(library.root)])
    assert done.exit_code == 0, done.stderr


def test_words_follow_the_sentences_without_footage(speaking: tuple[Library, str, Speaking]):
    library, video_id, profile = speaking
    before, origin = of_files(library, video_id), origin_of_bank(load_bank(own=library.own_traces))
    assert rescore(library, profile).outcomes == {video_id: "same"}
    assert of_files(library, video_id) == before
    trace(library, "add", GOAT, "--context", "park", "--anomalous", "--kind", "animal")
    assert rescore(library, profile).outcomes == {video_id: "changed"}
    explained = [e.regions[0] for e in Explainer(library).of_track(video_id, NAME) if e.regions]
    goats = [thing for thing in explained if thing.act == GOAT]
    assert goats
    assert max(thing.odds for thing in goats) > 0.99
    kept = regions(library, video_id)
    track = TrackStore(library.tracks).load(video_id, NAME)
    np.testing.assert_array_equal(track.scores, kept.odds.max(axis=(1, 2)))
    assert (kept.acts == number_of(GOAT)).any()
    with ScoreOrigins(library) as origins:
        now = origin_of_bank(load_bank(own=library.own_traces))
        assert origins.of(NAME) == {video_id: now}
        assert now != origin
    trace(library, "remove", GOAT)
    assert rescore(library, profile).outcomes == {video_id: "changed"}
    assert of_files(library, video_id) == before


def test_what_an_older_retrace_kept_is_said_to_stay_as_it_is(
    speaking: tuple[Library, str, Speaking], monkeypatch: pytest.MonkeyPatch
):
    library, video_id, profile = speaking
    for path in library.tracks.glob(f"*/{NAME}.told.*"):
        path.unlink()
    track, before = TrackStore(library.tracks), regions(library, video_id)
    scores = track.load(video_id, NAME).scores
    assert (before.odds > 0).any()  # the regions have what was said while indexing
    monkeypatch.setattr("encoders.registry.load_profile", lambda *_, **__: profile)
    done = CliRunner().invoke(app, ["traces", "rescore", "--library", str(library.root)])
    assert done.exit_code == 0
    assert "what things do in 1 videos is said as before: an older retrace kept too" in done.stderr
    np.testing.assert_array_equal(track.load(video_id, NAME).scores, scores)
