from benchmarks.docs import DOCUMENTS, PART, PARTS, RESULTS, rendered
from benchmarks.records import digest_of, new_record

RUN = {"files": 3, "footage_s": 600.0, "wall_s": 50.4, "times_real_time": 11.9, "peak_mib": 800.2}


def record():
    return new_record(
        "indexing",
        command="retrace bench indexing",
        seed=0,
        data={},
        weights={},
        timings_s={},
        scores={"street": RUN},
    )


def test_a_part_is_made_from_its_record_and_the_rest_is_left(tmp_path):
    made = record()
    made.save(tmp_path / "indexing.json")
    before = "# Title\n\n<!-- generated: indexing -->\nold\n<!-- end -->\n\nthe end\n"
    after = rendered(before, tmp_path)
    assert "| street | 3 | 10.0 min | 50 s | 11.9× | 800 MiB |" in after
    assert f"Measured {made.date[:10]} on" in after
    assert "old" not in after
    assert after.startswith("# Title\n\n<!-- generated: indexing -->\n")
    assert after.endswith("\n<!-- end -->\n\nthe end\n")
    assert rendered(after, tmp_path) == after


def test_every_part_has_a_record_and_a_place():
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    placed = {match["name"] for text in texts for match in PART.finditer(text)}
    assert placed == set(PARTS)
    assert {path.stem for path in RESULTS.glob("*.json")} == set(PARTS)


def test_the_digest_of_a_set_depends_on_bytes_alone(tmp_path):
    for name, content in (("a", b"1"), ("b", b"2"), ("c", b"2"), ("d", b"1")):
        (tmp_path / name).write_bytes(content)
    first, second = ([tmp_path / n for n in names] for names in ("ab", "cd"))
    assert digest_of(first) == digest_of(second) != digest_of([tmp_path / "a"])


def test_a_record_keeps_lists_of_numbers_on_one_line(tmp_path):
    scores = {"ranks": [0.0, 1.5, -2.0], "names": ["a", "b"], "none": [], "nested": [[1, 2], [3]]}
    made = record().model_copy(update={"scores": scores})
    made.save(tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text()
    assert '"ranks": [0.0, 1.5, -2.0]' in text
    assert "[1, 2]" in text
    assert type(made).model_validate_json(text) == made
