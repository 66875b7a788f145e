"""What the act network learns from, and what a run writes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.local_patterns import act_training
from benchmarks.local_patterns.act_lessons import act_lessons, footage_of
from benchmarks.local_patterns.act_training import ActTraining, train_acts
from benchmarks.simulator.programme import Video
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.videos import FPS
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.traits import NUM_TRAITS
from detectors.local_patterns.cameras import WEIGHTS
from detectors.trace.trained import RECORD_FILE
from encoders.compact.profile import CompactProfile
from tests.support.stored_regions import stored

BOX = (0.1, 0.1, 0.2, 0.2)
SHIPPED = WEIGHTS / "compact" / "acts"


def short_video(seed: int) -> Video:
    scene = replace(sample_scene(seed, kind="fight", duration_s=3.84), fps=FPS)
    return Video(f"short-{seed}", "train", scene, ())


def test_regions_are_learned_from_in_order() -> None:
    regions = stored([[BOX], [BOX, BOX], [], [BOX]], patterns=(3.0, 4.0))
    made = footage_of(regions, np.ones((5, 6), np.float32))
    assert made.motion.shape == (2, 6)  # features may have a clip more
    assert (made.clips.tolist(), made.pictures.tolist()) == ([0, 0, 0, 1], [0, 1, 1, 1])
    assert made.patterns.tolist() == [[3.0, 4.0]] * 4
    assert made.traits.shape == (4, NUM_TRAITS)


def test_lessons_have_captions_with_their_clips(tmp_path: Path) -> None:
    lessons = act_lessons([short_video(3)], CompactProfile.load(), tmp_path)
    (lesson,) = lessons.lessons
    seen = lesson.read()
    assert (len(seen.motion), seen.patterns.shape[1]) == (6, 384)
    assert lesson.read() is seen  # once, for all visits
    spans = [said.span for said in lesson.said]
    assert all(span is not None and 0 <= span.start < span.stop <= 6 for span in spans)
    told = {lessons.sentences[row] for said in lesson.said for row in said.wordings}
    assert any("fight" in sentence for sentence in told)


def test_a_run_writes_its_network_and_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons = act_lessons([short_video(3)], CompactProfile.load(), tmp_path)
    monkeypatch.setattr(act_training, "act_lessons", lambda *_, **__: lessons)
    epochs = list[int]()
    asked = ActTraining(videos=1, epochs=2)
    record = train_acts(asked, tmp_path / "net", on_epoch=lambda epoch, _: epochs.append(epoch))
    assert (epochs, record.lessons) == ([1, 2], 1)
    assert record.regions == len(lessons.lessons[0].read().clips)
    assert ActNetwork.from_pretrained(tmp_path / "net").config.motion_dim == 128


def test_the_shipped_network_has_learned_the_profiles_own_words() -> None:
    record = json.loads((SHIPPED / RECORD_FILE).read_text())
    assert record["asked"] == ActTraining().model_dump(mode="json")
    assert record["words"] == CompactProfile.load().manifest.digests
