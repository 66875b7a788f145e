"""`retrace train alan`: one network, its log, its checkpoint, and what it was made from."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.datasets.base import RetrievalDataset
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.retrieval.experiment import Experiment
from encoders.alan.model import WEIGHTS_FILE
from encoders.alan.phrases import phrase_finder
from encoders.alan.training.trainer import OnStep

RECORD_FILE = "training.json"


@dataclass(frozen=True)
class TrainingJob:
    """One run into a folder; a stopped one goes on there."""

    experiment: Experiment
    out: Path
    command: str
    on_start: Callable[[int], None] = lambda num_steps: None
    """Told how many steps the run has."""
    on_step: OnStep | None = None

    def run(self) -> RunRecord:
        """Writes config.json, model.safetensors, log.csv and training.json; returns the last.

        Raises:
            DatasetMissing: features of a video are missing.
            UserError: the folder holds a run with other data or constants.
        """
        experiment = self.experiment
        items = experiment.dataset.split("train")
        trainer = experiment.trainer(items)
        self.on_start(trainer.num_steps)
        trained = experiment.finish(trainer, self.out, on_step=self.on_step)
        trained.save(self.out)
        record = self._record(experiment.dataset, trainer.num_steps)
        record.save(self.out / RECORD_FILE)
        return record

    def _record(self, dataset: RetrievalDataset, num_steps: int) -> RunRecord:
        recipe = self.experiment.recipe
        masks = dataset.query == "text" and recipe.has_phrases
        return new_record(
            "train-alan",
            command=self.command,
            seed=recipe.seed,
            data={dataset.name: digest_of(dataset.files)},
            weights={WEIGHTS_FILE: digest_of([self.out / WEIGHTS_FILE])}
            | dict(self.experiment.texts.digests),
            timings_s={},
            arguments={"config": asdict(self.experiment.config), "recipe": asdict(recipe)},
            scores={
                "videos": len(dataset.split("train")),
                "steps": num_steps,
                "phrases by": phrase_finder(self.experiment.texts.phrases)[0] if masks else None,
            },
        )
