"""Bytes on the wire that are no honest HTTP: slow ones, ambiguous ones, and ones that never end."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.served import served
from tests.support.waiting import wait_until

HOST = b"Host: 127.0.0.1\r\n"
SEARCH = b"POST /v1/search HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
BODY = json.dumps({"text": "a person"}).encode()
QUIET_S = 2.0
UPLOAD = b"POST /v1/uploads HTTP/1.1\r\n" + HOST + b"Content-Type: application/octet-stream\r\n"
SETTINGS = {
    "request_timeout_s": 5,
    "body_timeout_s": 1.5,
    "upload_timeout_s": 1.5,
    "max_waiting": 4,
    "max_uploading": 2,
    "retry_after_s": 1,
}


@pytest.fixture(scope="module")
def url(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = shutil.copytree(indexed_library, tmp_path_factory.mktemp("http") / "library")
    with served(Path(root), **SETTINGS) as address:
        yield address


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def exchange(url: str, sent: bytes) -> bytes:
    """What comes back until the service ends the connection, or says nothing for a while."""
    received = b""
    with connect(url) as line, suppress(OSError):
        line.settimeout(QUIET_S)
        line.sendall(sent)
        while piece := line.recv(1 << 16):
            received += piece
    return received


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"bad header\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b" folded: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n",
        SEARCH + b"Content-Length: -1\r\n\r\n",
        SEARCH + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nhello",
        SEARCH + b"Content-Length: 1e3\r\n\r\n",
        SEARCH + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        SEARCH + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        SEARCH + b"Transfer-Encoding: chunked\r\n\r\nnothex\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(url: str, request_bytes: bytes) -> None:
    received = exchange(url, request_bytes)
    assert all(400 <= status < 600 for status in statuses(received)), received
    assert b"Traceback" not in received
    assert httpx.get(f"{url}/healthz").status_code == 200


def test_a_body_is_no_second_request(url: str) -> None:
    """Two lengths that disagree are the start of smuggling: one of them, or none, is believed."""
    inner = b"DELETE /v1/cases/1 HTTP/1.1\r\n" + HOST + b"\r\n"
    both = SEARCH + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner
    found = statuses(exchange(url, both))
    assert found == [400]
    length = f"Connection: close\r\nContent-Length: {len(inner)}\r\n\r\n".encode()
    assert statuses(exchange(url, SEARCH + length + inner)) == [422]


def test_requests_on_one_connection_are_answered_in_order(url: str) -> None:
    one = SEARCH + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    other = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    assert statuses(exchange(url, one + other + one + last)) == [200] * 4


@contextmanager
def dripping(url: str, head: bytes, times: int) -> Iterator[list[bytes]]:
    """Requests whose bodies have begun and do not go on; at the end, what each was answered."""
    answers: list[bytes] = []
    with ExitStack() as lines:
        opened = [lines.enter_context(connect(url)) for _ in range(times)]
        for line in opened:
            line.sendall(head + b"Content-Length: 1000\r\n\r\n{")
        yield answers
        for line in opened:
            received = b""
            while piece := line.recv(1 << 16):
                received += piece
            answers.append(received)


def test_a_body_that_comes_too_slowly_takes_nobodys_place(url: str) -> None:
    search = {"text": "a person"}
    with dripping(url, SEARCH, 8) as answers:  # twice as many as may be at work
        assert httpx.post(f"{url}/v1/search", json=search).status_code == 200
        assert "retrace_waiting_requests 0.0" in httpx.get(f"{url}/metrics").text
    assert [statuses(answer) for answer in answers] == [[408]] * 8
    assert all(b"urn:retrace:problem:too-slow" in answer for answer in answers)
    assert b"after 1.5 s" in answers[0]


def test_uploads_that_come_too_slowly_are_few_and_end(url: str) -> None:
    with dripping(url, UPLOAD, 2) as answers:
        wait_until(lambda: "retrace_waiting_requests 2.0" in httpx.get(f"{url}/metrics").text)
        octets = {"Content-Type": "application/octet-stream"}
        third = httpx.post(f"{url}/v1/uploads", content=b"x", headers=octets)
        assert (third.status_code, third.json()["code"]) == (503, "overloaded")
        assert httpx.post(f"{url}/v1/search", json={"text": "a dog"}).status_code == 200
    assert [statuses(answer) for answer in answers] == [[408]] * 2
    wait_until(lambda: "retrace_waiting_requests 0.0" in httpx.get(f"{url}/metrics").text)


def test_a_client_that_leaves_frees_its_place(url: str) -> None:
    for _ in range(12):
        with connect(url) as line:
            line.sendall(SEARCH + b"Content-Length: 1000\r\n\r\n{")
    search = {"text": "a person"}
    wait_until(lambda: httpx.post(f"{url}/v1/search", json=search).status_code == 200)
