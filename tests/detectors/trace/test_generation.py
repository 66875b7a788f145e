"""Sentences from a model: a server of our own plays it, well and badly."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from detectors.trace.chat import Endpoint
from detectors.trace.generation import accept, propose, write_review
from detectors.trace.sentences import Context, Trace
from detectors.trace.traces import add_trace, load_bank
from segments.errors import UserError

BANK = {"gate": Context("gate", ("a gate",), (Trace("a dog sleeps", "gate", is_anomalous=False),))}
GOOD = {
    "normal": ["a woman opens the gate", "A dog sleeps.", "two lines\nof text", 7],
    "anomalous": [
        {"text": "a man climbs over the gate", "kind": "intrusion"},
        {"text": "a woman opens the gate!", "kind": "hazard"},
        {"text": "a man sings", "kind": "singing"},
        {"text": "a car burns", "kind": "arson", "why": "because"},
        "a bare sentence",
    ],
}


class Model:
    """What the server was asked, and how it answers."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = says(json.dumps(GOOD))
        self.url = ""

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.url, "tiny-llm", api_key="secret", timeout_s=1.0)


def sends(content: bytes, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def says(text: object) -> Callable[[BaseHTTPRequestHandler], None]:
    """A chat completion."""
    return sends(json.dumps({"choices": [{"message": {"content": text}}]}).encode())


def trickles(handler: BaseHTTPRequestHandler) -> None:
    """A byte each 0.2 s: never silent for a second."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(15):
        try:
            handler.wfile.write(b" ")
        except OSError:  # the other side has hung up, as it should
            return
        time.sleep(0.2)


@pytest.fixture
def model() -> Iterator[Model]:
    played = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            played.requests.append({"path": self.path, **json.loads(self.rfile.read(length))})
            played.keys.append(self.headers["Authorization"])
            played.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        played.url = f"http://127.0.0.1:{http.server_port}/v1/"
        yield played
        http.shutdown()


def ask(model: Model, count: int = 3):
    return propose(model.endpoint, "a garden gate", context="gate", count=count, bank=BANK)


def test_what_the_bank_may_hold_is_kept_and_the_rest_named(model: Model) -> None:
    found = ask(model)
    assert found.traces == (
        Trace("a woman opens the gate", "gate", is_anomalous=False),
        Trace("a man climbs over the gate", "gate", is_anomalous=True, kind="intrusion"),
    )
    reasons = [reason.partition(": ")[2] for reason in found.dropped]
    assert [reason.split(" (came")[0] for reason in reasons[:3]] == [
        "the bank has it already",
        "must be one line of words without blanks around it",
        "Input should be a valid string",
    ]
    assert reasons[3] == "it came twice"
    assert reasons[4].rpartition("kind: ")[2].startswith("Input should be 'abuse'")
    assert "why: Extra inputs are not permitted" in reasons[5]
    assert len(reasons) == 7


def test_the_question_has_the_place_the_number_and_the_key(model: Model) -> None:
    ask(model, count=12)
    (request,) = model.requests
    assert (request["path"], request["model"]) == ("/v1/chat/completions", "tiny-llm")
    (message,) = request["messages"]
    assert "The place: a garden gate\nWrite 12 sentences" in message["content"]
    assert "road-accident" in message["content"]
    assert model.keys == ["Bearer secret"]
    assert "secret" not in repr(model.endpoint)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (says("Sure! " + json.dumps(GOOD)), "did not answer with the JSON object .*Sure!"),
        (says("```json\n{}\n```"), "did not answer with the JSON object"),
        (says('{"normal": []}'), "anomalous: Field required"),
        (says('{"normal": [], "anomalous": [], "notes": 1}'), "notes: Extra inputs"),
        (says('{"normal": "a dog", "anomalous": []}'), "normal: Input should be a valid array"),
        (says(None), "answers with no text: None"),
        (sends(b"<html>hello"), "answers with no chat completion: <html>hello"),
        (sends(b'{"choices": []}'), "answers with no chat completion"),
        (sends(b"no such model", status=404), "answers with status 404: no such model"),
        (sends(b"", status=302), "answers with status 302"),
        (sends(b" " * 1_000_001), "answers more than 1000000 bytes"),
        (trickles, "did not answer within 1 s"),
        (lambda handler: time.sleep(1.5), "did not answer within 1 s"),
    ],
)
def test_bad_answers_are_told_in_a_sentence(
    model: Model, answer: Callable[[BaseHTTPRequestHandler], None], message: str
) -> None:
    model.answer = answer
    with pytest.raises(UserError, match=message):
        ask(model)


def test_nobody_is_there() -> None:
    for url in ("http://127.0.0.1:9/v1", "not a url", "ftp://host/v1"):
        with pytest.raises(UserError, match="cannot be asked"):
            propose(Endpoint(url, "m"), "a gate", context="gate", count=1, bank=BANK)


@pytest.mark.parametrize("count", [0, 101])
def test_how_much_may_be_asked_for(model: Model, count: int) -> None:
    with pytest.raises(UserError, match="1 to 100 can be asked for"):
        ask(model, count=count)
    assert model.requests == []


def test_a_review_changes_nothing_until_it_is_accepted(model: Model, tmp_path: Path) -> None:
    review, own = tmp_path / "review.yaml", tmp_path / "own"
    write_review(review, ask(model), context="garden gate")
    assert review.read_text() == (
        "context: garden gate\nscene: []\nnormal:\n- a woman opens the gate\nanomalous:\n"
        "- text: a man climbs over the gate\n  kind: intrusion\n"
    )
    assert not own.exists()
    review.write_text(review.read_text().replace("opens", "closes"))
    added = accept(review, own)
    assert [trace.text for trace in added] == [
        "a woman closes the gate",
        "a man climbs over the gate",
    ]
    assert load_bank(own=own)["garden gate"].traces == added
    with pytest.raises(UserError, match="is in the bank already"):
        accept(review, own)


def test_a_review_with_a_known_or_repeated_sentence_adds_nothing(tmp_path: Path) -> None:
    review, own = tmp_path / "review.yaml", tmp_path / "own"
    review.write_text("context: gate\nnormal:\n- a new one\n- a dog sleeps soundly\n- A new one!\n")
    with pytest.raises(UserError, match="'A new one!' is in the bank already"):
        accept(review, own)
    assert not own.exists()
    add_trace(own, Trace("a dog sleeps soundly", "yard", is_anomalous=False))
    review.write_text("context: gate\nnormal:\n- a new one\n- a dog sleeps soundly\n")
    with pytest.raises(UserError, match="as normal in 'yard'"):
        accept(review, own)
    assert "gate" not in load_bank(own=own)


def test_a_review_is_not_written_over_a_file_or_for_nothing(model: Model, tmp_path: Path) -> None:
    review = tmp_path / "review.yaml"
    with pytest.raises(UserError, match="context: must be words of a-z"):
        write_review(review, ask(model), context="The Gate")
    review.write_text("mine")
    with pytest.raises(UserError, match="exists: name another"):
        write_review(review, ask(model), context="gate")
    model.answer = says('{"normal": ["a dog sleeps"], "anomalous": []}')
    with pytest.raises(UserError, match="no sentence can be kept: 'a dog sleeps': the bank has"):
        write_review(tmp_path / "other.yaml", ask(model), context="gate")
