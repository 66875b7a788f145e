"""Lists of videos and their facts, through HTTP."""

from collections.abc import Generator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.access.roles import Role
from segments.case_records import CaseFinding
from segments.cases import Cases
from segments.library import Library
from tests.support.shown import Shown, make_shown_library
from tests.support.small_service import make_key, open_small_service


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return make_shown_library(tmp_path_factory.mktemp("shown"))


@pytest.fixture(scope="module")
def client(shown: Shown) -> Generator[TestClient]:
    with open_small_service(shown.root) as opened:
        yield opened


def _names(client: TestClient, query: str = "", **options: object) -> list[str]:
    answer = client.get(f"/v1/videos?{query}", **options)
    assert answer.status_code == 200, answer.text
    return [video["name"] for video in answer.json()["videos"]]


def test_all_videos_by_name(client: TestClient, shown: Shown) -> None:
    answer = client.get("/v1/videos").json()
    assert [v["name"] for v in answer["videos"]] == ["evening.avi", "lost.mp4", "morning.mp4"]
    assert (answer["total"], answer["next_cursor"]) == (3, None)
    gate = answer["videos"][2]
    assert gate["video_id"] == shown.gate.video_id
    assert (gate["duration_s"], gate["fps"], gate["codec"]) == (5.0, 10.0, "h264")
    assert (gate["width"], gate["height"], gate["has_sound"]) == (128, 96, True)
    assert [place["camera"] for place in gate["places"]] == ["gate", "yard"]
    assert gate["places"][0]["recorded_at"] == "2026-11-01T10:00:00+01:00"
    assert client.get(gate["thumbnail_url"]).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("camera=gate", ["morning.mp4"]),
        ("camera=yard", ["copy.mp4", "evening.avi"]),
        ("camera=gate&camera=yard", ["evening.avi", "morning.mp4"]),
        ("camera=roof", []),
        ("name=EVEN", ["evening.avi"]),
        ("after=2026-11-01T12:00:00Z", ["copy.mp4", "evening.avi"]),
        ("before=2026-11-01T12:00:00Z", ["morning.mp4"]),
        ("order=-duration", ["morning.mp4", "lost.mp4", "evening.avi"]),
        ("order=recorded", ["morning.mp4", "evening.avi", "lost.mp4"]),
    ],
)
def test_choices_and_orders(client: TestClient, query: str, names: list[str]) -> None:
    found = _names(client, query)
    if query == "order=-duration":  # two have the same length
        found, names = found[:1], names[:1]
    assert found == names


def test_pages(client: TestClient) -> None:
    first = client.get("/v1/videos?limit=2").json()
    second = client.get(f"/v1/videos?limit=2&cursor={first['next_cursor']}").json()
    assert [v["name"] for v in (*first["videos"], *second["videos"])] == [
        "evening.avi",
        "lost.mp4",
        "morning.mp4",
    ]
    assert (first["total"], second["total"], second["next_cursor"]) == (3, 3, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid-request"),
        ("limit=201", "invalid-request"),
        ("order=random", "invalid-request"),
        ("after=2026-11-01", "invalid-request"),
        ("colour=red", "invalid-request"),
        ("cursor=abc", "unanswerable"),
        (f"name={'a' * 201}", "invalid-request"),
    ],
)
def test_wrong_choices_are_refused(client: TestClient, query: str, code: str) -> None:
    answer = client.get(f"/v1/videos?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_details(client: TestClient, shown: Shown) -> None:
    video = client.get(f"/v1/videos/{shown.gate.video_id}").json()
    assert video["file"] == {
        "state": "here",
        "media_type": "video/mp4",
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "pixel_format": "yuv420p",
        "sound_codec": "aac",
        "is_playable": True,
        "why": "",
    }
    assert [one["detector"] for one in video["anomaly"]] == ["alan", "trace", "local_patterns"]
    assert video["anomaly"][0]["peak_score"] == pytest.approx(0.9)
    assert video["anomaly"][0]["peak_s"] == 2.0
    assert video["anomaly"][0]["calibration"]["meaning"].startswith("uncalibrated")
    assert video["is_locked"] is False
    assert client.get(video["media_url"]).content == shown.gate.path.read_bytes()


def test_what_browsers_do_not_play_is_said(client: TestClient, shown: Shown) -> None:
    file = client.get(f"/v1/videos/{shown.yard.video_id}").json()["file"]
    assert (file["state"], file["is_playable"], file["media_type"]) == (
        "here",
        False,
        "video/x-msvideo",
    )
    assert file["why"] == "browsers do not play mjpeg (yuvj420p) in video/x-msvideo"


@pytest.mark.parametrize("video_id", ["0" * 64, "0" * 63, "G" * 64, "..%2f..%2fetc", "%00"])
def test_no_such_video(client: TestClient, video_id: str) -> None:
    answer = client.get(f"/v1/videos/{video_id}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_locked_gone_and_changed(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    finding = CaseFinding(video_id=shown.lost.video_id, start_s=0.0, end_s=1.0)
    with Cases(Library.open(shown.root)) as cases:
        cases.create("theft")
        cases.add("theft", finding)
        cases.lock("theft")
    shown.yard.path.unlink()
    shown.lost.path.write_bytes(bytes(shown.lost.size_bytes))
    with open_small_service(shown.root) as client:
        yard = client.get(f"/v1/videos/{shown.yard.video_id}").json()
        lost = client.get(f"/v1/videos/{shown.lost.video_id}").json()
    assert (yard["file"]["state"], yard["is_locked"]) == ("gone", False)
    assert "is gone" in yard["file"]["why"]
    assert (lost["file"]["state"], lost["is_locked"]) == ("changed", True)


def test_a_scoped_key_sees_its_cameras_places_only(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    yard = make_key(shown.root, "yard", Role.VIEWER, cameras=["yard"])
    gate = make_key(shown.root, "gate", Role.VIEWER, cameras=["gate"])
    with open_small_service(shown.root) as client:
        assert _names(client, headers=yard) == ["copy.mp4", "evening.avi"]
        assert _names(client, "camera=gate", headers=yard) == []
        assert _names(client, "name=morning", headers=yard) == []
        assert _names(client, headers=gate) == ["morning.mp4"]
        seen = client.get(f"/v1/videos/{shown.gate.video_id}", headers=yard).json()
        assert [place["path"] for place in seen["places"]] == [str(shown.copy)]
        for hidden in (shown.yard.video_id, shown.lost.video_id, "0" * 64):
            answer = client.get(f"/v1/videos/{hidden}", headers=gate)
            assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such video")
        assert client.get("/v1/videos").status_code == 401
