"""`retrace serve`: what it refuses, its specification, and a real process from start to stop."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app
from segments.library import Library
from segments.store.opening import open_store
from tests.support.service import make_service_library
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "openapi.json"


def run(*words: str, **environment: str):
    return CliRunner().invoke(app, ["serve", *words], env=environment)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_it_does_not_listen_beyond_this_machine_without_a_key(tmp_path: Path, host: str) -> None:
    refused = run(str(tmp_path / "library"), "--host", host)
    assert refused.exit_code == 1
    assert f"--host {host} lets others reach this library" in refused.stderr
    assert "retrace keys create" in refused.stderr


def test_two_libraries_are_one_too_many(tmp_path: Path) -> None:
    refused = run(str(tmp_path / "a"), "--library", str(tmp_path / "b"))
    assert refused.exit_code == 1
    assert "a service serves one" in refused.stderr


def test_settings_that_make_no_sense_are_named(tmp_path: Path) -> None:
    refused = run(str(tmp_path), "--port", "70000", RETRACE_MAX_WAITING="0")
    assert refused.exit_code == 1
    assert "port = 70000" in refused.stderr
    assert "max_waiting = '0'" in refused.stderr


def test_the_committed_specification_is_the_services() -> None:
    printed = run("--openapi")
    assert printed.exit_code == 0
    assert printed.stdout == COMMITTED.read_text(encoding="utf-8"), "run `make docs`"


def test_every_operation_declares_its_problems_in_one_shape() -> None:
    found = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert found["openapi"].startswith("3.1")
    names = []
    for path, operations in found["paths"].items():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation.get("description"), path
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
            assert {"400", "413", "422", "500"} <= set(operation["responses"]), path
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_service_library(tmp_path_factory.mktemp("serve"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_and_gives_the_library_back(
    library: Path, tmp_path: Path, number: signal.Signals
) -> None:
    root = Path(shutil.copytree(library, tmp_path / "library"))
    log = tmp_path / "log"
    command = [sys.executable, "-m", "cli", "serve", str(root), "--port", "0"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    with (
        log.open("w") as err,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=err) as process,
    ):
        wait_until(lambda: "listening at" in log.read_text() or process.poll() is not None)
        said = re.search(r"listening at (http://127\.0\.0\.1:\d+)", log.read_text())
        assert said, log.read_text()
        with httpx.Client(base_url=said[1]) as client:
            assert client.get("/readyz").json()["status"] == "ready"
            assert client.post("/v1/search", json={"text": "a dog"}).json()["hits"]
            assert "POST /v1/search" in client.get("/docs").text
        process.send_signal(number)
        process.wait(60)
    open_store(Library.open(root)).close()
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert {"library.open", "request", "library.closed"} <= {line["event"] for line in lines}
    assert all("timestamp" in line for line in lines)
    (searched,) = (line for line in lines if line.get("route") == "/v1/search")
    assert searched["request_id"]
    assert searched["hits"] >= 1
    assert searched["encode_ms"] + searched["store_ms"] + searched["assemble_ms"] <= searched["ms"]
