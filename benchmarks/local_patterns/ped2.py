"""One run of Local Patterns on UCSD Ped2, from arguments to a record."""

import time
from collections.abc import Sequence

from benchmarks.datasets.files import existing
from benchmarks.datasets.frame_labels import PED2_SOURCE, open_ped2
from benchmarks.local_patterns.arguments import TASK, PatternArguments
from benchmarks.local_patterns.clips import KnownClip, Say, scored
from benchmarks.local_patterns.parts import YOLOX, BenchmarkParts
from benchmarks.local_patterns.settings import Setting, settings_named
from benchmarks.local_patterns.store import PatternStore
from benchmarks.records import RunRecord, digest_of, new_record
from detectors.files import WEIGHTS_FILE
from segments.files import sha256_of
from segments.reading import probe


def run_ped2(arguments: PatternArguments, *, say: Say = lambda text: None) -> RunRecord:
    """Scores the 12 test clips by every setting, leaving out the clip that is scored.

    What is read of videos, and each setting's scores, are kept in the work folder: a run that is
    stopped goes on where it was.

    Raises:
        DatasetMissing: clips, labels or the region network are not in the shared folder.
        UserError: there is no such setting.
        WeightsMissing: the compact profile is not on this machine.
    """
    started = time.perf_counter()
    settings = settings_named(arguments.setting)
    folder = arguments.shared / "data" / "ucsd-ped2"
    labels = open_ped2(folder)
    paths = [existing(folder / f"{name}.mp4", source=PED2_SOURCE) for name in labels.videos]
    sources = [probe(path) for path in paths]
    parts = BenchmarkParts(arguments.shared, arguments.work)
    store = PatternStore(arguments.work, parts)
    clips = [
        KnownClip(source, store, labels.truth(name, len(store.fields(source, "flow").pts_s)))
        for source, name in zip(sources, labels.videos, strict=True)
    ]
    scores = scored(arguments, settings, clips, say=say)
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"ucsd-ped2": digest_of([*paths, folder / "labels.csv"])},
        weights=_weights(settings, parts, arguments),
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores=scores,
    )


def _weights(
    settings: Sequence[Setting], parts: BenchmarkParts, arguments: PatternArguments
) -> dict[str, str]:
    """Of what the settings were made with, and of nothing else."""
    digests: dict[str, str] = {}
    if any(setting.reading.encoder for setting in settings):
        digests |= parts.digests
    if any(setting.reading.engine.startswith("yolox") for setting in settings):
        digests["yolox-nano"] = digest_of([arguments.shared / YOLOX])
    for machines in sorted({setting.reading.machines for setting in settings} - {0}):
        digests[f"smm-{machines}"] = sha256_of(parts.smm_folder(machines) / WEIGHTS_FILE)
    return digests
