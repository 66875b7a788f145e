"""One run of Local Patterns on the simulated walkway, from arguments to a record."""

import time
from collections.abc import Sequence

from benchmarks.local_patterns.arguments import TASK, PatternArguments
from benchmarks.local_patterns.clips import KnownClip, Say, scored
from benchmarks.local_patterns.parts import BenchmarkParts
from benchmarks.local_patterns.settings import SETTINGS, Setting, settings_named
from benchmarks.local_patterns.stand_ins import Repeated
from benchmarks.local_patterns.store import PatternStore
from benchmarks.local_patterns.walkway import kept_walkway
from benchmarks.records import RunRecord, digest_of, new_record
from detectors.local_patterns.base import RegionEncoder, RegionEngine, Regions
from detectors.local_patterns.caption_memory import SayYes
from segments.errors import UserError
from segments.reading import probe

NUM_CLIPS = 10
_DETECTOR = "yolox"


def run_walkway(arguments: PatternArguments, *, say: Say = lambda text: None) -> RunRecord:
    """Scores the simulated clips by motion alone, leaving out the clip that is scored.

    Raises:
        UserError: there is no such setting, or it looks at what ovals cannot show.
    """
    started = time.perf_counter()
    settings = motion_settings(arguments.setting)
    own = arguments.model_copy(update={"work": arguments.work / "walkway"})
    kept = [kept_walkway(own.work, seed) for seed in range(NUM_CLIPS)]
    parts = BenchmarkParts(arguments.shared, arguments.work)
    stores = [PatternStore(own.work, _Detected(parts, clip.regions)) for clip in kept]
    clips = [
        KnownClip(probe(clip.path), store, clip.truth)
        for clip, store in zip(kept, stores, strict=True)
    ]
    scores = scored(own, settings, clips, say=say)
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"walkway": digest_of([clip.path for clip in kept])},
        weights={},
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores=scores,
    )


def motion_settings(names: Sequence[str]) -> tuple[Setting, ...]:
    """The settings of these names; none takes all that the walkway can judge.

    Raises:
        UserError: there is no such setting, or it needs more than motion and the clips' own boxes.
    """
    fit = {setting.name for setting in SETTINGS if _is_judged(setting)}
    if unfit := [name for name in settings_named(names) if names and name.name not in fit]:
        raise UserError(
            f"the walkway has motion and boxes alone, which setting {unfit[0].name!r} needs more "
            f"than: choose among {', '.join(sorted(fit))}"
        )
    return settings_named(names or sorted(fit))


def _is_judged(setting: Setting) -> bool:
    return setting.reading.encoder is None and setting.reading.engine != "yolox-low"


class _Detected:
    """The benchmark's parts, with one clip's own boxes instead of a detector's."""

    def __init__(self, parts: BenchmarkParts, regions: Sequence[Regions]) -> None:
        self._parts, self._regions = parts, regions

    def engine(self, name: str) -> RegionEngine:
        if name == _DETECTOR:
            return Repeated(name, self._regions)
        return self._parts.engine(name)

    def encoder(self, name: str) -> RegionEncoder:
        return self._parts.encoder(name)

    def says_yes(self, encoder: RegionEncoder, machines: int) -> SayYes:
        return self._parts.says_yes(encoder, machines)
