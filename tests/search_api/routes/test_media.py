"""Files, clips, pictures and storyboards, through HTTP."""

from collections.abc import Generator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from search_api.access.roles import Role
from search_api.routes.delivery import disposition
from segments.media import VideoSource
from segments.reading import iter_frames, probe
from tests.support.footage import number_of
from tests.support.shown import ODD_S, Shown, make_shown_library, nearest_colour
from tests.support.small_service import make_key, open_small_service

LEAVES = (
    "media",
    "clip?start_s=0&end_s=1",
    "frame?at_s=0",
    "thumbnail",
    "storyboard",
    "storyboard?format=jpeg",
    "curves/loudness",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return make_shown_library(tmp_path_factory.mktemp("shown"))


@pytest.fixture(scope="module")
def client(shown: Shown) -> Generator[TestClient]:
    with open_small_service(shown.root) as opened:
        yield opened


def _path(source: VideoSource, leaf: str) -> str:
    return f"/v1/videos/{source.video_id}/{leaf}"


def _pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"))


def test_the_whole_recording(client: TestClient, shown: Shown) -> None:
    answer, content = client.get(_path(shown.gate, "media")), shown.gate.path.read_bytes()
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["etag"] == f'"{shown.gate.video_id}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"morning.mp4\"; filename*=UTF-8''morning.mp4"
    )


def test_head_says_the_same_without_the_bytes(client: TestClient, shown: Shown) -> None:
    for leaf in ("media", "clip?start_s=1&end_s=2"):
        got, head = (ask(_path(shown.gate, leaf)) for ask in (client.get, client.head))
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "etag", "last-modified", "content-type"):
            assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, None),
        ("bytes=-10", -10, None),
        ("BYTES=5-5", 5, 6),
        ("bytes=100-99999999", 100, None),
        ("bytes=-99999999", 0, None),
    ],
)
def test_parts(client: TestClient, shown: Shown, asked: str, start: int, stop: int | None) -> None:
    content = shown.gate.path.read_bytes()
    answer = client.get(_path(shown.gate, "media"), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, content[start:stop])
    first = start % len(content)
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=99999999-99999999", "bytes=-0"])
def test_parts_that_are_not_there(client: TestClient, shown: Shown, asked: str) -> None:
    answer = client.get(_path(shown.gate, "media"), headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{shown.gate.size_bytes}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=-", "bytes=a-b", "pages=1-2", "bytes=0-1,5-6", f"bytes={'9' * 50}-"],
)
def test_ranges_that_make_no_sense_give_everything(
    client: TestClient, shown: Shown, asked: str
) -> None:
    answer = client.get(_path(shown.gate, "media"), headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, shown.gate.size_bytes)


def test_if_range_gives_a_part_of_the_same_file_only(client: TestClient, shown: Shown) -> None:
    path = _path(shown.gate, "media")
    headers = client.head(path).headers
    for same in (headers["etag"], headers["last-modified"]):
        part = client.get(path, headers={"Range": "bytes=0-9", "If-Range": same})
        assert (part.status_code, len(part.content)) == (206, 10)
    for other in ('"other"', f"W/{headers['etag']}", "Thu, 01 Jan 1970 00:00:00 GMT"):
        whole = client.get(path, headers={"Range": "bytes=0-9", "If-Range": other})
        assert (whole.status_code, len(whole.content)) == (200, shown.gate.size_bytes)


def test_what_the_client_has_is_not_sent_again(client: TestClient, shown: Shown) -> None:
    for leaf in LEAVES[:4]:
        path = _path(shown.gate, leaf)
        headers = client.get(path).headers
        tag, modified = headers["etag"], headers["last-modified"]
        for known in (tag, f'"x", W/{tag}', "*"):
            again = client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        assert client.get(path, headers={"If-Modified-Since": modified}).status_code == 304
        both = {"If-None-Match": '"x"', "If-Modified-Since": modified}
        assert client.get(path, headers=both).status_code == 200
        for broken in ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"):
            assert client.get(path, headers={"If-Modified-Since": broken}).status_code == 200


