from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from segments.errors import UserError
from segments.source_table import read_sources_csv
from segments.sources import (
    NamedSource,
    NamePattern,
    SourceRules,
    in_zone,
    load_zone,
    parse_clock_offset,
)

USUAL = "{camera}_{start:%Y%m%d_%H%M%S}*"
NOON = datetime(2024, 5, 31, 12, 0, 0)
BERLIN_NOON_UTC = datetime(2024, 5, 31, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        (USUAL, "gate_20240531_120000.mp4", NamedSource("gate", NOON)),
        (USUAL, "front_door_20240531_120000_x.mp4", NamedSource("front_door", NOON)),
        (USUAL, "/a/b/gate_20240531_120000.mp4", NamedSource("gate", NOON)),
        (USUAL, "gate-20240531-120000.mp4", None),
        (USUAL, "gate_20241331_120000.mp4", None),  # no month 13
        (USUAL, "_20240531_120000.mp4", None),  # no camera
        ("{camera}_{start:%Y%m%d%H%M}", "gate_202405311200.mp4", NamedSource("gate", NOON)),
        ("{camera}.mp4", "gate.mp4", NamedSource("gate", None)),
        ("{camera}.mp4", "gate.avi", None),
        ("{camera}/*", "/exports/gate/0001.mp4", NamedSource("gate", None)),
        ("{start:%Y-%m-%d}/{start:%H.%M}*", "2024-05-31/12.00 x.avi", NamedSource(None, NOON)),
        ("ch?_{start:%d%b%y}*", "ch7_31May24.mkv", NamedSource(None, datetime(2024, 5, 31))),
        (
            "{start:%Y%m%dT%H%M%S%z}*",
            "20240531T120000+0200.mp4",
            NamedSource(None, NOON.replace(tzinfo=timezone(timedelta(hours=2)))),
        ),
        ("(c) {camera}+*", "(c) gate+1.mp4", NamedSource("gate", None)),  # no regular expression
    ],
)
def test_a_pattern_reads_names(pattern: str, path: str, expected: NamedSource | None):
    assert NamePattern(pattern).parse(Path(path)) == expected


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("*.mp4", "neither"),
        ("{cam}_*", "{cam} is not a field"),
        ("{start}", "{start} is not a field"),
        ("{camera}_{camera}", "once"),
        ("{start:%Q}", "%Q is not a part of a time"),
        ("{start:%", "brace"),
    ],
)
def test_a_wrong_pattern_is_refused(pattern: str, complaint: str):
    with pytest.raises(UserError, match=complaint):
        NamePattern(pattern)


def write(folder: Path, text: str) -> Path:
    path = folder / "sources.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_speaks_of_paths_and_of_names(tmp_path: Path):
    csv = write(
        tmp_path,
        "file,camera,start,clock_offset_s\n"
        "in/a.mp4,gate,2024-05-31T12:00:00+02:00,-95\n"
        'a.mp4,"hall, north",,\n',
    )
    table = read_sources_csv(csv)
    gate = table.find(tmp_path / "in" / "a.mp4")
    hall = table.find(tmp_path / "elsewhere" / "a.mp4")
    assert gate is not None
    assert gate.start == BERLIN_NOON_UTC
    assert (gate.camera, gate.clock_offset_s) == ("gate", -95.0)
    assert hall is not None
    assert (hall.camera, hall.start, hall.clock_offset_s) == ("hall, north", None, None)
    assert table.find(tmp_path / "b.mp4") is None


