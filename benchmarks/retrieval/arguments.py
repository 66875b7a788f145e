"""What `retrace bench` was asked for about retrieval."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from benchmarks.arguments import TaskArguments
from benchmarks.datasets.base import Query
from benchmarks.retrieval.ablations import TableName
from benchmarks.retrieval.experiment import Experiment
from benchmarks.retrieval.opening import Source
from benchmarks.retrieval.running import Training
from encoders.alan.losses import Reduction
from encoders.alan.masking import Masking
from encoders.alan.phrases import Engine
from encoders.alan.training import Machine

TaskName = Literal["c3d-subset", "ucfcrime-ar", "xdviolence-ar", "simulated", "retrieval"]


class RecipeChanges(BaseModel):
    """What a run may change of its profile's recipe; None leaves it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    epochs: int | None = None
    reduction: Reduction = "mean"
    masking: Masking = "phrases"

    @property
    def values(self) -> dict[str, Any]:
        return self.model_dump(exclude={"seed"}, exclude_none=True)


class TrainArguments(BaseModel):
    """What `retrace train alan` was asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    features: Path | None = None
    annotations: Path | None = None
    language: str = "en"
    query: Query = "text"
    train: int = 1000
    work: Path = Path("runs/simulated")
    profile: str = "compact"
    text_encoder: Path | None = None
    phrases: Engine = "auto"
    device: str = "cpu"
    bf16: bool = False
    compile: bool = False
    gradient_checkpointing: bool = False
    recipe: RecipeChanges = RecipeChanges()

    def experiment(self) -> Experiment:
        """What is to be trained.

        Raises:
            DatasetMissing: files are missing; says which and how to get them.
            UserError: an option makes no sense.
        """
        source = Source(
            self.dataset,
            annotations=self.annotations,
            features=self.features,
            language=self.language,
            query=self.query,
            train=self.train,
            test=1,
            work=self.work,
        )
        training = Training(
            profile=self.profile,
            text_encoder=self.text_encoder,
            phrases=self.phrases,
            changes=self.recipe.values,
            machine=Machine(
                self.device,
                bf16=self.bf16,
                compiled=self.compile,
                checkpointed=self.gradient_checkpointing,
            ),
        )
        return training.experiment(source.open(), seed=self.recipe.seed)


class RetrievalArguments(TaskArguments):
    """Which options a task takes, its command tells."""

    task: TaskName  # pyright: ignore[reportIncompatibleVariableOverride]  # frozen: none can set it
    table: Path | None = None
    """TOML file of a data set of the user's own, for the task "retrieval"."""
    ablation: tuple[TableName, ...] = ()
    """Tables of `ablations.TABLES`, instead of the plain run."""
    shared: Path | None = None
    annotations: Path | None = None
    features: Path | None = None
    language: str = "en"
    query: Query = "text"
    train: int = 1000
    test: int = 250
    """Videos of the simulated benchmark."""
    work: Path | None = None
    checkpoint: tuple[Path, ...] = ()
    """Folders of trained networks, one per seed; none trains first."""
    seeds: int = 5
    profile: str | None = None
    """How to train; None is what suits the task."""
    text_encoder: Path | None = None
    epochs: int | None = None
    device: str = "cpu"
    bf16: bool = False
    compile: bool = False

    @property
    def _suited(self) -> str:
        if self.task in ("ucfcrime-ar", "xdviolence-ar"):
            return "paper"
        return "aligned" if self.task == "simulated" and self.query == "text" else "compact"

    def changed(self) -> dict[str, Any]:
        """Seeds always: their default differs from command to command."""
        return super().changed() | {"seeds": self.seeds}

    @property
    def machine(self) -> Machine:
        return Machine(self.device, bf16=self.bf16, compiled=self.compile)

    @property
    def changes(self) -> dict[str, Any]:
        """Of the profile's recipe."""
        return {} if self.epochs is None else {"epochs": self.epochs}

    @property
    def source(self) -> Source:
        """Where the data set is found."""
        name = str(self.table) if self.table is not None else self.task
        work = {} if self.work is None else {"work": self.work}
        return Source(
            name,
            annotations=self.annotations,
            features=self.features,
            language=self.language,
            query=self.query,
            train=self.train,
            test=self.test,
            **work,
        )

    @property
    def training(self) -> Training:
        """How its networks are made."""
        return Training(
            profile=self.profile or self._suited,
            seeds=self.seeds,
            text_encoder=self.text_encoder,
            changes=self.changes,
            checkpoints=self.checkpoint,
            machine=self.machine,
            work=self.work,
        )
