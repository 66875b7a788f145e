"""`retrace` with the fake profile, for tests that have a process of their own index: fast to start,
and as slow as RETRACE_TEST_BATCH_S says, with short chunks, so that it can be caught at work."""

import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]


def put_in_place(name: str, **content: Any) -> None:
    """Makes a module of that name, so that the real one is never loaded."""
    module = ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module


def load_profile(name: str, **how: object) -> Any:
    from segments.media import ClipBatch
    from segments.vectors import ClipFeatures
    from tests.support.profiles import FakeProfile

    class SlowProfile(FakeProfile):
        def encode_clips(self, batch: ClipBatch) -> ClipFeatures:
            time.sleep(float(os.environ.get("RETRACE_TEST_BATCH_S", "0")))
            return super().encode_clips(batch)

    return SlowProfile(name)


def main() -> None:
    """Without torch, whose loading takes seconds and which the fake profile does not need."""
    sys.path.insert(0, str(ROOT))
    put_in_place("segments.torchaudio_guard", let_torchaudio_load=lambda: None)
    put_in_place(
        "encoders.registry", resolve_profile=lambda name: "fake", load_profile=load_profile
    )
    import indexer.chunks
    import search_api.jobs.processes
    from cli.main import app
    from tests.support.indexing import SHORT_CHUNK_CLIPS

    indexer.chunks.CHUNK_CLIPS = SHORT_CHUNK_CLIPS
    search_api.jobs.processes.COMMAND = (sys.executable, __file__, "index")
    app()


if __name__ == "__main__":
    main()
