"""Reading, checking and changing a trace bank."""

from pathlib import Path

import pytest

from detectors.trace.sentences import Context, Trace, normalise, trace_id
from detectors.trace.traces import add_trace, load_bank, remove_trace, save_context
from segments.errors import UserError

YARD = """\
context: small yard
scene:
- a yard with a gate
normal:
- a dog sleeps by the gate
- a man waters the roses
anomalous:
- text: a man climbs over the gate
  kind: intrusion
"""
NORMAL = Trace("a boy feeds the hens", "small yard", is_anomalous=False)
FIRE = Trace("the hen house burns", "small yard", is_anomalous=True, kind="arson")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "small-yard.yaml").write_text(YARD)
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's folder, not there yet."""
    return tmp_path / "own"


def said(bank: dict[str, Context]) -> dict[str, list[str]]:
    return {name: [trace.text for trace in context.traces] for name, context in bank.items()}


def test_a_file_becomes_a_context(shipped: Path) -> None:
    (yard,) = load_bank(shipped).values()
    assert (yard.name, yard.scenes) == ("small yard", ("a yard with a gate",))
    assert [trace.text for trace in yard.normal] == [
        "a dog sleeps by the gate",
        "a man waters the roses",
    ]
    assert yard.anomalous == (
        Trace("a man climbs over the gate", "small yard", is_anomalous=True, kind="intrusion"),
    )


def test_an_id_is_of_the_words_alone() -> None:
    assert normalise("  A man's DOG – runs!") == "a man s dog runs"
    # printf 'a man climbs over the gate' | sha256sum
    assert trace_id("A man climbs over the gate.") == "d09a26ba791675bc"
    assert Trace("a man climbs, over the gate", "x", is_anomalous=False).id == "d09a26ba791675bc"


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (YARD.replace("intrusion", "trespass"), r"yaml, line 9: anomalous\[0\].kind: .*'trespass'"),
        (YARD.replace("kind:", "sort:"), r"line 8: anomalous\[0\].kind: Field required"),
        (YARD + "  why: he is late\n", r"line 10: anomalous\[0\].why: Extra inputs"),
        (YARD + "colour: red\n", r"line 10: colour: Extra inputs"),
        (YARD.replace("a man waters the roses", "no"), r"line 6: normal\[1\]: .*came: False"),
        (YARD.replace("a man waters the roses", "2026-01-01"), r"line 6: normal\[1\]"),
        (YARD.replace("a man waters the roses", "'?!'"), r"line 6: normal\[1\]: must be one line"),
        (YARD.replace("a man waters", '"a\\nman waters'), r"line 10: no YAML: .* from line 6"),
        (YARD.replace("a man waters the roses", "rose " * 41), r"normal\[1\]: has 204 characters"),
        (YARD + "normal: []\n", r"line 10: 'normal' is there twice"),
        (YARD.replace("small yard", "Small Yard"), r"line 1: context: must be words of a-z"),
        (YARD.replace("small yard", "yard"), r"holds the context 'yard': name it yard.yaml"),
        (YARD.replace("a man waters the roses", "A dog sleeps, by the gate"), "twice, in 'small"),
        (YARD + "- !!python/name:os.system\n", r"line 10: no YAML"),
        ("", "small-yard.yaml is empty"),
        ("- a yard", "line 1: Input should be a valid dictionary"),
        ("a: b: c", "line 1: no YAML: mapping values are not allowed"),
        (b"context: caf\xe9", "is no UTF-8 text"),
        ("context: \x00", "is no YAML"),
    ],
)
def test_a_broken_file_is_told_by_line_and_field(
    shipped: Path, broken: str | bytes, message: str
) -> None:
    content = broken if isinstance(broken, bytes) else broken.encode()
    (shipped / "small-yard.yaml").write_bytes(content)
    with pytest.raises(UserError, match=message):
        load_bank(shipped)