def test_a_clip_says_what_was_cut(client: TestClient, shown: Shown, tmp_path: Path) -> None:
    answer = client.get(_path(shown.gate, "clip?start_s=1.25&end_s=3"))
    said = {name: answer.headers[f"retrace-clip-{name}"] for name in ("method", "is-playable")}
    assert said == {"method": "copy", "is-playable": "true"}
    assert float(answer.headers["retrace-clip-start-s"]) == pytest.approx(1.0)
    assert float(answer.headers["retrace-clip-end-s"]) == pytest.approx(3.0)
    assert _colours(answer.content, tmp_path) == [1] * 10 + [2] * 10
    exact = client.get(_path(shown.gate, "clip?start_s=1.3&end_s=3&mode=exact"))
    assert exact.headers["retrace-clip-method"] == "encode"
    assert float(exact.headers["retrace-clip-start-s"]) == 1.3
    assert _colours(exact.content, tmp_path) == [1] * 7 + [2] * 10
    part = client.get(_path(shown.gate, "clip?start_s=1.3&end_s=3"), headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")


def _colours(content: bytes, folder: Path) -> list[int]:
    path = folder / "clip.mp4"
    path.write_bytes(content)
    return [nearest_colour(p) for batch in iter_frames(probe(path)) for p in batch.pixels]


def test_what_browsers_do_not_play_comes_as_they_do(
    client: TestClient, shown: Shown, tmp_path: Path
) -> None:
    answer = client.get(_path(shown.yard, "clip?start_s=0.4&end_s=0.8"))
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["retrace-clip-method"] == "encode"
    (tmp_path / "a.mp4").write_bytes(answer.content)
    made = probe(tmp_path / "a.mp4")
    shown_numbers = [number_of(p) for batch in iter_frames(made) for p in batch.pixels]
    assert (made.codec, shown_numbers) == ("h264", list(range(10, 20)))


def test_a_frame_says_which_it_is(client: TestClient, shown: Shown) -> None:
    answer = client.get(_path(shown.lost, "frame?at_s=0.41"))
    assert answer.headers["content-type"] == "image/jpeg"
    assert number_of(_pixels(answer.content)) == 10
    assert float(answer.headers["retrace-time-s"]) == pytest.approx(0.4)
    pts, base = answer.headers["retrace-pts"], answer.headers["retrace-time-base"]
    assert (pts, base) == ("5120", "1/12800")
    same = client.get(_path(shown.lost, f"frame?pts={pts}"))
    assert number_of(_pixels(same.content)) == 10
    assert _pixels(client.get(_path(shown.lost, "frame?at_s=0&width=32")).content).shape[1] == 32


def test_a_thumbnail_is_of_the_middle(client: TestClient, shown: Shown) -> None:
    answer = client.get(_path(shown.gate, "thumbnail"))
    assert nearest_colour(_pixels(answer.content)) == 2
    assert float(answer.headers["retrace-time-s"]) == pytest.approx(2.5)
    at = client.get(_path(shown.gate, "thumbnail?at_s=0.5&width=64"))
    assert (nearest_colour(_pixels(at.content)), _pixels(at.content).shape) == (0, (48, 64, 3))


def test_odd_things_are_drawn_into_the_picture_that_shows_them(
    client: TestClient, shown: Shown
) -> None:
    plain = client.get(_path(shown.gate, f"frame?at_s={ODD_S}"))
    drawn = client.get(_path(shown.gate, "frame?at_s=0.5&boxes=local_patterns"))
    assert drawn.headers["retrace-time-s"] == plain.headers["retrace-time-s"]
    change = np.abs(_pixels(drawn.content).astype(int) - _pixels(plain.content)).max(axis=2)
    rows, columns = np.nonzero(change > 60)
    assert (columns.min(), rows.min()) == pytest.approx((32, 24), abs=2)  # the box: a quarter in
    none = client.get(_path(shown.lost, "frame?at_s=0.4&boxes=local_patterns"))
    assert number_of(_pixels(none.content)) == 10


def test_what_words_speak_of_is_warmed(client: TestClient, shown: Shown) -> None:
    """The upper left quarter of the box is what they speak of."""
    boxes = _path(shown.gate, "frame?at_s=0.5&boxes=local_patterns")
    plain, warm = client.get(boxes), client.get(f"{boxes}&heat=true")
    redder = _pixels(warm.content).astype(int)[..., 0] - _pixels(plain.content)[..., 0]
    bluer = _pixels(warm.content).astype(int)[..., 2] - _pixels(plain.content)[..., 2]
    assert warm.headers["etag"] != plain.headers["etag"]
    assert abs(redder[:20, :20]).max() <= 4  # outside the box
    inside = (slice(28, 36), slice(38, 46))
    assert np.median(abs(redder[inside]) + abs(bluer[inside])) > 20
    again = client.get(f"{boxes}&heat=true", headers={"If-None-Match": warm.headers["etag"]})
    assert again.status_code == 304
    alone = client.get(_path(shown.gate, "frame?at_s=0.5&heat=true"))
    bare = client.get(_path(shown.gate, f"frame?at_s={ODD_S}"))
    change = np.abs(_pixels(alone.content).astype(int) - _pixels(bare.content)).max(axis=2)
    assert change[inside].mean() > 20
    assert change[44:, :].max() <= 8  # no box, and no words below it


@pytest.mark.parametrize("leaf", ["media", "clip?start_s=1&end_s=2"])
def test_a_file_is_kept_under_its_name_where_that_is_asked_for(
    client: TestClient, shown: Shown, leaf: str
) -> None:
    mark = "&" if "?" in leaf else "?"
    shown_in_page = client.get(_path(shown.gate, leaf))
    kept = client.get(_path(shown.gate, f"{leaf}{mark}download=true"))
    assert shown_in_page.headers["content-disposition"].startswith("inline; filename=")
    assert kept.headers["content-disposition"].startswith("attachment; filename=")
    assert kept.content == shown_in_page.content
    assert kept.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("gate 1.mp4", "gate 1.mp4", "gate%201.mp4"),
        ('a"b\\c/d\r\ne.mp4', "a_b_c_de.mp4", "a_b_c_de.mp4"),
        ("Žofín.mp4", "Zofin.mp4", "%C5%BDof%C3%ADn.mp4"),
        ("...", "video", "video"),
        ("\udcff.mp4", "_.mp4", "_.mp4"),
    ],
)
def test_names_of_files_are_told_in_plain_characters_too(name: str, plain: str, whole: str) -> None:
    told = disposition(name, is_kept=True)["Content-Disposition"]
    assert told == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"


