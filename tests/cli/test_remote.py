"""`--url`: the same answers as from a library here, printed by the same code."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

import cli.remote_curves
from cli.main import app
from cli.remote_curves import curve_there, curves_around
from cli.remote_pictures import tiles_there
from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from search_api.client import Client
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.search_api.test_pictures import hit
from tests.support.served import served
from tests.support.shown import make_shown_library, nearest_colour
from tests.support.small_library import GATE, YARD, TinyProfile, make_library
from tests.support.small_service import tiny_profile

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_library(tmp_path_factory.mktemp("remote") / "library")
    scores = np.array([0.05, 0.9, 0.3], np.float32)
    track = AnomalyTrack("alan", scores, np.array([0.0, 5.12, 10.24]), 15.36)
    TrackStore(made.tracks).append(GATE, track)
    return made.root


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Path:
    """The same library: the service owns the other one."""
    return Path(shutil.copytree(library, tmp_path_factory.mktemp("here") / "library"))


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory, library: Path, twin: Path) -> Path:
    """Made once the twin is copied, and before the service is asked."""
    path = tmp_path_factory.mktemp("key") / "key"
    with Keys(access_file(library)) as keys:
        path.write_text(keys.create("desk", Role.VIEWER)[1] + "\n")
    return path


@pytest.fixture(scope="module")
def url(library: Path, key_file: Path) -> Iterator[str]:
    with served(library, load_profile=tiny_profile) as address:
        yield address


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("encoders.registry.load_profile", lambda name: TinyProfile())
    monkeypatch.setenv("COLUMNS", "150")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def same(run: Run, twin: Path, url: str, key_file: Path, *words: object) -> Result:
    """What both ways print, which is not nothing."""
    here = run(*words, "--library", twin)
    there = run(*words, "--url", url, "--key-file", key_file)
    assert (there.exit_code, there.stderr) == (here.exit_code, here.stderr), there.exception
    assert there.stdout == here.stdout != ""
    return there


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_searches_print_the_same(run, twin, url, key_file, form):
    same(run, twin, url, key_file, "search", "fire", "--limit", 3, "--no-merge", "--all", *form)


def test_the_table_has_its_curves(run, twin, url, key_file):
    found = same(run, twin, url, key_file, "search", "fire", "--limit", 1, "--camera", "gate")
    assert "▁" * 6 + "█" * 6 + "▃" * 6 in found.stdout


def test_pictures_travel(run, twin, url, key_file, tmp_path):
    picture = tmp_path / "seen.png"
    Image.new("RGB", (64, 48), "red").save(picture)
    words = ("search", "fire", "--image", picture, "--crop", "0,0,0.5,1", "--json", "--all")
    answer = json.loads(same(run, twin, url, key_file, *words).stdout)
    assert (answer["query"]["image"], answer["ranking"]) == ("seen.png", "rank-fusion")


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
@pytest.mark.parametrize("video", ["a.mp4", "/footage/gate/a.mp4", GATE, GATE[:8]])
def test_curves_print_the_same(run, twin, url, key_file, form, video):
    same(run, twin, url, key_file, "curve", video, *form)


def test_long_curves_come_whole(url, key_file, monkeypatch):
    with Client(url, key=key_file.read_text().strip()) as client:
        whole = curve_there(client, "a.mp4", None)
        monkeypatch.setattr(cli.remote_curves, "MAX_POINTS", 4)
        client.videos.curve = _at_most_two(client.videos.curve)  # type: ignore[method-assign]
        assert curve_there(client, "a.mp4", None) == whole
    assert whole.pts_s == [0.0, 5.12, 10.24]
    assert whole.scores == pytest.approx([0.05, 0.9, 0.3])


def _at_most_two(ask):
    """A service that gives no more than two scores at once."""

    def curve(*arguments, **options):
        found = ask(*arguments, **options)
        return found.model_copy(update={"pts_s": found.pts_s[:2], "scores": found.scores[:2]})

    return curve


class ShownHere(NamedTuple):
    """Recordings with scores and reasons: a library here, and a service on its copy."""

    root: Path
    gate: str
    url: str


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShownHere]:
    made = make_shown_library(tmp_path_factory.mktemp("shown"))
    copy = Path(shutil.copytree(made.root, tmp_path_factory.mktemp("served") / "library"))
    with served(copy, load_profile=tiny_profile) as address:
        yield ShownHere(made.root, made.gate.video_id, address)


@pytest.mark.parametrize("detector", [(), ("--detector", "local_patterns")])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_curves_say_why_the_same(run, shown, detector, form):
    words = ("curve", shown.gate, "--explain", *detector, *form)
    there, here = run(*words, "--url", shown.url), run(*words, "--library", shown.root)
    assert there.exit_code == 0, there.output
    assert there.stdout == here.stdout


def test_long_reasons_come_whole(shown, monkeypatch):
    with Client(shown.url) as client:
        whole = curve_there(client, shown.gate, None, explains=True)
        monkeypatch.setattr(cli.remote_curves, "MAX_EXPLAINED", 4)
        assert curve_there(client, shown.gate, None, explains=True) == whole
    assert [one.start_s for one in whole.explanations] == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("options", [(), ("--explain", "--detector", "local_patterns")])
def test_curves_are_drawn_the_same(run, shown, tmp_path, options):
    pictures = []
    for name, place in (("there", ("--url", shown.url)), ("here", ("--library", shown.root))):
        path = tmp_path / f"{name}.png"
        result = run("curve", shown.gate, *options, "--png", path, *place)
        assert result.exit_code == 0, result.output
        with Image.open(path) as picture:
            pictures.append(np.asarray(picture.convert("RGB")).astype(int))
    there, here = pictures
    assert there.shape == here.shape
    assert np.abs(there - here).mean() < 2.0  # frames come as JPEG


def test_a_sheet_is_drawn_from_what_the_service_shows(shown):
    found = hit(1).model_copy(update={"video_id": shown.gate, "start_s": 1.0, "end_s": 4.0})
    gone = hit(2).model_copy(update={"video_id": "0" * 64})
    with Client(shown.url) as client:
        tiles = list(tiles_there(client, [found, gone], curves_around(client, [found, gone])))
    first, second = tiles
    assert first.track is not None
    assert first.track.scores.max() == pytest.approx(0.9)
    assert first.picture is not None
    assert nearest_colour(first.picture) == 2  # at the highest score
    assert (second.picture, second.note) == (None, "the service has no picture")


def test_a_sheet_is_written(run, url, key_file, tmp_path):
    path = tmp_path / "sheet.png"
    words = ("search", "fire", "--all", "--sheet", path, "--url", url, "--key-file", key_file)
    assert run(*words).exit_code == 0
    with Image.open(path) as sheet:
        assert sheet.width > 800


def test_the_key_may_stand_in_the_environment(run, url, key_file, monkeypatch):
    assert "key" in run("search", "fire", "--url", url).stderr
    monkeypatch.setenv("RETRACE_KEY", key_file.read_text().strip())
    assert run("search", "fire", "--url", url, "--all").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("search", "fire", "--profile", "tiny"), "--profile cannot be had with --url"),
        (("curve", "a.mp4", "--explain"), "'alan' gives no reasons for its scores of this video"),
        (("curve", "nothing.mp4"), "the service shows no video 'nothing.mp4'"),
        (("curve", "a.mp4", "--detector", "trace"), "no scores by 'trace'; there are: alan"),
        (("search", "fire", "--camera", "moon"), "unknown camera 'moon': known are gate, yard"),
    ],
)
def test_what_cannot_be_had_is_said(run, url, key_file, words, said):
    result = run(*words, "--url", url, "--key-file", key_file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_a_key_file_that_is_not_there(run, url, tmp_path):
    result = run("search", "fire", "--url", url, "--key-file", tmp_path / "key")
    assert (result.exit_code, "cannot be read" in result.stderr) == (1, True)


def test_a_video_that_is_not_known_by_name(url, key_file):
    with Client(url, key=key_file.read_text().strip()) as client:
        assert curve_there(client, GATE[:6], None).video_id == GATE != YARD
