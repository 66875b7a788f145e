from pathlib import Path

import numpy as np
import pytest

import indexer.chunks
from indexer.chunks import plan_chunks
from indexer.detecting import AlanDetector
from indexer.embedding import make_points
from indexer.features import VideoFeatures
from indexer.video import FinishedChunk, VideoPipeline
from segments.catalog import SourceRecord
from segments.errors import LibraryError
from segments.levels import CLIP_S, count_clips, iter_segments
from segments.media import VideoSource
from segments.reading import iter_clip_batches, probe
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> VideoSource:
    path = tmp_path_factory.mktemp("video") / "a.mp4"
    return probe(write_video(path, seconds=75.0, seed=3, sound=True))


def run(
    source: VideoSource, folder: Path | None, detector: AlanDetector | None = None
) -> tuple[VideoPipeline, list[FinishedChunk]]:
    profile = FakeProfile()
    features = VideoFeatures(count_clips(source.duration_s), folder)
    pipeline = VideoPipeline(source, profile, features, detectors=[detector or AlanDetector()])
    chunks = []
    batches = iter_clip_batches(
        source,
        frame_size=profile.spec.frame_size,
        frames_per_clip=profile.spec.frames_per_clip,
        fields_per_clip=profile.spec.fields_per_clip,
    )
    for batch in batches:
        if chunk := pipeline.take(batch):
            chunks.append(chunk)
    return pipeline, chunks


def test_chunks_are_whole_batches_of_at_most_ten_minutes():
    assert plan_chunks(10.0) == [range(16)]
    assert plan_chunks(1500.0) == [range(928), range(928, 1856), range(1856, 2344)]
    assert plan_chunks(1856 * CLIP_S)[-1] == range(928, 1856)
    assert 928 * CLIP_S <= 600


def test_chunks_make_what_one_pass_makes(
    source: VideoSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _, (whole,) = run(source, None)
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 32)
    pipeline, chunks = run(source, tmp_path / "work")
    assert [len(chunk.findings[0].track) for chunk in chunks] == [29, 32, 32, 24]  # a halo of 3
    assert pipeline.is_complete

    scores = np.concatenate([chunk.findings[0].track.scores for chunk in chunks])
    np.testing.assert_array_equal(scores, whole.findings[0].track.scores)
    embedded = {e.segment: e.vectors for chunk in chunks for e in chunk.embeddings}
    assert set(embedded) == set(iter_segments(source.video_id, source.duration_s))
    for embedding in whole.embeddings:
        for name, vector in embedding.vectors.items():
            np.testing.assert_array_equal(embedded[embedding.segment][name], vector)


class FarSighted(AlanDetector):
    ahead = 5


def test_a_detector_that_looks_further_ahead_delays_the_scores(
    source: VideoSource, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 32)
    _, chunks = run(source, None, FarSighted())
    assert [len(chunk.findings[0].track) for chunk in chunks] == [27, 32, 32, 26]


def test_a_segment_comes_as_soon_as_its_scores_are_final(
    source: VideoSource, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", 32)
    _, chunks = run(source, None)
    assert [max(e.segment.clips.stop for e in c.embeddings) for c in chunks] == [24, 56, 88, 117]


def test_points_say_when_where_and_how_odd(source: VideoSource):
    _, (chunk,) = run(source, None)
    seen = SourceRecord.model_validate(
        {
            "video_id": source.video_id,
            "path": "/a",
            "camera": "gate",
            "recorded_at": "2024-05-31T10:00:00Z",
        }
    )
    unknown = SourceRecord(video_id=source.video_id, path="/b")
    points = make_points(
        chunk.embeddings, space="fake", tracks=chunk.tracks, sources=[seen, unknown]
    )
    second = points[1].payload
    assert second.levels == ["moment"]
    assert (second.start_s, second.end_s) == (pytest.approx(5.12), pytest.approx(15.36))
    assert second.cameras == ["gate"]
    assert second.recorded_ms == [1717149600000 + 5120]
    assert second.has_audio
    assert second.anomaly == {"alan": float(chunk.findings[0].track.scores[8:24].max())}
    assert len({point.id for point in points}) == len(points)


def test_features_survive_and_are_checked(tmp_path: Path, source: VideoSource):
    pipeline, _ = run(source, tmp_path / "work")
    again = VideoFeatures.reopen(tmp_path / "work", detectors=["alan"])
    whole = range(count_clips(source.duration_s))
    before, after = pipeline.features.read(whole), again.read(whole)
    assert list(after.streams) == ["appearance", "motion"]
    np.testing.assert_array_equal(after.streams["motion"], before.streams["motion"])
    np.testing.assert_array_equal(again.read_scores(whole), pipeline.features.read_scores(whole))
    with pytest.raises(LibraryError, match="does not hold the features"):
        VideoFeatures.reopen(tmp_path / "work", detectors=["alan", "trace"])
    (tmp_path / "work" / "audio.npy").write_bytes(b"no array")
    with pytest.raises(LibraryError, match=r"audio.npy is damaged"):
        VideoFeatures.reopen(tmp_path / "work", detectors=["alan"])
    again.discard()
    with pytest.raises(LibraryError, match="does not hold the features"):
        VideoFeatures.reopen(tmp_path / "work", detectors=["alan"])
