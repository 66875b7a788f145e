from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.compact.fights import QUERIES
from benchmarks.compact.material import CALM, FIGHT
from benchmarks.compact.recipe import Lesson, in_moments, training_set
from benchmarks.compact.unseen import require_unseen
from benchmarks.compact.words import ridge_similarity
from encoders.alan.training import Sentences
from segments.errors import UserError
from segments.vectors import ClipFeatures
from tests.support.text import tiny_bert


def features(num_clips: int) -> ClipFeatures:
    rows = np.arange(num_clips, dtype=np.float32)[:, None]
    return ClipFeatures({"appearance": rows, "motion": rows})


def test_long_videos_are_cut_into_moments():
    pieces = in_moments(features(37))
    assert [len(piece) for piece in pieces] == [16, 16, 5]
    assert pieces[1].streams["motion"][0] == 16
    assert [len(piece) for piece in in_moments(features(3))] == [3]


def test_real_videos_get_their_share_of_a_batch_and_borrow_looks():
    lessons = [
        Lesson(features(2), ("a", "b"), "m1", False, False),
        Lesson(features(2), ("c",), "m2", True, False),
        Lesson(features(2), ("a",), "m3", True, True, borrows_appearance=True),
    ]
    sentences = Sentences(tiny_bert(pooling="mean").freeze())
    data = training_set(lessons, [], sentences, real_share=0.3)
    assert data.weights is not None
    assert data.texts is not None
    assert data.weights.tolist() == pytest.approx([0.35, 0.35, 0.3])
    assert [video.borrows for video in data.videos] == [set(), set(), {"appearance"}]
    # the same words with two meanings are two rows
    said = [{data.texts.meanings[row] for row in video.texts} for video in data.videos]
    assert said == [{"m1"}, {"m2"}, {"m3"}]
    assert len(data.texts.meanings) == 4


def test_what_the_benchmark_asks_is_not_taught():
    assert not {query.lower() for query in QUERIES} & {text.lower() for text in FIGHT + CALM}


def test_weights_are_not_scored_on_what_they_have_seen(tmp_path):
    seen, unseen = tmp_path / "seen.mp4", tmp_path / "unseen.mp4"
    seen.write_bytes(b"one")
    unseen.write_bytes(b"two")
    digest = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    models = SimpleNamespace(trained_on={"alan": {digest: "seen.mp4"}, "sound": {}})
    require_unseen(models, ("alan", "sound"), [unseen])  # type: ignore[arg-type]
    require_unseen(models, ("sound",), [seen])  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"1 of the files .* by the alan weights, seen.mp4"):
        require_unseen(models, ("alan",), [unseen, seen])  # type: ignore[arg-type]


def test_the_ridge_baseline_finds_a_linear_relation():
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((200, 6)).astype(np.float32)
    targets = (inputs @ rng.standard_normal((6, 4)) + 3.0).astype(np.float32)
    similarity = ridge_similarity(
        inputs[:150], targets[:150], inputs[150:], targets[150:], penalty=1e-6
    )
    assert (similarity.argmax(axis=1) == np.arange(50)).all()
    np.testing.assert_allclose(np.diagonal(similarity), 1.0, atol=1e-3)
