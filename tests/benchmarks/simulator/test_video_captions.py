import re
from itertools import chain

import numpy as np

from benchmarks.simulator.programme import programme
from benchmarks.simulator.scenes import Split
from benchmarks.simulator.video_captions import ALONE, THEN, WITH_LIFE
from benchmarks.simulator.wording import PLACE_WORDS, TIME_WORDS, WEATHER_WORDS
from tests.benchmarks.simulator.test_captions import is_within

MAX_WORDS = 64


def connectives(split: Split) -> set[str]:
    """What templates say themselves, piece by piece."""
    templates = chain(WITH_LIFE[split], ALONE[split], THEN[split])
    pieces = chain.from_iterable(re.split(r"\{\w+\}", template) for template in templates)
    return {words for piece in pieces if (words := piece.strip(" ,;:"))} - {"and"}


def test_templates_are_disjoint():
    train, test = connectives("train"), connectives("test")
    assert not [(a, b) for a in train for b in test if is_within(a, b) or is_within(b, a)]


def test_no_test_sentence_contains_a_phrase_of_training():
    phrases = connectives("train") | {
        phrase
        for table in (PLACE_WORDS, TIME_WORDS, WEATHER_WORDS)
        for entry in table.values()
        for phrase in entry["train"]
    }
    for video in programme("test", 250):
        words = re.sub("[.,:;]", "", video.captions[0].lower())
        assert not [phrase for phrase in phrases if is_within(phrase, words)], words


def test_no_sentence_serves_two_videos_or_both_splits():
    train = [text for video in programme("train", 300) for text in video.captions]
    test = [text for video in programme("test", 250) for text in video.captions]
    assert len(set(test)) == len(test) == 250
    assert len(train) == 1200
    assert not set(train) & set(test)
    assert len(set(train)) > 1150


def test_a_video_is_the_same_however_many_are_asked_for():
    assert programme("train", 3) == programme("train", 5)[:3]


def test_sentences_name_the_events_and_their_colours():
    for video in programme("train", 60):
        told = video.scene.anomalies or (video.scene.event,)
        for text in video.captions:
            assert all(event.cast[0].colour in text for event in told)
            assert len(text.split()) < MAX_WORDS


def test_the_place_alone_is_not_in_every_sentence():
    videos = programme("test", 250)
    named = [
        any(words in video.captions[0].lower() for words in PLACE_WORDS[video.scene.place]["test"])
        for video in videos
    ]
    assert 0.4 < np.mean(named) < 0.6
