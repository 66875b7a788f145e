from dataclasses import replace

import numpy as np

from benchmarks.simulator.frozen import FROZEN, LOOKS, TOLERANCE, frozen_digest, looks
from benchmarks.simulator.programme import programme, specification_digest


def test_the_test_split_is_the_frozen_one():
    assert frozen_digest() == FROZEN


def test_its_pictures_and_sounds_are_the_frozen_ones():
    found = looks(programme("test", len(LOOKS)))
    assert len(LOOKS) == 4
    assert np.abs(found - np.array(LOOKS)).max() <= TOLERANCE


def test_a_changed_word_or_event_is_noticed():
    (video,) = programme("test", 1)
    other_words = replace(video, captions=(video.captions[0] + " ",))
    event = replace(video.scene.event, end_s=video.scene.event.end_s + 0.01)
    other_event = replace(video, scene=replace(video.scene, event=event))
    digests = {specification_digest([v]) for v in (video, other_words, other_event)}
    assert len(digests) == 3
