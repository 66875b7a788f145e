"""Scores over time, through HTTP."""

from collections.abc import Generator

import numpy as np
import pytest
from starlette.testclient import TestClient

from search_api.access.roles import Role
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.shown import SCORES, Shown, make_shown_library
from tests.support.small_service import make_key, open_small_service


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    made = make_shown_library(tmp_path_factory.mktemp("shown"))
    scores = np.zeros(10_000, np.float32)
    scores[7_777], scores[1_234] = 1.0, -1.0
    long = AnomalyTrack("long", scores, np.arange(10_000) * 0.0005, 5.0)
    TrackStore(Library.open(made.root).tracks).append(made.gate.video_id, long)
    return made


@pytest.fixture(scope="module")
def client(shown: Shown) -> Generator[TestClient]:
    with open_small_service(shown.root) as opened:
        yield opened


def _curve(client: TestClient, shown: Shown, rest: str) -> dict:
    answer = client.get(f"/v1/videos/{shown.gate.video_id}/curves/{rest}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_whole_curve(client: TestClient, shown: Shown) -> None:
    curve = _curve(client, shown, "alan")
    assert curve["pts_s"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert curve["scores"] == pytest.approx(SCORES)
    assert (curve["end_s"], curve["num_scores"], curve["duration_s"]) == (5.0, 5, 5.0)
    assert curve["peak"] == {"pts_s": 2.0, "score": pytest.approx(0.9)}
    assert (curve["camera"], curve["unit"]) == ("gate", "raw score")
    assert curve["start_time"] == "2026-11-01T10:00:00+01:00"
    meaning = curve["calibration"]["meaning"]
    assert meaning == "uncalibrated: `retrace calibrate --camera gate --detector alan` would do it"
    assert curve["reasons"] == []


def test_a_part_has_the_scores_that_speak_for_it(client: TestClient, shown: Shown) -> None:
    curve = _curve(client, shown, "alan?start_s=2.5&end_s=4")
    assert (curve["pts_s"], curve["end_s"]) == ([2.0, 3.0], 4.0)
    assert curve["peak"]["pts_s"] == 2.0
    assert _curve(client, shown, "alan?start_s=3&end_s=3.1")["pts_s"] == [3.0]


@pytest.mark.parametrize("most", [4, 10, 2_000])
def test_thinning_keeps_the_peak_and_the_trough_with_their_times(
    client: TestClient, shown: Shown, most: int
) -> None:
    curve = _curve(client, shown, f"long?max_points={most}")
    assert (curve["num_scores"], len(curve["scores"]) <= most) == (10_000, True)
    points = dict(zip(curve["pts_s"], curve["scores"], strict=True))
    assert points[7_777 * 0.0005] == 1.0
    assert points[1_234 * 0.0005] == -1.0


def test_reasons_of_the_highest_scores(client: TestClient, shown: Shown) -> None:
    reasons = _curve(client, shown, "trace?explain=true")["reasons"]
    assert [(one["start_s"], one["end_s"]) for one in reasons] == [(2.0, 3.0)]  # 3 s apart
    assert reasons[0]["anomalous"][0]["similarity"] == 0.5
    things = _curve(client, shown, "local_patterns?explain=true")["reasons"]
    assert things[0]["regions"][0]["box"] == [0.25, 0.25, 0.75, 0.5]
    assert _curve(client, shown, "alan?explain=true")["reasons"] == []


def test_reasons_of_every_score(client: TestClient, shown: Shown) -> None:
    found = _curve(client, shown, "trace?explain_all=true&start_s=1&end_s=4")
    assert [one["start_s"] for one in found["reasons"]] == found["pts_s"] == [1.0, 2.0, 3.0]
    assert [one["score"] for one in found["reasons"]] == pytest.approx(found["scores"])
    much = client.get(f"/v1/videos/{shown.gate.video_id}/curves/long?explain_all=true")
    assert (much.status_code, much.json()["code"]) == (422, "beyond-limit")
    assert "2000 are explained at once" in much.json()["detail"]


def test_loudness(client: TestClient, shown: Shown) -> None:
    curve = _curve(client, shown, "loudness?start_s=1.2&end_s=1.8")
    assert curve["pts_s"] == pytest.approx([1.2, 1.3, 1.4, 1.5, 1.6, 1.7])
    assert curve["scores"] == pytest.approx([-9.03] * 6, abs=0.2)  # half of full scale
    assert curve["unit"] == "dBFS"
    silent = client.get(f"/v1/videos/{shown.yard.video_id}/curves/loudness")
    assert (silent.status_code, silent.json()["code"]) == (404, "not-found")


def test_unknown_detectors_are_named(client: TestClient, shown: Shown) -> None:
    answer = client.get(f"/v1/videos/{shown.gate.video_id}/curves/smell")
    assert answer.status_code == 404
    known = "alan, local_patterns, long, trace, loudness"
    assert answer.json()["detail"] == f"no scores by 'smell'; there are: {known}"


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("alan?start_s=nan", 422, "invalid-request"),
        ("alan?end_s=inf", 422, "invalid-request"),
        ("alan?start_s=-1", 422, "invalid-request"),
        ("alan?max_points=3", 422, "invalid-request"),
        ("alan?max_points=1e9", 422, "invalid-request"),
        ("alan?start_s=2&end_s=2", 422, "outside-video"),
        ("alan?start_s=3&end_s=2", 422, "outside-video"),
        ("alan?start_s=5", 422, "outside-video"),
        ("alan?start_s=7&end_s=9", 422, "outside-video"),
        ("alan?color=red", 422, "invalid-request"),
        ("alan.reasons", 422, "invalid-request"),
        ("..%2f..%2flibrary", 404, "not-found"),
    ],
)
def test_wrong_requests(
    client: TestClient, shown: Shown, rest: str, status: int, code: str
) -> None:
    answer = client.get(f"/v1/videos/{shown.gate.video_id}/curves/{rest}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_scoped_key_sees_its_cameras_meaning(shown: Shown) -> None:
    yard = make_key(shown.root, "yard", Role.VIEWER, cameras=["yard"])
    roof = make_key(shown.root, "roof", Role.VIEWER, cameras=["roof"])
    path = f"/v1/videos/{shown.gate.video_id}/curves/alan"
    with open_small_service(shown.root) as client:
        curve = client.get(path, headers=yard).json()
        assert (curve["camera"], curve["start_time"]) == ("yard", "2026-11-01T20:00:00+01:00")
        assert "--camera yard" in curve["calibration"]["meaning"]
        assert client.get(path, headers=roof).status_code == 404