def test_a_storyboard_with_its_sprite_and_its_animation(client: TestClient, shown: Shown) -> None:
    board = client.get(_path(shown.gate, "storyboard?count=5&width=64")).json()
    assert [tile["time_s"] for tile in board["tiles"]] == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5])
    assert (board["start_s"], board["end_s"]) == (0.0, 5.0)
    sheet = _pixels(client.get(board["image_url"]).content)
    assert sheet.shape == (board["rows"] * 48, board["columns"] * 64, 3)
    places = [(tile["top"], tile["left"]) for tile in board["tiles"]]
    colours = [nearest_colour(sheet[top : top + 48, left : left + 64]) for top, left in places]
    assert colours == [0, 1, 2, 3, 4]
    moving = client.get(board["animation_url"])
    assert moving.headers["content-type"] == "image/webp"
    assert Image.open(BytesIO(moving.content)).n_frames == 5


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        ("clip?start_s=2&end_s=2", "outside-video"),
        ("clip?start_s=3&end_s=2", "outside-video"),
        ("clip?start_s=5&end_s=6", "outside-video"),
        ("clip?start_s=nan&end_s=1", "invalid-request"),
        ("clip?start_s=0&end_s=inf", "invalid-request"),
        ("clip?start_s=-1&end_s=1", "invalid-request"),
        ("clip?start_s=0&end_s=1e99", "invalid-request"),
        ("clip?start_s=0", "invalid-request"),
        ("clip?start_s=0&end_s=1&mode=fast", "invalid-request"),
        ("clip?start_s=0&end_s=1&out=/etc/passwd", "invalid-request"),
        ("frame", "invalid-request"),
        ("frame?at_s=1&pts=1", "invalid-request"),
        ("frame?pts=1&boxes=local_patterns", "invalid-request"),
        ("frame?at_s=1&boxes=alan", "invalid-request"),
        ("frame?at_s=5.5", "outside-video"),
        ("frame?pts=99999999", "outside-video"),
        ("frame?pts=-1", "outside-video"),
        ("frame?pts=99999999999999999999", "invalid-request"),
        ("frame?at_s=1&width=15", "invalid-request"),
        ("frame?at_s=1&width=4097", "invalid-request"),
        ("thumbnail?at_s=nan", "invalid-request"),
        ("storyboard?start_s=5", "outside-video"),
        ("storyboard?count=0", "invalid-request"),
        ("storyboard?count=101", "beyond-limit"),
        ("storyboard?format=gif", "invalid-request"),
        ("media?downloads=1", "invalid-request"),
        ("media?download=maybe", "invalid-request"),
    ],
)
def test_wrong_requests(client: TestClient, shown: Shown, leaf: str, code: str) -> None:
    answer = client.get(_path(shown.gate, leaf))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_limits_are_named(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    limits = {"max_clip_s": 2, "max_encoded_pixels": 200_000, "decodes_waiting": 0}
    with open_small_service(shown.root, **limits) as client:
        long = client.get(_path(shown.gate, "clip?start_s=0&end_s=3"))
        assert (long.status_code, long.json()["code"]) == (422, "beyond-limit")
        assert long.json()["detail"] == "a clip lasts at most 2 s, not 3.000 s"
        much = client.get(_path(shown.gate, "clip?start_s=0&end_s=2&mode=exact"))
        said = "at most 1.6 s of 128 x 96 pictures at 10 a second are encoded anew (200000 pixels)"
        assert much.json()["detail"] == said
        assert client.get(_path(shown.gate, "clip?start_s=0&end_s=2")).status_code == 200


def test_gone_and_changed_files_are_said(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    shown.yard.path.unlink()
    shown.lost.path.write_bytes(bytes(shown.lost.size_bytes))
    viewer = make_key(shown.root, "eye", Role.VIEWER)
    admin = make_key(shown.root, "root", Role.ADMIN)
    with open_small_service(shown.root) as client:
        for leaf in LEAVES[:6]:
            gone = client.get(_path(shown.yard, leaf), headers=viewer)
            assert (gone.status_code, gone.json()["code"]) == (410, "media-gone")
            assert str(shown.yard.path) not in gone.text
            changed = client.get(_path(shown.lost, leaf), headers=viewer)
            assert (changed.status_code, changed.json()["code"]) == (409, "media-changed")
        told = client.get(_path(shown.yard, "media"), headers=admin).json()["detail"]
        assert f"{shown.yard.path} is gone" in told
        shown.gate.path.unlink()
        assert client.get(_path(shown.gate, "media"), headers=viewer).status_code == 200  # the copy


def test_a_scoped_key_gets_nothing_of_other_cameras(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    gate = make_key(shown.root, "gate", Role.VIEWER, cameras=["gate"])
    yard = make_key(shown.root, "yard", Role.VIEWER, cameras=["yard"])
    with open_small_service(shown.root) as client:
        for leaf in LEAVES:
            for hidden in (shown.yard, shown.lost):
                answer = client.get(_path(hidden, leaf), headers=gate)
                assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
            assert client.get(_path(shown.gate, leaf), headers=gate).status_code == 200
            assert client.get(_path(shown.gate, leaf)).status_code == 401
        named = client.get(_path(shown.gate, "media"), headers=yard)
        assert "copy.mp4" in named.headers["content-disposition"]
        shown.copy.unlink()  # the file at the gate is there, and not this key's to see
        assert client.get(_path(shown.gate, "media"), headers=yard).status_code == 410
        assert client.get(_path(shown.gate, "thumbnail"), headers=yard).status_code == 410


def test_signed_addresses_open_what_they_name_and_no_more(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    gate = make_key(shown.root, "gate", Role.VIEWER, cameras=["gate"])
    with open_small_service(shown.root) as client:
        wanted = [_path(shown.gate, leaf) for leaf in LEAVES[:6]] + [_path(shown.yard, "media")]
        signed = client.post("/v1/signed-urls", json={"urls": wanted}, headers=gate).json()["urls"]
        urls = [one["url"] for one in signed]
        assert [client.get(url).status_code for url in urls] == [200] * 6 + [404]
        assert client.get(urls[0], headers={"Range": "bytes=0-9"}).status_code == 206
        assert client.head(urls[0]).status_code == 200
        assert client.get(urls[1].replace("end_s=1", "end_s=2")).status_code == 401
        other = urls[0].replace(shown.gate.video_id, shown.yard.video_id)
        assert client.get(other).status_code == 401


def test_views_are_logged(tmp_path: Path) -> None:
    shown = make_shown_library(tmp_path)
    with open_small_service(shown.root) as client:
        client.get(_path(shown.gate, "media"))
        client.get(_path(shown.gate, "clip?start_s=1&end_s=2&mode=exact"))
        entries = client.get("/v1/audit").json()["entries"]
    said = {(entry["action"], entry["what"]) for entry in entries}
    assert ("view", f"media {shown.gate.video_id}") in said
    assert ("view", f"clip {shown.gate.video_id} 1.0-2.0") in said


def test_a_page_of_another_origin_shows_what_was_signed_for_it(
    client: TestClient, shown: Shown
) -> None:
    from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
    plain = _path(shown.gate, "thumbnail?at_s=1&width=64")
    signed = client.post("/v1/signed-urls", json={"urls": [plain]}).json()["urls"][0]["url"]
    answer = client.get(signed, headers=from_elsewhere)
    assert answer.status_code == 200
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert client.get(plain, headers=from_elsewhere).status_code == 401
    own = client.get(plain)
    assert own.headers["cross-origin-resource-policy"] == "same-site"
