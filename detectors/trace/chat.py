"""Asking a language model: any server that speaks OpenAI's chat completions."""

import json
import time
from dataclasses import dataclass, field

import httpx

from segments.errors import UserError

MAX_ANSWER_BYTES = 1_000_000
TIMEOUT_S = 120.0
SHOWN = 200
"""Characters of a bad answer that a message quotes."""


@dataclass(frozen=True)
class Endpoint:
    """A server of chat completions."""

    url: str
    """Its base, as in https://host/v1."""
    model: str
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = TIMEOUT_S
    """For the whole answer."""


def ask(endpoint: Endpoint, prompt: str) -> str:
    """The text of the model's answer.

    Raises:
        UserError: the server does not answer, refuses, takes too long, or answers too much or
            something else than a chat completion.
    """
    content = _post(endpoint, prompt)
    try:
        text = json.loads(content)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        raise _bad(endpoint, "no chat completion", content.decode(errors="replace")) from None
    if not isinstance(text, str):
        raise _bad(endpoint, "no text", repr(text))
    return text


def _post(endpoint: Endpoint, prompt: str) -> bytes:
    request = {
        "model": endpoint.model,
        "messages": [{"role": "user", "content": prompt}],
        "response_format": {"type": "json_object"},
    }
    key = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    url = f"{endpoint.url.rstrip('/')}/chat/completions"
    try:
        with httpx.stream(
            "POST", url, json=request, headers=key, timeout=endpoint.timeout_s
        ) as response:
            content = _read(response, endpoint)
            if response.status_code != httpx.codes.OK:
                said = content.decode(errors="replace")
                raise _bad(endpoint, f"status {response.status_code}", said)
            return content
    except httpx.TimeoutException:
        raise _too_slow(endpoint) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UserError(f"the model at {endpoint.url} cannot be asked: {error}") from error


def _read(response: httpx.Response, endpoint: Endpoint) -> bytes:
    """The whole answer; a server that trickles must not hold us longer than one that is silent."""
    content, deadline = bytearray(), time.monotonic() + endpoint.timeout_s
    for piece in response.iter_bytes():
        content += piece
        if len(content) > MAX_ANSWER_BYTES:
            raise UserError(
                f"the model at {endpoint.url} answers more than {MAX_ANSWER_BYTES} bytes: "
                "ask for fewer sentences"
            )
        if time.monotonic() > deadline:
            raise _too_slow(endpoint)
    return bytes(content)


def _bad(endpoint: Endpoint, what: str, said: str) -> UserError:
    return UserError(f"the model at {endpoint.url} answers with {what}: {said[:SHOWN]}")


def _too_slow(endpoint: Endpoint) -> UserError:
    return UserError(
        f"the model at {endpoint.url} did not answer within {endpoint.timeout_s:g} s: ask for "
        "fewer sentences, or give it more time with --timeout"
    )
