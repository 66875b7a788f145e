"""What may go wrong between a client and the service.

RetraceError
├── ApiError         the service refused; `code` is one of its documented codes
│   ├── KeyRefused       no key, a wrong one, or one that may not do this
│   ├── NotThere         it is not there (any more), or the key may not see it
│   └── TryLater         too much at once, or the library is away: see `retry_after_s`
├── ServiceAway      nobody answers, or the connection broke
└── StrangeAnswer    somebody answers who is no service of this version
"""

from collections.abc import Sequence

from search_api.answers.problems import FieldError, Problem
from segments.errors import RetraceError


class ApiError(RetraceError):
    """A problem that the service answered with; its text is the detail, for people."""

    def __init__(self, problem: Problem, *, retry_after_s: float | None = None) -> None:
        """Args:
        retry_after_s: how long the service asks to wait, where it says so.
        """
        super().__init__(problem.detail)
        self.problem, self.retry_after_s = problem, retry_after_s

    @property
    def code(self) -> str:
        """Stable, from the service's table of problems: "not-found"."""
        return self.problem.code

    @property
    def status(self) -> int:
        return self.problem.status

    @property
    def detail(self) -> str:
        return self.problem.detail

    @property
    def errors(self) -> Sequence[FieldError]:
        """What is wrong with each field, where that was the problem."""
        return self.problem.errors or ()


class KeyRefused(ApiError):
    """401 or 403."""


class NotThere(ApiError):
    """404 or 410."""


class TryLater(ApiError):
    """429, 503 or 504."""


class ServiceAway(RetraceError):
    """No answer came, or not all of it."""


class StrangeAnswer(RetraceError):
    """An answer that this client does not understand."""


_KINDS: dict[int, type[ApiError]] = {
    401: KeyRefused,
    403: KeyRefused,
    404: NotThere,
    410: NotThere,
    429: TryLater,
    503: TryLater,
    504: TryLater,
}


def api_error(problem: Problem, retry_after_s: float | None) -> ApiError:
    """The error of the kind that the problem's status says."""
    return _KINDS.get(problem.status, ApiError)(problem, retry_after_s=retry_after_s)
