"""How the service is."""

from typing import Literal

from search_api.answers.base import Answer

State = Literal[
    "starting", "ready", "missing", "in-use", "mismatch", "weights-missing", "damaged", "stopped"
]
"""How it is with the library; "damaged" also stands for a server that does not answer."""


class Checks(Answer):
    """How the parts are that a search needs."""

    library: State
    store: Literal["answering", "away"]
    model: Literal["loaded", "not-loaded"]
    spool: Literal["whole", "damaged"] = "whole"
    """Whether finished pieces were set aside because they could not be read: searches are answered
    without them. The log names each; delete its video and index it again."""

    @property
    def are_passed(self) -> bool:
        return self.library == "ready" and self.store == "answering" and self.model == "loaded"


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(Answer):
    """Searches are answered."""

    status: Literal["ready"] = "ready"
    checks: Checks
