"""Vectors of sentences are made once for all libraries, by the tower that they are of."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from structlog.testing import capture_logs

from encoders.models.library import ModelLibrary
from encoders.models.specs import profile_recipes
from encoders.pretrained.known_sentences import KnownSentences
from encoders.pretrained.profile import PretrainedProfile
from encoders.pretrained.towers import SENTENCES_FOLDER
from segments.media import AudioClip


class CountingTower:
    """Gives the length of a text and a constant; knows what it was asked."""

    dim = 2
    logit_scale = 7.5

    def __init__(self, constant: float = 1.0) -> None:
        self.asked: list[str] = []
        self.opened = 0
        self._constant = constant

    def open(self) -> "CountingTower":
        self.opened += 1
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        rows = [[len(text), self._constant] for text in texts]
        return np.array(rows, np.float32).reshape(-1, 2)


def known(tower: CountingTower, file: Path, identity: str = "a") -> KnownSentences:
    return KnownSentences(tower.open, file, tower=identity)


def test_a_sentence_is_encoded_once_and_for_all(tmp_path: Path) -> None:
    tower, file = CountingTower(), tmp_path / "new" / "words.safetensors"
    first = known(tower, file).encode(["abc", "ab", "abc"])
    assert first.tolist() == [[3, 1], [2, 1], [3, 1]]
    again = known(tower, file)
    assert again.encode(["ab", "abcd", "abc"]).tolist() == [[2, 1], [4, 1], [3, 1]]
    assert tower.asked == ["abc", "ab", "abcd"]


def test_a_tower_is_not_opened_for_what_is_known(tmp_path: Path) -> None:
    known(CountingTower(), tmp_path / "words").encode(["abc"])
    other = CountingTower()
    again = known(other, tmp_path / "words")
    again.encode(["abc"])
    assert (again.dim, again.logit_scale, other.opened) == (2, 7.5, 0)
    assert again.encode([]).shape == (0, 2)


def test_another_tower_encodes_anew(tmp_path: Path) -> None:
    known(CountingTower(), tmp_path / "words", "a").encode(["abc"])
    other = known(CountingTower(5.0), tmp_path / "words", "b")
    assert other.encode(["abc"]).tolist() == [[3, 5]]
    assert known(CountingTower(), tmp_path / "words", "b").encode(["abc"]).tolist() == [[3, 5]]


def test_what_two_add_at_once_stays(tmp_path: Path) -> None:
    tower, file = CountingTower(), tmp_path / "words"
    one, two = known(tower, file), known(tower, file)
    assert one.dim == two.dim == 2  # both have looked: there is nothing
    one.encode(["a"])
    two.encode(["bb"])
    known(tower, file).encode(["a", "bb"])
    assert tower.asked == ["a", "bb"]


def test_a_file_cut_off_is_made_anew(tmp_path: Path) -> None:
    tower, file = CountingTower(), tmp_path / "words"
    known(tower, file).encode(["abc"])
    file.write_bytes(file.read_bytes()[:-3])
    with capture_logs() as logs:
        again = known(tower, file)
        assert [again.encode(["abc"]).tolist() for _ in range(2)] == [[[3, 1]], [[3, 1]]]
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert tower.asked == ["abc", "abc"]
    known(tower, file).encode(["abc"])
    assert tower.asked == ["abc", "abc"]


@pytest.mark.parametrize("tensor", ["keys", "vectors"])
def test_changed_numbers_are_noticed(tmp_path: Path, tensor: str) -> None:
    tower, file = CountingTower(), tmp_path / "words"
    known(tower, file).encode(["abc"])
    position = file.read_bytes().rindex(load_file(file)[tensor].tobytes())
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    with capture_logs() as logs:
        assert known(tower, file).encode(["abc"]).tolist() == [[3, 1]]
    assert len(logs) == 1


def test_a_file_of_something_else_is_no_cache(tmp_path: Path) -> None:
    tower, file = CountingTower(), tmp_path / "words"
    save_file({"weight": np.ones(3, np.float32)}, file)
    assert known(tower, file).encode(["abc"]).tolist() == [[3, 1]]


def test_where_nothing_can_be_kept_it_is_encoded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("a file")
    tower = CountingTower()
    sentences = known(tower, tmp_path / "no folder" / "words")
    assert sentences.encode(["abc"]).tolist() == sentences.encode(["abc"]).tolist() == [[3, 1]]
    assert tower.asked == ["abc"]


def profile_of(models: ModelLibrary) -> PretrainedProfile:
    return PretrainedProfile(profile_recipes(models)["clip"], models)


def test_a_second_library_loads_no_text_model(models: ModelLibrary) -> None:
    texts = ["a man climbs over the fence at night", "the yard lies still"]
    first = profile_of(models).encode_sentences(texts)
    second = profile_of(models)
    np.testing.assert_array_equal(second.encode_sentences(texts), first)
    assert "words" not in vars(second.towers)
    assert any(models.root.glob(f"{SENTENCES_FOLDER}/*.safetensors"))


def test_a_second_sound_is_put_into_words_that_are_known(models: ModelLibrary) -> None:
    first = profile_of(models)
    rate = first.spec.audio_rate_hz
    noise = np.random.default_rng(3).normal(0.0, 0.1, rate).astype(np.float32)
    heard = first.encode_sound(AudioClip(noise, 0.0, rate)).heard
    second = profile_of(models)
    assert second.encode_sound(AudioClip(noise, 0.0, rate)).heard == heard
    assert not {"sound_words", "words"} & vars(second.towers).keys()
