"""The one shape of every error (RFC 9457)."""

from search_api.answers.base import Answer


class FieldError(Answer):
    """What is wrong with one field."""

    field: str
    """Where: "body.limit", "query.start_s"."""
    detail: str


class Problem(Answer):
    """One error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    """Names this occurrence by the request's id, as the log does."""
    errors: list[FieldError] | None = None
