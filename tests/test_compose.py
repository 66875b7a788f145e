"""docker-compose.yml and the Dockerfile: what they promise, read from what they say.

Docker itself is not needed: the file is checked against the Compose specification's own schema, and
what it hands to containers against what is in them.
"""

import importlib.util
import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from jsonschema.validators import validator_for

from cli.main import app
from search_api.service.settings import ServiceSettings

ROOT = Path(__file__).parents[1]
GIVEN = {"RETRACE_FOOTAGE": "/media/export", "RETRACE_STORE_API_KEY": "5f2c"}
"""What nobody can leave out."""
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>[^}]*))?\}")
SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD")
PINNED = re.compile(r"[a-z/]+:v?\d+\.\d+\.\d+[a-z0-9.-]*")
OURS = "retrace:"


class Missing(Exception):
    """Compose would start nothing, and say this."""


def filled(text: str, given: dict[str, str]) -> str:
    """The text as Compose reads it, with the variables that it knows."""

    def value(match: re.Match[str]) -> str:
        name, how, rest = match["name"], match["how"], match["rest"] or ""
        if given.get(name):
            return given[name]
        if how == "?":
            raise Missing(f"{name}: {rest}")
        return rest

    return VARIABLE.sub(value, text)


def compose(given: dict[str, str]) -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return yaml.safe_load(filled(text, given))


SERVICES: dict[str, dict[str, Any]] = compose(GIVEN)["services"]
MADE_HERE = [name for name, one in SERVICES.items() if one["image"].startswith(OURS)]


def dockerfile() -> list[list[str]]:
    """Its instructions, a list of words each."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def stages() -> dict[str, list[list[str]]]:
    """Each stage's own instructions, FROM first."""
    found: dict[str, list[list[str]]] = {}
    for words in dockerfile():
        if words[0] == "FROM":
            found[words[-1]] = []
        found[list(found)[-1]].append(words)
    return found


def test_it_is_a_compose_file():
    """Against the schema that check-jsonschema carries (compose-spec/compose-spec, Apache-2.0)."""
    found = importlib.util.find_spec("check_jsonschema")
    if found is None or found.origin is None:
        pytest.skip("check-jsonschema is not installed, which carries the schema")
    path = Path(found.origin).parent / "builtin_schemas/vendor/compose-spec.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    checker = validator_for(schema)(schema)
    assert [error.message for error in checker.iter_errors(compose(GIVEN))] == []
    wrong = compose(GIVEN)
    wrong["services"]["api"]["read-only"] = True
    assert not checker.is_valid(wrong)


@pytest.mark.parametrize("name", GIVEN)
def test_nothing_starts_without_what_is_needed(name: str):
    with pytest.raises(Missing, match=rf"^{name}: .{{20,}}"):
        compose({**GIVEN, name: ""})


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = {m["name"]: m["how"] for m in VARIABLE.finditer(text) if SECRET.search(m["name"])}
    assert secrets == {"RETRACE_STORE_API_KEY": "?"}
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) and not variable.endswith(("_FILE", "EVIDENCE_KEY")):
                assert value == GIVEN["RETRACE_STORE_API_KEY"], variable


def test_it_is_what_the_documents_say():
    profiles = {name: one.get("profiles", []) for name, one in SERVICES.items()}
    assert profiles == {
        "api": [],
        "ui": [],
        "qdrant": ["qdrant"],
        "indexer": ["indexer"],
        "indexer-gpu": ["gpu"],
    }


@pytest.mark.parametrize("name", SERVICES)
def test_containers_may_do_little(name: str):
    service = SERVICES[name]
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & set(service)
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
    mounts = [m for m in service.get("volumes", []) if isinstance(m, dict)]
    assert all(mount["read_only"] for mount in mounts)  # nothing of the host is written


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_to_this_machine_only(name: str):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))
    assert SERVICES[name].get("network_mode") in (None, "none")


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str):
    service = SERVICES[name]
    assert PINNED.fullmatch(service["image"])
    if name in MADE_HERE:
        assert service["image"].endswith(f"-{service['build']['target']}")


