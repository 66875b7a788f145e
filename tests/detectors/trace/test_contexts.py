"""Choosing contexts on vectors whose angles are known, and on simulated footage."""

import numpy as np
import pytest

from detectors.trace.contexts import choose, rank
from detectors.trace.index import Scenes
from detectors.trace.traces import load_bank
from encoders.compact.profile import CompactProfile
from segments.errors import UserError
from tests.support.drawn_places import drawn_footage

GAP = (0.0, 0.0, 5.0)
"""What every picture has and no sentence."""


def scenes_of(**looks: tuple[float, float, float]) -> Scenes:
    return Scenes(tuple(looks), np.array(list(looks.values()), np.float32))


FOUR = scenes_of(shop=(1, 0, 1), bank=(-1, 0, 1), park=(0, 1, 1), road=(0, -1, 1))
"""Their mean is (0, 0, 1), so they differ from it by the four directions of a plane."""


def pictures(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_a_context_is_compared_by_how_it_differs_from_the_mean_of_all() -> None:
    ranked = rank(pictures((0.6, 0.8, 0.0)), FOUR)
    assert [one.context for one in ranked] == ["park", "shop", "bank", "road"]
    assert [one.similarity for one in ranked] == pytest.approx([0.8, 0.6, -0.6, -0.8], abs=1e-6)


def test_the_mean_of_the_clips_decides() -> None:
    ranked = rank(pictures((1, 0, 0), (0, 1, 0), (0, 1, 0), (0.8, 1.0, 0)), FOUR)
    assert [one.context for one in ranked][:2] == ["park", "shop"]
    assert ranked[0].similarity == pytest.approx(3 / np.hypot(3, 1.8), abs=1e-6)


def test_what_all_footage_has_is_left_out_where_it_is_known() -> None:
    footage = pictures((0.6, 0.8, 5.0))
    with_gap = rank(footage, FOUR)
    without = rank(footage, FOUR, usual=np.array(GAP, np.float32))
    assert with_gap[0].similarity == pytest.approx(0.8 / np.sqrt(26), abs=1e-6)
    assert without[0].similarity == pytest.approx(0.8, abs=1e-6)


def test_a_context_that_is_near_to_everything_does_not_win_by_it() -> None:
    hub = scenes_of(hub=(0.2, 0, 2), shop=(1, 0, 0.4), park=(0, 1, 0.4))
    picture = pictures((0.9, 0.0, 1.0))
    raw = hub.vectors @ picture[0]
    assert hub.contexts[int(raw.argmax())] == "hub"
    assert rank(picture, hub, usual=np.array((0, 0, 1), np.float32))[0].context == "shop"


def test_contexts_within_the_margin_are_chosen_up_to_the_limit() -> None:
    footage = pictures((0.6, 0.8, 0.0))
    assert [one.context for one in choose(footage, FOUR)] == ["park"]
    assert [one.context for one in choose(footage, FOUR, margin=0.21)] == ["park", "shop"]
    assert [one.context for one in choose(footage, FOUR, margin=2.0)] == ["park", "shop", "bank"]
    assert [one.context for one in choose(footage, FOUR, margin=2.0, limit=1)] == ["park"]


def test_several_scenes_of_a_context_are_one_look() -> None:
    names = ("shop", "shop", "park", "park")
    rows = np.array([(2, 0, 0), (0, 2, 0), (0, 0, 1), (0, 0, 1)], np.float32)
    ranked = rank(pictures((1, 1, 0)), Scenes(names, rows))
    # shop looks like (1, 1, 0), park like (0, 0, 1): they differ from the mean by ±(1, 1, -1) / 2
    assert [(one.context, one.similarity) for one in ranked] == [
        ("shop", pytest.approx(2 / np.sqrt(6), abs=1e-6)),
        ("park", pytest.approx(-2 / np.sqrt(6), abs=1e-6)),
    ]


def test_one_context_is_chosen_whatever_it_looks_like() -> None:
    assert [one.context for one in choose(pictures((0, 1, 0)), scenes_of(shop=(1, 0, 0)))] == [
        "shop"
    ]


def test_nothing_to_choose_by_or_from() -> None:
    with pytest.raises(UserError, match="0 clips and 4 contexts"):
        choose(np.zeros((0, 3), np.float32), FOUR)
    with pytest.raises(UserError, match="1 clips and 0 contexts"):
        choose(pictures((1, 0, 0)), Scenes((), np.zeros((0, 3), np.float32)))
    with pytest.raises(UserError, match="0 contexts cannot be chosen"):
        choose(pictures((1, 0, 0)), FOUR, limit=0)


SHOPS = {"supermarket", "shop till", "clothes shop", "pharmacy", "jewellery shop"}
FITTING = {
    "shop": SHOPS,
    "platform": {"station platform"},
    "car_park": {"car park", "parking garage"},
    "park": {"park", "playground", "forest edge"},
    "office": {"office", "reception lobby"},
    "warehouse": {"warehouse", "factory floor", "loading bay"},
}


def test_simulated_places_choose_their_contexts() -> None:
    """Two drawn views of each place through the compact profile; 55 contexts to choose from."""
    profile, bank = CompactProfile.load(), load_bank()
    rows = [(name, text) for name, context in bank.items() for text in context.scenes]
    scenes = Scenes(
        tuple(name for name, _ in rows), profile.encode_sentences([text for _, text in rows])
    )
    footage = drawn_footage(profile, tuple(FITTING), views=2)
    usual = np.mean([vectors.mean(axis=0) for vectors in footage.values()], axis=0)
    chosen = {
        key: {one.context for one in choose(vectors, scenes, usual=usual)}
        for key, vectors in footage.items()
    }
    right = [key for key, contexts in chosen.items() if contexts & FITTING[key[0]]]
    assert len(right) >= 10, chosen
    assert all(chosen["shop", view] & SHOPS for view in range(2)), chosen
