"""Footage that was sent: names, what is taken, what is deleted in time."""

import os
import time
from pathlib import Path

import pytest

from search_api.jobs.footage import FootageTable, look_at, safe_name
from segments.errors import MediaError
from tests.support.tiny_footage import write_video


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("gate_20261101_100000.mp4", "gate_20261101_100000.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\cams\\gate 1 (2).avi", "gate 1 (2).avi"),
        (".hidden.mp4", "hidden.mp4"),
        ("-rf.mp4", "rf.mp4"),
        ("a%03d.png", "a_03d.png"),
        ("a;rm -rf $HOME`x`.mp4", "a_rm -rf _HOME_x_.mp4"),
        ("line\nbreak\x00.mp4", "line_break_.mp4"),
        ("Straße 4.mp4", "Straße 4.mp4"),
        ("..", "footage"),
        ("///", "footage"),
        ("noending", "noending"),
        ("x" * 300 + ".mp4", "x" * 196 + ".mp4"),
        ("ß" * 300 + ".mp4", "ß" * 98 + ".mp4"),
    ],
)
def test_names_mean_nothing_but_themselves(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


PLAYLISTS = (
    b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"<?xml version='1.0'?><MPD></MPD>",
    b"\x00\x01\nc=IN IP4 127.0.0.1\r\n",
    b"\x00#EXTM3U\n",
    b"just words",
    b"",
)


@pytest.mark.parametrize("content", PLAYLISTS)
def test_what_is_no_footage_or_names_other_files_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError):
        look_at(path)


def test_headers_say_what_it_is(tmp_path: Path) -> None:
    found = look_at(write_video(tmp_path / "x.mp4", seconds=4, sound=True))
    assert (found.width, found.height, found.codec, found.has_sound) == (64, 48, "mpeg4", True)
    assert found.duration_s == pytest.approx(4, abs=0.1)


def keep(table: FootageTable, name: str) -> Path:
    partial = table.begin(name)
    partial.write_bytes(b"x")
    return table.path(table.keep(partial, name, key_id=None))


def test_only_what_nobody_uses_is_deleted_in_time(tmp_path: Path) -> None:
    with FootageTable(tmp_path) as table:
        used, unused = keep(table, "used.mp4"), keep(table, "unused.mp4")
        assert table.sweep(used={str(used)}, lifetime_s=60) == []
        (gone,) = table.sweep(used={str(used)}, lifetime_s=0)
        assert (gone.name, unused.parent.exists(), used.exists()) == ("unused.mp4", False, True)
        assert [footage.name for footage in table.all()] == ["used.mp4"]


def test_rests_of_killed_services_go_after_an_hour(tmp_path: Path) -> None:
    with FootageTable(tmp_path) as table:
        old, fresh = table.begin("old.mp4"), table.begin("fresh.mp4")
        for partial in (old, fresh):
            partial.write_bytes(b"half")
        two_hours_ago = time.time() - 7200
        for path in (old, old.parent):
            os.utime(path, (two_hours_ago, two_hours_ago))
        table.sweep(used=(), lifetime_s=0)
        assert (old.parent.exists(), fresh.exists()) == (False, True)
