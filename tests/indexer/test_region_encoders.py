"""Regions read by a BLIP-2 in a folder: a tiny one with random weights, from footage to reasons."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.region_source import load_source
from detectors.local_patterns.stored import HEAT_SIZE, StoredRegions
from indexer.region_encoders import open_encoder
from segments.catalog import Catalog
from segments.files import sha256_of
from segments.findings import iter_kept
from segments.library import Library
from segments.media import LookSpec
from segments.reading import iter_clip_batches, probe
from segments.sentences import SentenceTable
from segments.timed import TimedStore
from tests.support.footage import MovingScene, write_video
from tests.support.profiles import FakeProfile
from tests.support.tiny_blip2 import DIM, WORDS, save_blip2

NAME = "local_patterns"
FPS = 12.5
SCENE = MovingScene(
    height=72, width=96, card_px=(20, 20), start_px=(10, 20), velocity_px=(30.0, 0.0)
)
HEAD, MODEL = "lm_head.safetensors", "model.safetensors"


@pytest.fixture(scope="module")
def blip2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-blip2"
    folder.mkdir()
    save_blip2(folder)
    return folder


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "gate.mp4"
    return write_video(path, SCENE.pictures(16, FPS), fps=FPS)


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A subcommand of `retrace` on a library of the test's own."""
    library = ("--library", str(tmp_path / "library"))
    return lambda *words: CliRunner().invoke(app, [*map(str, words), *library])


def index(run: Run, video: Path, *options: str | Path) -> Result:
    detectors = ("--detectors", f"alan,{NAME}", "--profile", "compact", "--workers", "1")
    return run("index", video, *detectors, *options)


def kept(library: Library) -> tuple[StoredRegions, list[str]]:
    """The regions of the one video, and the captions of those that are there."""
    with Catalog(library) as catalog:
        (found,) = catalog.videos()
    (part,) = iter_kept(TimedStore(library.tracks), found.video_id, NAME, "regions")
    regions = StoredRegions.of_rows(part.rows)
    with SentenceTable(library) as table:
        sentences = table.by_number()
    numbers = regions.captions[regions.is_there].tolist()
    return regions, [sentences[number] for number in numbers]


def test_captions_are_written_from_footage_to_reasons(
    run: Run, blip2: Path, video: Path, tmp_path: Path
):
    done = index(run, video, "--regions", "windows", "--region-encoder", blip2)
    assert done.exit_code == 0, done.stderr
    library = Library.open(tmp_path / "library")
    regions, said = kept(library)
    assert regions.counts.tolist() == [[8, 8]] * 2
    assert regions.patterns.shape == (2, 2, 8, DIM)
    (batch,) = iter_clip_batches(
        probe(video),
        frame_size=(16, 16),
        frames_per_clip=1,
        fields_per_clip=1,
        second=LookSpec(640, 2, 4, fineness=2),
    )
    assert batch.second is not None
    encoder = open_encoder(str(blip2), FakeProfile(), expand=0.0)
    tokens = encoder.encode(batch.second.frames[1], list(regions.boxes[1]))
    assert said[16:] == [caption for own in tokens for caption in encoder.describe(own)]
    assert {word for caption in said for word in caption.split()} <= set(WORDS)
    words = encoder.encode_texts(said[16:24])
    heat = encoder.heat(tokens[0], words, HEAT_SIZE)
    assert heat.max() == 1.0
    np.testing.assert_allclose(regions.heat[1, 0], heat * 255, atol=0.51)
    cosines = np.einsum("nqd,nd->nq", _unit(tokens[0]), _unit(words))
    patterns = np.einsum("nq,nqd->nd", cosines, tokens[0])  # Eq. 1
    np.testing.assert_allclose(regions.patterns[1, 0], patterns, rtol=1e-3, atol=1e-3)

    shown = run("curve", video, "--detector", NAME, "--explain", "--json")
    assert shown.exit_code == 0, shown.stderr
    things = [thing for one in json.loads(shown.stdout)["explanations"] for thing in one["regions"]]
    assert things
    assert {thing["caption"] for thing in things} <= set(said)
    picture = tmp_path / "things.png"
    shown = run("curve", video, "--detector", NAME, "--explain", "--png", picture)
    assert shown.exit_code == 0, shown.stderr
    assert picture.stat().st_size > 10_000


def test_what_read_regions_is_recorded_and_kept_to(
    run: Run, blip2: Path, video: Path, tmp_path: Path
):
    assert index(run, video, "--regions", "windows", "--region-encoder", blip2).exit_code == 0
    source = load_source(Library.open(tmp_path / "library"))
    assert source is not None
    listed = "".join(f"{sha256_of(blip2 / name)}  {name}\n" for name in (HEAD, MODEL))
    assert source.encoder == str(blip2)
    assert source.encoder_digest == hashlib.sha256(listed.encode()).hexdigest()
    assert (source.answers_digest, source.acts_digest) == (None, None)  # made for compact regions
    assert str(source) == "windows, read by tiny-blip2"

    other = write_video(tmp_path / "other.mp4", SCENE.pictures(4, FPS), fps=FPS)
    refused = index(run, other, "--region-encoder", "compact")
    assert refused.exit_code == 1
    assert "holds regions of windows, read by tiny-blip2" in " ".join(refused.stderr.split())
    moved = Path(shutil.copytree(blip2, tmp_path / "moved"))
    assert index(run, other, "--region-encoder", moved).exit_code == 0


def test_without_its_head_captions_are_of_the_bank(
    run: Run, blip2: Path, video: Path, tmp_path: Path
):
    folder = Path(shutil.copytree(blip2, tmp_path / "headless"))
    (folder / HEAD).unlink()
    assert index(run, video, "--regions", "windows", "--region-encoder", folder).exit_code == 0
    library = Library.open(tmp_path / "library")
    source, (_, said) = load_source(library), kept(library)
    assert source is not None
    assert source.encoder_digest == sha256_of(folder / MODEL)
    assert set(said) <= set(region_captions())


def test_a_folder_without_weights_is_refused(run: Run, video: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    refused = index(run, video, "--region-encoder", tmp_path / "empty")
    assert refused.exit_code == 1
    said = " ".join(refused.stderr.split())
    assert "are not there: name a folder with a BLIP-2's *.safetensors, or compact" in said


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
