"""`retrace` with the fake profile, for tests that have a process of their own index: fast to start,
and as slow as RETRACE_TEST_BATCH_S says, with short chunks, so that it can be caught at work."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import encoders.registry
import indexer.chunks
from cli.main import app
from segments.media import ClipBatch
from segments.vectors import ClipFeatures
from tests.support.indexing import SHORT_CHUNK_CLIPS
from tests.support.profiles import FakeProfile


class SlowProfile(FakeProfile):
    def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
        time.sleep(float(os.environ.get("RETRACE_TEST_BATCH_S", "0")))
        return super().encode_clips(batch)


def use_fake_models() -> None:
    indexer.chunks.CHUNK_CLIPS = SHORT_CHUNK_CLIPS
    encoders.registry.resolve_profile = lambda name: "fake"  # type: ignore[assignment]
    encoders.registry.load_profile = lambda name, **how: SlowProfile(name)  # type: ignore


if __name__ == "__main__":
    use_fake_models()
    app()
