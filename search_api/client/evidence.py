"""Evidence: bundles that are made, fetched and checked."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO

from search_api.answers.evidence import BundleVerdict, EvidenceOrder, ExportState, SigningKey
from search_api.client.download import Download
from search_api.client.wire import Wire


class Evidence:
    """`client.evidence`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def key(self) -> SigningKey:
        """The key that signs bundles."""
        return self._wire.ask("GET", "/v1/evidence/key", SigningKey)

    def order(self, order: EvidenceOrder) -> ExportState:
        """Has a bundle made, in the background."""
        return self._wire.ask("POST", "/v1/evidence/exports", ExportState, body=order)

    def state(self, export_id: str) -> ExportState:
        """How far it is."""
        return self._wire.ask("GET", _path(export_id), ExportState)

    def wait(
        self,
        export_id: str,
        *,
        every_s: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> ExportState:
        """The bundle's state, once it is done or has failed."""
        while (found := self.state(export_id)).state in ("waiting", "running"):
            sleep(every_s)
        return found

    def fetch(self, export_id: str) -> AbstractContextManager[Download]:
        """The bundle, a ZIP file; once all of it was read it is gone from the service."""
        return self._wire.download(f"{_path(export_id)}/bundle")

    def delete(self, export_id: str) -> None:
        """Ends the making of a bundle, or throws it away."""
        self._wire.tell("DELETE", _path(export_id))

    def verify(self, bundle: bytes | BinaryIO, *, fingerprint: str | None = None) -> BundleVerdict:
        """Has a bundle checked; `retrace verify` does so without trusting a service.

        Args:
            fingerprint: of the key that is trusted; without one nothing is proven.
        """
        path, query = "/v1/evidence/verification", {"fingerprint": fingerprint}
        return self._wire.ask("POST", path, BundleVerdict, query=query, body=bundle)


def _path(export_id: str) -> str:
    return f"/v1/evidence/exports/{export_id}"
