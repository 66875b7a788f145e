"""What a task was asked for: a record keeps it, and a replay starts from it."""

import shlex
from typing import Any

from pydantic import BaseModel, ConfigDict


class TaskArguments(BaseModel):
    """Everything that decides the outcome of `retrace bench TASK`; fields are its options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str

    @property
    def command(self) -> str:
        """The shell command that asks for this."""
        words = ["retrace", "bench", self.task]
        for name, value in self.changed().items():
            option = f"--{name.replace('_', '-')}"
            if isinstance(value, bool):
                words.append(option if value else f"--no-{name.replace('_', '-')}")
                continue
            for each in value if isinstance(value, list) else [value]:
                words += [option, str(each)]
        return shlex.join(words)

    def changed(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON values."""
        return self.model_dump(mode="json", exclude={"task"}, exclude_defaults=True)
