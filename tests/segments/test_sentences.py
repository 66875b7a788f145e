from pathlib import Path

from segments.library import Library
from segments.sentences import SentenceTable, number_of

DOG = "a black dog"


def test_a_number_is_made_of_its_sentence() -> None:
    # the first 16 digits of `printf 'a black dog' | sha256sum`
    assert f"{number_of(DOG):016x}" == "c4bfc9731e65e616"
    assert number_of("") == 0


def test_sentences_come_back_by_number_whatever_the_order(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library", "tiny")
    with SentenceTable(library) as table:
        table.add([DOG, "", "fire"])
        table.add(["fire", "a red bus"])
    with SentenceTable(library) as table:
        assert table.by_number() == {0: ""} | {number_of(t): t for t in (DOG, "fire", "a red bus")}
