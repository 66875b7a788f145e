"""The sentences that come with the project."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

from benchmarks.simulator.programme import NUM_VIDEOS, programme
from detectors.trace.sentences import Context, Trace, normalise
from detectors.trace.traces import BANK, add_trace, load_bank, save_context
from tests.support.leaks import captions, leaks

UCF_CRIME = set(
    "abuse arrest arson assault burglary explosion fighting road-accident robbery shooting "
    "shoplifting stealing vandalism".split()
)
XD_VIOLENCE = set("abuse road-accident explosion fighting riot shooting".split())
OURS = set("medical intrusion hazard crowd animal other".split())


@pytest.fixture(scope="module")
def bank() -> dict[str, Context]:
    return load_bank()


@pytest.fixture(scope="module")
def foreign(shared_data: Path) -> list[str]:
    """The data sets' captions, which no sentence may come from."""
    found = captions(shared_data)
    assert len(found) == 1900 + 23542
    return found


def traces(bank: dict[str, Context]) -> list[Trace]:
    return [trace for context in bank.values() for trace in context.traces]


def texts(bank: dict[str, Context]) -> list[str]:
    """Scenes too: they are compared with footage just as the sentences are."""
    scenes = [scene for context in bank.values() for scene in context.scenes]
    return [trace.text for trace in traces(bank)] + scenes


def words(text: str) -> list[str]:
    return normalise(text).split()


def overlap(one: Iterable[str], other: Iterable[str]) -> float:
    one, other = set(one), set(other)
    return len(one & other) / len(one | other)


def test_there_are_enough_contexts(bank: dict[str, Context]) -> None:
    assert len(bank) >= 44
    assert {"street by day", "shop till", "bank hall", "station platform", "living room"} <= set(
        bank
    )
    assert {"school yard", "car park", "warehouse", "prison block", "bus"} <= set(bank)


def test_a_context_has_as_much_normal_as_anomalous(bank: dict[str, Context]) -> None:
    """A maximum over more sentences is higher by chance: neither side may have that advantage."""
    assert {(len(context.normal), len(context.anomalous)) for context in bank.values()} == {
        (14, 14)
    }
    assert min(len(context.scenes) for context in bank.values()) >= 3


def test_every_kind_is_known_in_several_places(bank: dict[str, Context]) -> None:
    places = defaultdict(set)
    for trace in traces(bank):
        places[trace.kind].add(trace.context)
    assert set(places) == UCF_CRIME | XD_VIOLENCE | OURS | {None}
    assert min(map(len, places.values())) >= 4


def test_a_context_knows_several_kinds(bank: dict[str, Context]) -> None:
    kinds = [len({trace.kind for trace in context.anomalous}) for context in bank.values()]
    assert min(kinds) >= 6


def test_a_sentence_is_as_long_as_one_would_say(bank: dict[str, Context]) -> None:
    assert {len(words(trace.text)) for trace in traces(bank)} <= set(range(6, 17))
    assert all(text[0].islower() and text[-1].isalnum() for text in texts(bank))


def test_no_sentence_is_there_twice(bank: dict[str, Context]) -> None:
    said = [normalise(text) for text in texts(bank)]
    assert len(set(said)) == len(said)
    assert len({trace.id for trace in traces(bank)}) == len(traces(bank))


def test_no_two_sentences_are_nearly_the_same(bank: dict[str, Context]) -> None:
    said = {trace.text: frozenset(words(trace.text)) for trace in traces(bank)}
    close = [pair for pair in combinations(said, 2) if overlap(*map(said.__getitem__, pair)) > 0.6]
    assert close == []
    assert {one == other for one, other in leaks(said, list(said))} == {True}


def test_the_same_act_is_normal_here_and_anomalous_there(bank: dict[str, Context]) -> None:
    assert "people run across the hall in bibs" in [t.text for t in bank["sports hall"].normal]
    fleeing = "people run screaming across the hall towards the exit"
    assert fleeing in [trace.text for trace in bank["bank hall"].anomalous]


def test_the_files_are_as_the_project_writes_them(bank: dict[str, Context], tmp_path: Path) -> None:
    for context in bank.values():
        written = save_context(tmp_path, context)
        assert written.read_bytes() == (BANK / written.name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in BANK.iterdir()}


def test_nothing_comes_from_a_data_set(bank: dict[str, Context], foreign: list[str]) -> None:
    assert leaks(texts(bank), foreign) == []


def test_nothing_comes_from_the_simulated_benchmark(bank: dict[str, Context]) -> None:
    videos = [video for split in ("train", "test") for video in programme(split, NUM_VIDEOS[split])]
    said = sorted({caption for video in videos for caption in video.captions})
    assert len(said) > 4000
    assert leaks(texts(bank), said) == []


def test_a_caption_in_the_bank_would_be_found(foreign: list[str], tmp_path: Path) -> None:
    leaked = next(text for text in foreign if 8 <= len(words(text)) <= 16 and text.isprintable())
    for kept in BANK.iterdir():
        (tmp_path / kept.name).write_bytes(kept.read_bytes())
    copy = load_bank(tmp_path)["office"]
    disguised = f"  {leaked.upper()}!".strip()
    taken = Trace(disguised, "office", is_anomalous=False)
    save_context(tmp_path, Context(copy.name, copy.scenes, (*copy.traces, taken)))
    found = leaks(texts(load_bank(tmp_path)), foreign)
    assert {sentence for sentence, _ in found} == {disguised}
    assert leaked in {caption for _, caption in found}


def test_part_of_a_caption_would_be_found(bank: dict[str, Context], tmp_path: Path) -> None:
    """Without the data sets: seven words in a row, and most of the words in another order."""
    caption = "A woman in a red coat waits beside the green door and then leaves"
    run = "somebody in a red coat waits beside the green gate"
    shuffled = "beside the green door a woman waits in a red coat and leaves"
    for text in (run, shuffled):
        add_trace(tmp_path, Trace(text, "park", is_anomalous=False))
    assert leaks(texts(load_bank(own=tmp_path)), [caption]) == [(run, caption), (shuffled, caption)]
    assert leaks(texts(bank), [caption]) == []
