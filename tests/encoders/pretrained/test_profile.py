"""Profiles of tiny pretrained models: zero-shot until trained (DESIGN §4)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoders.alan import Alan, AlanConfig
from encoders.models.adopting import adopt
from encoders.models.library import ModelLibrary
from encoders.models.specs import profile_recipes
from encoders.pretrained.phrases import anomaly_prompts, sound_phrases
from encoders.pretrained.profile import PretrainedProfile
from encoders.pretrained.start import untrained_config
from encoders.registry import load_profile, resolve_profile
from segments.errors import UserError, WeightsMissing
from segments.media import AudioClip, ClipBatch
from segments.vectors import ClipFeatures
from tests.encoders.pretrained.conftest import PROFILES

NUM_CLIPS = 40


@pytest.fixture(scope="module")
def profile(models: ModelLibrary) -> PretrainedProfile:
    return open_profile(models, "clip")


def open_profile(models: ModelLibrary, name: str) -> PretrainedProfile:
    return PretrainedProfile(profile_recipes(models)[name], models)


def footage(profile: PretrainedProfile, num_clips: int = NUM_CLIPS) -> ClipBatch:
    """Noise of changing brightness, with sound."""
    rng = np.random.default_rng(0)
    spec = profile.spec
    noise = rng.integers(0, 90, (num_clips, 1, *spec.frame_size, 3))
    light = np.linspace(0, 160, num_clips).reshape(-1, 1, 1, 1, 1)
    samples = rng.normal(0.0, 0.1, (num_clips, round(0.64 * spec.audio_rate_hz)))
    return ClipBatch(
        "v",
        range(num_clips),
        (noise + light).astype(np.uint8),
        np.zeros((num_clips, 1)),
        np.zeros((num_clips, 0, 24, 32, 2), np.float32),
        "flow",
        samples.astype(np.float32),
    )


@pytest.fixture(scope="module")
def features(profile: PretrainedProfile) -> ClipFeatures:
    return profile.encode_clips(footage(profile))


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("name", PROFILES)
def test_untrained_is_mean_pooled_zero_shot_retrieval(models: ModelLibrary, name: str) -> None:
    profile = open_profile(models, name)
    features = profile.encode_clips(footage(profile))
    segments = [features[start : start + 16] for start in (0, 8, 24)] + [features]
    scores = [profile.score_clips(segment) for segment in segments]
    stored = profile.embed_segments(list(zip(segments, scores, strict=True)))
    for text in ("a fight in the street", "smoke"):
        sentence = profile.towers.words.encode([text])[0]
        zero_shot = [unit(s.streams["appearance"].mean(axis=0)) @ sentence for s in segments]
        for alpha in (0.0, 0.5, 1.0):
            query = profile.encode_text(text).vector(alpha)
            found = [query @ vectors["alan"] for vectors in stored]
            np.testing.assert_allclose(found, zero_shot, atol=1e-5)


def test_sentences_are_words_in_the_space_of_appearance(
    profile: PretrainedProfile, features: ClipFeatures
) -> None:
    texts = ["a man runs", "a dog sleeps in the sun", "two cars collide"]
    sentences = profile.encode_sentences(texts)
    np.testing.assert_array_equal(sentences, profile.towers.words.encode(texts))
    np.testing.assert_allclose(np.linalg.norm(sentences, axis=1), 1.0, atol=1e-5)
    assert sentences.shape[1] == features.streams["appearance"].shape[1]


def test_motion_has_no_weight_until_trained(profile: PretrainedProfile) -> None:
    query = profile.encode_text("smoke")
    assert profile.spec.streams == ("appearance", "motion")
    assert query.w_g.tolist() == query.w_h.tolist() == [1.0, 0.0]


def test_a_picture_scores_its_own_clip_by_the_cosine_of_both_pictures(
    profile: PretrainedProfile, features: ClipFeatures
) -> None:
    pixels = footage(profile).frames[5, 0]
    query = profile.encode_image(pixels)
    assert query.w_g.tolist() == query.w_h.tolist() == [1.0, 0.0]
    clip = features[5:6]
    (stored,) = profile.embed_segments([(clip, np.zeros(1, np.float32))])
    np.testing.assert_allclose(query.vector(0.5) @ stored["alan"], 1.0, atol=1e-4)


def test_untrained_sounds_are_compared_by_their_mean(
    profile: PretrainedProfile, features: ClipFeatures
) -> None:
    assert features.audio is not None
    halves = [features[:16], features[16:32]]
    stored = profile.embed_segments([(half, profile.score_clips(half)) for half in halves])
    sound = AudioClip(footage(profile).audio[:16].ravel(), 0.0, profile.spec.audio_rate_hz)
    query = profile.encode_sound(sound).audio
    means = [unit(half.audio.mean(axis=0)) for half in halves if half.audio is not None]
    found = [float(query @ vectors["audio"]) for vectors in stored]
    np.testing.assert_allclose(found, [1.0, means[0] @ means[1]], atol=1e-5)


def test_the_score_is_the_share_of_the_anomalous_sentences(
    profile: PretrainedProfile, features: ClipFeatures
) -> None:
    words, prompts = profile.towers.words, anomaly_prompts()
    anomalous, normal = (
        unit(words.encode(texts).mean(axis=0)) for texts in (prompts.anomalous, prompts.normal)
    )
    logits = words.logit_scale * features.streams["appearance"] @ (anomalous - normal)
    expected = 1.0 / (1.0 + np.exp(-logits))
    assert expected.max() - expected.min() > 0.01
    np.testing.assert_allclose(profile.score_clips(features), expected, atol=1e-5)


def test_a_sound_is_put_into_words(profile: PretrainedProfile) -> None:
    rate = profile.spec.audio_rate_hz
    noise = np.random.default_rng(1).normal(0.0, 0.1, rate).astype(np.float32)
    query = profile.encode_sound(AudioClip(noise, 0.0, rate))
    assert sum(query.heard.values()) == pytest.approx(1.0)
    by_phrase = {phrase.heard: phrase.seen for phrase in sound_phrases()}
    assert set(query.heard) <= set(by_phrase)
    assert len(query.heard) == 5
    seen = profile.towers.words.encode([by_phrase[heard] for heard in query.heard])
    expected = unit(np.array(list(query.heard.values())) @ seen)
    np.testing.assert_allclose(query.video.g[0][: len(expected)], expected, atol=1e-5)


def test_sound_at_another_rate_is_a_mistake(profile: PretrainedProfile) -> None:
    wrong = AudioClip(np.ones(100, np.float32), 0.0, profile.spec.audio_rate_hz + 1)
    with pytest.raises(ValueError, match="expected"):
        profile.encode_sound(wrong)


def test_a_profile_without_ears_says_so(models: ModelLibrary) -> None:
    recipe = profile_recipes(models)["clip"].model_copy(update={"audio": None})
    deaf = PretrainedProfile(recipe, models)
    assert [vector.name for vector in deaf.spec.vectors] == ["alan"]
    assert deaf.encode_clips(footage(deaf, 4)).audio is None
    with pytest.raises(UserError, match="no model of sounds"):
        deaf.encode_sound(AudioClip(np.ones(16_000, np.float32)))


def test_the_manifest_names_every_file_and_the_untrained_network(
    models: ModelLibrary, profile: PretrainedProfile
) -> None:
    again = open_profile(models, "clip").manifest
    assert again == profile.manifest
    digests = profile.manifest.digests
    for model in profile.recipe.models:
        assert digests.items() >= models.digests(model).items()
    assert len(digests["alan (untrained)"]) == 64
    other = open_profile(models, "clip-fast").manifest.digests
    assert other["alan (untrained)"] != digests["alan (untrained)"]


def test_words_load_no_picture_model(models: ModelLibrary) -> None:
    profile = open_profile(models, "clip")
    profile.encode_text("smoke")
    assert "words" in vars(profile.towers)
    assert not vars(profile.towers).keys() & {"clips", "sounds", "sound_words"}


def trained(folder: Path, config: AlanConfig) -> Path:
    Alan(config).save_pretrained(folder)
    return folder


def test_a_trained_network_takes_the_place_of_the_untrained(
    models: ModelLibrary, profile: PretrainedProfile, features: ClipFeatures, tmp_path: Path
) -> None:
    looks, follows, hears = profile.towers.looks, profile.towers.follows, profile.towers.hears
    assert follows is not None
    assert hears is not None
    config = untrained_config(appearance=looks.dim, motion=follows.dim, audio=hears.dim)
    folder = trained(tmp_path / "run", replace(config, residual_gate=False, alpha=0.25))
    adopt(models, folder, name="ours", base="clip")
    adopted = open_profile(models, "ours")
    assert adopted.is_trained
    assert (adopted.spec.name, adopted.spec.default_alpha) == ("ours", 0.25)
    assert "alan (untrained)" not in adopted.manifest.digests
    expected = Alan.from_pretrained(folder)
    found = adopted.score_clips(features)
    assert found.shape == (NUM_CLIPS,)
    weights = expected.video.detector.state_dict()
    assert all(
        (adopted._alan.model.video.detector.state_dict()[k] == v).all() for k, v in weights.items()
    )


def test_a_network_for_other_towers_is_refused(models: ModelLibrary, tmp_path: Path) -> None:
    config = untrained_config(appearance=8, motion=None, audio=None)
    adopt(models, trained(tmp_path / "run", config), name="foreign", base="clip")
    with pytest.raises(WeightsMissing, match=r"trained on features of widths.*features extract"):
        open_profile(models, "foreign")


def test_auto_takes_the_best_profile_that_is_whole(models: ModelLibrary, tmp_path: Path) -> None:
    assert resolve_profile("auto", models=ModelLibrary(tmp_path)) == "compact"
    assert resolve_profile("auto", models=models) == "clip-video"
    with pytest.raises(UserError, match="choose auto or one of compact, clip-fast"):
        resolve_profile("best", models=models)


def test_what_is_not_here_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsMissing, match=r"siglip2-base-patch16-224.*run `retrace models pull clip`"
    ):
        load_profile("clip", device="cpu", models=ModelLibrary(tmp_path))