def test_images_are_of_this_version_and_of_its_client():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name in MADE_HERE:
        assert SERVICES[name]["image"].startswith(f"{OURS}{project['version']}-")
    minor = ".".join(version("qdrant-client").split(".")[:2])
    assert SERVICES["qdrant"]["image"].startswith(f"qdrant/qdrant:v{minor}.")


def test_only_the_service_reaches_the_store():
    networks = compose(GIVEN)["networks"]
    assert networks["store"]["internal"] is True
    inside = {name for name, one in SERVICES.items() if "store" in one.get("networks", [])}
    assert inside == {"api", "qdrant"}


def test_volumes_are_all_declared():
    used = {
        mount.partition(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if isinstance(mount, str)
    }
    assert used == set(compose(GIVEN)["volumes"])


def test_what_runs_on_is_watched():
    """By a check of its own, or by its image's."""
    (own,) = [words for words in stages()["runtime"] if words[0] == "HEALTHCHECK"]
    assert " ".join(own).endswith('CMD ["python", "-m", "search_api.service.probe"]')
    watched = {name for name in SERVICES if "test" in SERVICES[name].get("healthcheck", {})}
    assert watched == {"ui", "qdrant"}  # and the service by its image's check
    for service in SERVICES.values():
        ends = service["restart"] == "no"
        assert service.get("healthcheck", {}).get("disable", False) is ends


@pytest.mark.parametrize("name", MADE_HERE)
def test_commands_are_ones_that_there_are(name: str):
    first, *options = SERVICES[name]["command"]
    group = typer.main.get_command(app)
    command = group.get_command(None, first)  # type: ignore[attr-defined,arg-type]
    command.make_context(first, list(options), resilient_parsing=False).close()


def test_the_service_understands_its_settings(monkeypatch: pytest.MonkeyPatch):
    image = dict(
        word.split("=", 1)
        for words in stages()["runtime"]
        if words[0] == "ENV"
        for word in words[1:]
    )
    given = {**GIVEN, "RETRACE_HOSTS": "cctv.example"}
    own = compose(given)["services"]["api"]["environment"]
    for variable, value in {**image, **own}.items():
        if variable.startswith("RETRACE_") and value is not None:
            monkeypatch.setenv(variable, value)
    settings = ServiceSettings()
    assert (settings.library, settings.roots) == (Path("/library"), (Path("/footage"),))
    assert settings.hosts == ("api", "cctv.example")
    assert settings.evidence_key == Path("/keys/evidence-key.pem")
    assert settings.store_url is None
    known = {f"RETRACE_{field.upper()}" for field in ServiceSettings.model_fields}
    assert set(own) <= known
    assert {v for v in image if v.startswith("RETRACE_")} <= known | {"RETRACE_MODELS"}


def test_bases_are_pinned_and_one():
    bases = {words[1] for words in dockerfile() if words[0] == "FROM"} - set(stages())
    assert bases == {"python:3.11.13-slim-bookworm"}
    assert all(PINNED.fullmatch(base) for base in bases)
    assert not [words for words in dockerfile() if words[0] == "ADD"]


@pytest.mark.parametrize("target", ["cpu", "gpu"])
def test_images_do_not_run_as_root(target: str):
    own = stages()[target]
    assert own[0] == ["FROM", "runtime", "AS", target]
    assert [words[0] for words in own] == ["FROM", "COPY"]  # nothing changes the user again
    users = [words[1] for words in stages()["runtime"] if words[0] == "USER"]
    assert users == ["10001:10001"]
    assert all(SERVICES[name]["user"] == users[-1] for name in MADE_HERE)


def test_a_build_without_a_target_is_the_cpu_one():
    assert list(stages())[-1] == "cpu"
    torch = [words for words in stages()["build-cpu"] if words[0] == "ARG"]
    assert torch == [["ARG", "TORCH_INDEX=https://download.pytorch.org/whl/cpu"]]


def test_the_image_has_every_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = {word for w in stages()["build"] if w[0] == "COPY" for word in w[1:-1]}
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert copied == let_in == {*packages, "pyproject.toml", "README.md", "LICENSE"}
    assert all((ROOT / name).exists() for name in copied)