def test_a_folder_without_contexts(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no context"):
        load_bank(tmp_path)
    with pytest.raises(UserError, match="none is no folder"):
        load_bank(tmp_path / "none")


def test_a_file_of_another_ending_is_not_passed_over(shipped: Path) -> None:
    (shipped / "small-yard.yaml").rename(shipped / "small-yard.yml")
    with pytest.raises(UserError, match="name it small-yard.yaml"):
        load_bank(shipped)


def test_a_sentence_may_not_be_in_two_contexts(shipped: Path) -> None:
    (shipped / "farm.yaml").write_text("context: farm\nnormal: [A man waters the roses!]\n")
    with pytest.raises(UserError, match="twice, in 'farm' and 'small yard'"):
        load_bank(shipped)


def test_a_folder_that_is_not_there_yet_adds_nothing(shipped: Path, own: Path) -> None:
    assert load_bank(shipped, own=own) == load_bank(shipped)


def test_added_sentences_lie_over_the_shipped_ones(shipped: Path, own: Path) -> None:
    before = load_bank(shipped)
    add_trace(own, NORMAL, shipped=shipped)
    add_trace(own, FIRE, shipped=shipped)
    add_trace(
        own, Trace("skaters glide in circles", "ice rink", is_anomalous=False), shipped=shipped
    )
    bank = load_bank(shipped, own=own)
    assert bank["small yard"].traces == (*before["small yard"].traces, NORMAL, FIRE)
    assert bank["small yard"].scenes == ("a yard with a gate",)
    assert bank["ice rink"].scenes == ("ice rink",)
    assert load_bank(shipped) == before


def test_what_is_there_is_not_added_again(shipped: Path, own: Path) -> None:
    again = Trace("A dog sleeps by the gate", "farm", is_anomalous=True, kind="animal")
    with pytest.raises(UserError, match="already, as normal in 'small yard': remove it first"):
        add_trace(own, again, shipped=shipped)
    add_trace(own, FIRE, shipped=shipped)
    with pytest.raises(UserError, match="already, as anomalous in 'small yard'"):
        add_trace(own, FIRE, shipped=shipped)


@pytest.mark.parametrize("name_it", ["a man waters the roses", "A man waters the roses.", "id"])
def test_a_shipped_sentence_is_removed(shipped: Path, own: Path, name_it: str) -> None:
    wanted = trace_id("a man waters the roses") if name_it == "id" else name_it
    removed = remove_trace(own, wanted, shipped=shipped)
    assert removed == Trace("a man waters the roses", "small yard", is_anomalous=False)
    assert (own / "removed.yaml").read_text() == "removed:\n- a man waters the roses\n"
    left = ["a dog sleeps by the gate", "a man climbs over the gate"]
    assert said(load_bank(shipped, own=own)) == {"small yard": left}
    with pytest.raises(UserError, match="no sentence 'a man waters the roses'"):
        remove_trace(own, "a man waters the roses", shipped=shipped)


def test_removals_add_up(shipped: Path, own: Path) -> None:
    for text in ("a man waters the roses", "a dog sleeps by the gate"):
        remove_trace(own, text, shipped=shipped)
    assert said(load_bank(shipped, own=own)) == {"small yard": ["a man climbs over the gate"]}
    remove_trace(own, "a man climbs over the gate", shipped=shipped)
    assert load_bank(shipped, own=own) == {}


def test_an_own_sentence_is_removed_from_its_file(shipped: Path, own: Path) -> None:
    for trace in (NORMAL, FIRE):
        add_trace(own, trace, shipped=shipped)
    assert remove_trace(own, NORMAL.text, shipped=shipped) == NORMAL
    assert load_bank(shipped, own=own)["small yard"].anomalous[-1] == FIRE
    assert not (own / "removed.yaml").exists()
    assert NORMAL.text not in (own / "small-yard.yaml").read_text()


def test_a_sentence_is_relabelled_by_removing_and_adding(shipped: Path, own: Path) -> None:
    odd = Trace("a man waters the roses", "small yard", is_anomalous=True, kind="other")
    remove_trace(own, odd.text, shipped=shipped)
    add_trace(own, odd, shipped=shipped)
    yard = load_bank(shipped, own=own)["small yard"]
    assert [trace.text for trace in yard.normal] == ["a dog sleeps by the gate"]
    assert yard.anomalous[-1] == odd
    remove_trace(own, odd.text, shipped=shipped)
    assert odd.text not in said(load_bank(shipped, own=own))["small yard"]


def test_an_own_sentence_wins_over_one_shipped_later(shipped: Path, own: Path) -> None:
    add_trace(own, FIRE, shipped=shipped)
    later = YARD.replace("a man waters the roses", "The hen house burns.")
    (shipped / "small-yard.yaml").write_text(later)
    assert said(load_bank(shipped, own=own))["small yard"] == [
        "a dog sleeps by the gate",
        "a man climbs over the gate",
        "the hen house burns",
    ]
    remove_trace(own, FIRE.text, shipped=shipped)
    assert len(load_bank(shipped, own=own)["small yard"].traces) == 2


def test_a_context_survives_writing(tmp_path: Path) -> None:
    odd = 'a sign says: "no # dogs", - 100 % größer'
    context = Context("small yard", ("yes", odd), (Trace("12", "small yard", False), FIRE))
    assert save_context(tmp_path, context) == tmp_path / "small-yard.yaml"
    assert load_bank(tmp_path) == {"small yard": context}


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (Context("../yard", (), (NORMAL,)), r"context '../yard': context: must be words"),
        (Context("removed", (), (NORMAL,)), "is the name of another file"),
        (Context("yard", ("",), (NORMAL,)), r"scene\[0\]: must be one line"),
        (Context("yard", (), (Trace("x\ny", "yard", False),)), r"normal\[0\]: must be one line"),
        (
            Context("yard", (), (Trace("x", "yard", True, "theft"),)),  # pyright: ignore
            r"anomalous\[0\].kind: Input should be 'abuse'",
        ),
    ],
)
def test_what_a_bank_may_not_hold_is_not_written(
    tmp_path: Path, context: Context, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        save_context(tmp_path, context)
    assert list(tmp_path.iterdir()) == []


def test_a_kind_is_for_what_is_anomalous() -> None:
    with pytest.raises(UserError, match="'x' is normal and of kind arson"):
        Trace("x", "yard", is_anomalous=False, kind="arson")
    with pytest.raises(UserError, match="'x' is anomalous and of kind None"):
        Trace("x", "yard", is_anomalous=True)