def test_a_csv_with_semicolons_and_a_byte_order_mark(tmp_path: Path):
    table = read_sources_csv(write(tmp_path, "\ufefffile;camera;start\na.mp4;gate;2024-05-31\n"))
    row = table.find(Path("a.mp4"))
    assert row is not None
    assert row.start == datetime(2024, 5, 31)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the columns are none"),
        ("file,camera\n", "line 1: the columns are file, camera;"),
        ("file,camera,start,who\n", "line 1: .*who"),
        ("file,camera,start\na,b,\n,c,\n", "line 3: the cell 'file' is empty"),
        ("file,camera,start\na,b\n", "line 2: it has more or fewer cells"),
        ("file,camera,start\na,b,,d\n", "line 2: it has more or fewer cells"),
        ("file,camera,start\na,b,31.5.2024\n", "line 2: start is '31.5.2024'"),
        ("file,camera,start,clock_offset_s\na,b,,nan\n", "line 2: clock_offset_s is 'nan'"),
        ("file,camera,start\na,b,\na,c,\n", "line 3: a stands on an earlier line"),
    ],
)
def test_a_wrong_csv_is_refused_by_line(tmp_path: Path, text: str, complaint: str):
    with pytest.raises(UserError, match=complaint):
        read_sources_csv(write(tmp_path, text))


def test_a_missing_csv_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match="cannot be read"):
        read_sources_csv(tmp_path / "none.csv")


def test_what_nobody_knows_stays_unknown():
    record = SourceRules().describe("v", Path("/a/b.mp4"), None)
    assert (record.camera, record.recorded_at, record.recorded_from) == (None, None, None)
    assert record.path == "/a/b.mp4"


def test_option_beats_name_beats_csv_beats_container(tmp_path: Path):
    path = tmp_path / "gate_20240531_120000.mp4"
    csv = read_sources_csv(write(tmp_path, f"file,camera,start\n{path.name},hall,2023-01-01\n"))
    pattern, zone = NamePattern(USUAL), load_zone("Europe/Berlin")
    container = datetime(2022, 1, 1, tzinfo=UTC)
    option = datetime(2025, 1, 1, tzinfo=UTC)

    def told(**rules: object) -> tuple[str | None, datetime | None, str | None]:
        record = SourceRules(zone=zone, **rules).describe("v", path, container)  # type: ignore[arg-type]
        return record.camera, record.recorded_at, record.recorded_from

    new_year = datetime(2022, 12, 31, 23, tzinfo=UTC)
    assert told() == (None, container, "container")
    assert told(table=csv) == ("hall", new_year, "csv")
    assert told(table=csv, pattern=pattern) == ("gate", BERLIN_NOON_UTC, "name")
    assert told(table=csv, camera="yard", recorded_at=option) == ("yard", option, "option")


def test_a_clock_offset_moves_what_the_clock_said_and_nothing_else(tmp_path: Path):
    csv = read_sources_csv(
        write(
            tmp_path,
            "file,camera,start,clock_offset_s\na,gate,2024-05-31T10:00Z,60\nb,hall,2024-05-31T10:00Z,60\n",
        )
    )
    rules = SourceRules(table=csv, clock_offsets={"gate": -95.0})
    by_camera = rules.describe("v", Path("a"), None)
    by_row = rules.describe("v", Path("b"), None)
    stated = SourceRules(camera="gate", recorded_at=BERLIN_NOON_UTC, clock_offsets={"gate": -95.0})
    assert by_camera.recorded_at == BERLIN_NOON_UTC - timedelta(seconds=95)
    assert by_row.recorded_at == BERLIN_NOON_UTC + timedelta(seconds=60)
    assert stated.describe("v", Path("a"), None).recorded_at == BERLIN_NOON_UTC
    assert stated.describe("v", Path("a"), None).clock_offset_s == 0.0


def test_a_naive_time_takes_the_zone_that_is_given_or_the_machines():
    assert in_zone(NOON, load_zone("Europe/Berlin")) == BERLIN_NOON_UTC
    assert in_zone(NOON, None) == NOON.astimezone()
    assert in_zone(BERLIN_NOON_UTC, load_zone("Asia/Tokyo")) is BERLIN_NOON_UTC


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(name: str):
    with pytest.raises(UserError, match="--timezone"):
        load_zone(name)


def test_clock_offsets_are_parsed():
    assert parse_clock_offset("gate=-95") == ("gate", -95.0)
    assert parse_clock_offset("a=b=3.5") == ("a=b", 3.5)
    for wrong in ("gate", "=3", "gate=", "gate=inf", "gate=x"):
        with pytest.raises(UserError, match="CAMERA=SECONDS"):
            parse_clock_offset(wrong)
