"""What `retrace bench serving` was asked for."""

from pydantic import Field

from benchmarks.arguments import TaskArguments

TASK = "serving"


class ServingArguments(TaskArguments):
    """Everything that decides what is measured; fields are the command's options."""

    task: str = TASK
    points: tuple[int, ...] = Field(default=(10_000, 100_000, 1_000_000), min_length=1)
    """Of each library."""
    seconds: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Each stream of queries is asked for so long."""
    clients: tuple[int, ...] = Field(default=(1, 8, 32), min_length=1)
    """Asking at once: numbers that the mixed stream is asked by; other streams come from one."""
    url: str | None = None
    """A service that runs already; None: one is started on each library."""
    seed: int = 0

    @property
    def command(self) -> str:
        lists = {"points": self.points, "clients": self.clients}
        changed = {
            name: ",".join(map(str, lists[name])) if name in lists else value
            for name, value in self.changed().items()
        }
        return " ".join(["retrace bench serving", *(f"--{n} {v}" for n, v in changed.items())])
