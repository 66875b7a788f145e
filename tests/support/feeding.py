"""Real ids for generated requests, so that more than their refusals is tested.

A generated id names nothing. `Feeder.feed` puts one in its place that is there: things that a
request uses up (an upload, a case, a key, an export, a video) are made for it.
"""

import io
import itertools
import secrets
import wave
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from starlette.testclient import TestClient

from segments.catalog import Catalog, SourceRecord
from segments.library import Library
from tests.support.small_service import Headers
from tests.support.waiting import wait_until

BYTES = {"content-type": "application/octet-stream"}
SPAN = {"start_s": 1.0, "end_s": 2.0}
LEFT_ALONE = 4
"""One request in so many keeps the ids that were generated."""
DETECTOR, CAMERA = "alan", "gate"


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(content, "PNG")
    return content.getvalue()


def sound() -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        noise = np.random.default_rng(7).integers(-9000, 9000, 16_000, np.int16)
        file.writeframes(noise.tobytes())
    return content.getvalue()


@dataclass
class Feeder:
    """Makes what requests name, as the admin of a service."""

    client: TestClient
    library: Library
    headers: Headers

    def __post_init__(self) -> None:
        self._files = itertools.cycle([picture(), sound()])
        self._names = (secrets.token_hex(8) for _ in itertools.count())
        with Catalog(self.library) as catalog:
            self._record = catalog.find("20261101_110000.mp4")
            (self._place,) = catalog.sources(self._record.video_id)
        self.video_id = self._record.video_id
        self._recording = Path(self._place.path).read_bytes()
        self._last_export = "0" * 32
        self._bundle = self._fetch_bundle()

    def feed(self, case: Case) -> None:
        """Changes a request; what was generated to be wrong stays as it is.

        One with a null in its query is left alone: changed, it would be taken for a wrong one.
        """
        if None in (case.query or {}).values():
            return
        asked = repr((case.path_parameters, case.query, case.body))
        if zlib.crc32(asked.encode("utf-8", "replace")) % LEFT_ALONE == 0 or case.meta is None:
            return
        ids = dict(case.path_parameters or {})
        if ids and not case.meta.is_negative_at(ParameterLocation.PATH):
            case.path_parameters = ids | self._ids_for(case.operation.label, ids)
        if case.query and not case.meta.is_negative_at(ParameterLocation.QUERY):
            if (fed := _sensible_query(dict(case.query))) != case.query:
                case.query = fed
        if not case.meta.is_negative_at(ParameterLocation.BODY):
            self._feed_body(case)

    def clean_up(self, response: Any, label: str) -> None:
        """Takes away what a request made and only so many of are kept."""
        if label == "POST /v1/evidence/exports" and response.status_code == 202:
            self._delete_export(response.json()["export_id"])

    def _ids_for(self, label: str, names: dict[str, Any]) -> dict[str, Any]:
        if "case_id" in names:
            made = self._case()
            return {name: made[name] for name in names}
        if label == "DELETE /v1/videos/{video_id}":
            return {"video_id": self._video()}
        makers: dict[str, Callable[[], str]] = {
            "video_id": lambda: self.video_id,
            "detector": lambda: DETECTOR,
            "upload_id": lambda: self._upload(picture()),
            "key_id": self._key,
            "export_id": self._export,
            "footage_id": self._footage,
            "job_id": lambda: self._job(is_over=not label.endswith("/cancel")),
        }
        return {name: makers[name]() for name in names if name in makers}

    def _feed_body(self, case: Case) -> None:
        match case.operation.label, case.body:
            case "POST /v1/uploads", _:
                case.body = next(self._files)
            case "POST /v1/footage", _:
                case.body = self._recording
            case "POST /v1/jobs", dict() as body:
                case.body = self._job_of(body)
            case "POST /v1/evidence/verification", _:
                case.body = self._bundle
            case "POST /v1/search", dict() as body:
                case.body = body | self._searched(body)
            case "POST /v1/cases" | "POST /v1/keys", dict() as body:
                case.body = body | {"name": next(self._names)}
            case "PUT /v1/cases/{case_id}/hits/{hit_id}", dict() as body:
                case.body = body | {"place": 1}
            case "POST /v1/cases/{case_id}/hits", dict() as body:
                case.body = {"findings": [self._finding(f) for f in body["findings"]]}
            case "POST /v1/evidence/exports", dict() as body:
                case.body = self._ordered(body)
            case _:
                pass

    def _searched(self, body: dict[str, Any]) -> dict[str, Any]:
        known = {
            "audio": lambda: self._upload(sound()),
            "image": lambda: self._upload(picture()),
            "cameras": lambda: [CAMERA],
            "min_anomaly": lambda: {DETECTOR: -1.0},
        }
        fed = {name: make() for name, make in known.items() if body.get(name)}
        return {"text": "a person", "before": None, "crop": None} | fed

    def _finding(self, finding: dict[str, Any]) -> dict[str, Any]:
        return finding | {"video_id": self.video_id} | SPAN

    def _ordered(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("span"):
            return body | {"span": body["span"] | {"video_id": self.video_id} | SPAN}
        ids = self._case()
        wanted = {"hit_ids": [ids["hit_id"]]} if body.get("hit_ids") else {}
        return body | {"case_id": ids["case_id"]} | wanted

    def _case(self) -> dict[str, int]:
        made = self._post("/v1/cases", json={"name": next(self._names)})["case_id"]
        hits = {"findings": [{"video_id": self.video_id, **SPAN}]}
        hit_ids = self._post(f"/v1/cases/{made}/hits", json=hits)["hit_ids"]
        return {"case_id": made, "hit_id": hit_ids[0]}

    def _job_of(self, body: dict[str, Any]) -> dict[str, Any]:
        known = {
            "paths": lambda: [self._place.path],
            "footage": lambda: [self._footage()],
            "detectors": lambda: [DETECTOR],
            "timezone": lambda: "UTC",
        }
        return body | {name: make() for name, make in known.items() if body.get(name)}

    def _job(self, *, is_over: bool) -> str:
        job_id = self._post("/v1/jobs", json={"paths": [self._place.path]})["job_id"]
        if is_over:
            self._post(f"/v1/jobs/{job_id}/cancel")
        return job_id

    def _footage(self) -> str:
        sent = self._post("/v1/footage?name=a.mp4", content=self._recording, headers=BYTES)
        return sent["footage_id"]

    def _key(self) -> str:
        return self._post("/v1/keys", json={"name": next(self._names)})["key"]["key_id"]

    def _upload(self, content: bytes) -> str:
        return self._post("/v1/uploads", content=content, headers=BYTES)["upload_id"]

    def _export(self) -> str:
        """Takes the place of the one before: few may wait to be fetched."""
        self._delete_export(self._last_export)
        order = {"span": {"video_id": self.video_id, **SPAN}}
        made = self._last_export = self._post("/v1/evidence/exports", json=order)["export_id"]
        path = f"/v1/evidence/exports/{made}"
        wait_until(lambda: self._get(path).json()["state"] == "done")
        return made

    def _delete_export(self, export_id: str) -> None:
        self.client.delete(f"/v1/evidence/exports/{export_id}", headers=self.headers)

    def _fetch_bundle(self) -> bytes:
        return self._get(f"/v1/evidence/exports/{self._export()}/bundle").content

    def _video(self) -> str:
        """One that the catalog knows, and of which there is nothing else."""
        video_id = secrets.token_hex(32)
        with Catalog(self.library) as catalog:
            catalog.add_video(self._record.model_copy(update={"video_id": video_id}))
            changes = {"video_id": video_id, "path": f"/footage/{video_id}.mp4"}
            catalog.add_source(SourceRecord(**self._place.model_dump() | changes))
        return video_id

    def _get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def _post(self, path: str, *, headers: Headers | None = None, **sent: Any) -> Any:
        answer = self.client.post(path, headers=self.headers | (headers or {}), **sent)
        assert answer.is_success, answer.text
        return answer.json()


def _sensible_query(query: dict[str, Any]) -> dict[str, Any]:
    """Times that lie within a video."""
    times = {"start_s": 1.0, "end_s": 2.0, "at_s": 1.5}
    fed = query | {name: time_s for name, time_s in times.items() if name in query}
    if {"pts", "at_s"} & fed.keys():
        fed = {name: value for name, value in fed.items() if name != "pts"} | {"at_s": 1.5}
    return fed
