"""The client against the service itself, over a real connection."""

import io
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import pytest
from PIL import Image

from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from search_api.answers.evidence import EvidenceOrder, SpanOrder
from search_api.answers.jobs import JobAnswer, JobFileAnswer, JobRequest
from search_api.answers.searching import SearchBody
from search_api.client import ApiError, Client, KeyRefused, NotThere
from search_api.evidence.signing import parse_fingerprint
from search_api.evidence.verifying import verify_bundle
from segments.case_records import CaseFinding
from tests.support.served import served
from tests.support.service import open_service
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

HEAVY = ("torch", "av", "cv2", "qdrant_client", "qdrant_edge", "fastapi", "starlette", "uvicorn")
WORDS = "a person runs across the yard"
NOT_THERE = "0" * 64


class Site(NamedTuple):
    """A service that asks for keys."""

    root: Path
    url: str
    token: str
    """Of an admin."""


@pytest.fixture(scope="module")
def site(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    root = folder / "library"
    shutil.copytree(indexed_library, root)
    with Keys(access_file(root)) as keys:
        token = keys.create("boss", Role.ADMIN)[1]
    with served(root, evidence_key=folder / "evidence.pem") as url:
        yield Site(root, url, token)


@pytest.fixture
def boss(site: Site) -> Iterator[Client]:
    with Client(site.url, key=site.token) as client:
        yield client


@pytest.fixture
def video_id(boss: Client) -> str:
    """Of the 14 s recording with sound that the gate's camera made at ten."""
    (found,) = [v for v in boss.videos.all(cameras=["gate"]) if v.name == "20261101_100000.mp4"]
    return found.video_id


def beep() -> bytes:
    content = io.BytesIO()
    samples = (9_000 * np.sin(np.arange(32_000) / 5)).astype("<i2")
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def test_it_loads_nothing_heavy():
    code = (
        "import sys, search_api.client, search_api.schemas;"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_it_finds_what_the_service_finds(boss: Client, indexed_library: Path, tmp_path: Path):
    root = tmp_path / "library"
    shutil.copytree(indexed_library, root)
    with open_service(root) as alone:
        expected = alone.post("/v1/search", json={"text": WORDS, "limit": 3}).json()
    found = boss.search(SearchBody(text=WORDS, limit=3)).model_dump(mode="json")
    assert found["hits"] == expected["hits"]
    assert found == expected


def test_it_searches_by_what_it_uploads(boss: Client):
    sound = boss.upload(io.BytesIO(beep()))
    assert (sound.kind, sound.duration_s) == ("sound", 2.0)
    answer = boss.search(SearchBody(audio=sound.upload_id, sound_mode="sound-to-sound", limit=5))
    assert {hit.video.rsplit("/", 2)[1] for hit in answer.hits} == {"gate"}  # one has sound
    boss.delete_upload(sound.upload_id)
    with pytest.raises(NotThere) as caught:
        boss.search(SearchBody(audio=sound.upload_id))
    assert caught.value.code == "no-upload"


def test_it_says_what_there_is(boss: Client):
    assert boss.alive().status == "alive"
    assert boss.ready().checks.library == "ready"
    library = boss.library()
    assert (library.videos, library.profile) == (3, "compact")
    assert {camera.name: camera.videos for camera in library.cameras} == {"gate": 2, "yard": 1}
    assert boss.myself().role == Role.ADMIN
    assert "retrace_" in boss.metrics()


def test_it_goes_through_pages(boss: Client):
    first = boss.videos.list(order="duration", limit=2)
    second = boss.videos.list(order="duration", limit=2, cursor=first.next_cursor)
    assert [round(v.duration_s) for v in [*first.videos, *second.videos]] == [9, 11, 14]
    assert (first.total, second.next_cursor) == (3, None)
    assert [v.places[0].camera for v in boss.videos.all(cameras=["yard"])] == ["yard"]


def test_it_gives_curves(boss: Client, video_id: str):
    whole = boss.videos.curve(video_id, "alan")
    assert len(whole.scores) == whole.num_scores == len(whole.pts_s) > 4
    part = boss.videos.curve(video_id, "alan", start_s=5.0, end_s=6.0)
    assert set(part.pts_s) < set(whole.pts_s)
    assert part.pts_s[0] <= 5.0 < part.end_s
    thinned = boss.videos.curve(video_id, "alan", max_points=4)
    assert (len(thinned.scores), thinned.peak) == (4, whole.peak)
    assert boss.videos.curve(video_id, "loudness").unit == "dBFS"


def test_it_fetches_footage(boss: Client, video_id: str, tmp_path: Path):
    found = boss.videos.get(video_id)
    recording = Path(found.places[0].path).read_bytes()
    with boss.videos.media(video_id) as whole:
        assert (whole.size_bytes, whole.media_type) == (len(recording), "video/mp4")
        whole.save(tmp_path / "copy.mp4")
    assert (tmp_path / "copy.mp4").read_bytes() == recording
    assert list(tmp_path.iterdir()) == [tmp_path / "copy.mp4"]
    with boss.videos.media(video_id, first=10, last=19) as part:
        assert b"".join(part) == recording[10:20]
    with boss.videos.clip(video_id, 2.0, 4.0, mode="exact") as clip:
        assert (clip.facts["clip-method"], float(clip.facts["clip-start-s"])) == ("encode", 2.0)
        assert b"ftyp" in b"".join(clip)[:16]


def test_it_fetches_pictures(boss: Client, video_id: str):
    assert Image.open(io.BytesIO(boss.videos.thumbnail(video_id, width=32))).width == 32
    frame = Image.open(io.BytesIO(boss.videos.frame(video_id, 3.0, width=48)))
    assert (frame.format, frame.width) == ("JPEG", 48)
    assert boss.videos.frame_at_pts(video_id, 0, width=48) != boss.videos.frame(
        video_id, 3.0, width=48
    )
    assert len(boss.videos.storyboard(video_id, count=4).tiles) == 4


def test_signed_addresses_open_without_a_key(boss: Client, video_id: str):
    board = boss.videos.storyboard(video_id, count=2)
    assert httpx.get(boss.address(board.image_url)).headers["content-type"] == "image/jpeg"
    (signed,) = boss.videos.sign([f"/v1/videos/{video_id}/media"]).urls
    assert httpx.get(boss.address(signed.url)).status_code == 200
    assert httpx.get(boss.address(f"/v1/videos/{video_id}/media")).status_code == 401


def test_browsers_may_know_another_address(site: Site, video_id: str):
    with Client(site.url, key=site.token, public_url="https://cctv.example/retrace/") as client:
        url = client.address(client.videos.get(video_id).media_url)
    assert url.startswith(f"https://cctv.example/retrace/v1/videos/{video_id}/media?")


def test_it_keeps_cases(boss: Client, video_id: str):
    case = boss.cases.create("gate, 1 November")
    finding = CaseFinding(video_id=video_id, start_s=1.0, end_s=2.0)
    first, second = boss.cases.add_hits(
        case.case_id, [finding, finding.model_copy(update={"end_s": 3.0})]
    )
    boss.cases.add_note(case.case_id, "seen twice")
    assert [hit.hit_id for hit in boss.cases.move_hit(case.case_id, second, 1).hits] == [
        second,
        first,
    ]
    boss.cases.remove_hit(case.case_id, first)
    assert boss.cases.lock(case.case_id).is_locked
    with pytest.raises(ApiError) as caught:
        boss.videos.delete(video_id)
    assert (caught.value.code, caught.value.status) == ("conflict", 409)
    assert "gate, 1 November" in caught.value.detail
    assert not boss.cases.lock(case.case_id, is_locked=False).is_locked
    assert boss.cases.rename(case.case_id, "closed").name == "closed"
    assert [(c.name, c.num_hits, c.num_notes) for c in boss.cases.list()] == [("closed", 1, 1)]
    assert boss.cases.get(case.case_id).hits[0].end_s == 3.0
    boss.cases.delete(case.case_id)
    assert boss.cases.list() == []


def test_bundles_are_made_fetched_and_proven(boss: Client, video_id: str, tmp_path: Path):
    span = SpanOrder(video_id=video_id, start_s=2.0, end_s=4.0)
    ordered = boss.evidence.order(EvidenceOrder(span=span))
    assert boss.evidence.wait(ordered.export_id, every_s=0.05).state == "done"
    with boss.evidence.fetch(ordered.export_id) as bundle:
        bundle.save(tmp_path / "bundle.zip")
    fingerprint = boss.evidence.key().fingerprint
    trusted = parse_fingerprint(fingerprint)
    assert verify_bundle(tmp_path / "bundle.zip", trusted=trusted).is_proven
    with (tmp_path / "bundle.zip").open("rb") as file:
        assert boss.evidence.verify(file, fingerprint=fingerprint).is_proven
    with pytest.raises(NotThere):  # it is fetched once
        boss.evidence.state(ordered.export_id)


def test_keys_are_made_used_and_ended(site: Site, boss: Client):
    made = boss.keys.create("guard", Role.VIEWER, cameras=["yard"])
    with Client(site.url, key=made.token) as guard:
        assert guard.myself().cameras == ["yard"]
        assert [v.places[0].camera for v in guard.videos.all()] == ["yard"]
        with pytest.raises(KeyRefused) as caught:
            guard.keys.list()
        assert caught.value.code == "role-too-low"
        assert boss.keys.revoke(made.key.key_id).revoked_at is not None
        with pytest.raises(KeyRefused) as caught:
            guard.myself()
        assert caught.value.code == "key-needed"
    assert {key.name for key in boss.keys.list()} >= {"boss", "guard"}
    logged = boss.audit.list(action="key").entries
    assert "guard" in logged[0].what
    assert boss.audit.verify().is_whole


def test_refusals_say_which_field(boss: Client):
    with pytest.raises(NotThere) as caught:
        boss.videos.get(NOT_THERE)
    assert caught.value.code == "not-found"
    with pytest.raises(ApiError) as caught_more:
        boss.videos.list(limit=500)
    assert [error.field for error in caught_more.value.errors] == ["query.limit"]


def test_deleting_says_what_went(indexed_library: Path, tmp_path: Path):
    root = tmp_path / "library"
    shutil.copytree(indexed_library, root)
    with served(root) as url, Client(url) as client:  # at this machine, while there are no keys
        video_id = next(iter(client.videos.all(cameras=["yard"]))).video_id
        assert client.videos.delete(video_id).video_id == video_id
        assert client.library().videos == 2


def test_jobs_are_followed_to_their_end(indexed_library: Path, tmp_path: Path):
    root, roots = tmp_path / "library", tmp_path / "cards"
    shutil.copytree(indexed_library, root)
    write_video(roots / "new.mp4", seconds=8, seed=9)
    (roots / "broken.mp4").write_bytes(b"no video at all")
    with served(root, roots=(roots,)) as url, Client(url) as client:
        job = client.jobs.create(JobRequest(paths=(str(roots),), camera="dock"))
        told = list(client.jobs.follow(job.job_id))
        files = {f.name: f.state for f in told if isinstance(f, JobFileAnswer)}
        assert files == {str(roots / "new.mp4"): "indexed", str(roots / "broken.mp4"): "failed"}
        last = told[-1]
        assert isinstance(last, JobAnswer)
        assert (last.state, last.files.indexed, last.files.failed) == ("done", 1, 1)
        assert list(client.jobs.follow(job.job_id))[-1] == last  # it is told again
        failed = client.jobs.files(job.job_id, state="failed").files
        assert [Path(f.name).name for f in failed] == ["broken.mp4"]
        assert client.jobs.list(state="done").jobs[0].job_id == job.job_id
        wait_until(lambda: len(list(client.videos.all(cameras=["dock"]))) == 1)


def test_footage_is_sent_and_thrown_away(boss: Client, video_id: str):
    recording = Path(boss.videos.get(video_id).places[0].path)
    with recording.open("rb") as file:
        sent = boss.jobs.send_footage("gate_again.mp4", file)
    assert (sent.name, sent.size_bytes) == ("gate_again.mp4", recording.stat().st_size)
    boss.jobs.delete_footage(sent.footage_id)
    with pytest.raises(NotThere):
        boss.jobs.delete_footage(sent.footage_id)
