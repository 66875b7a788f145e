"""What an operator chooses: `RETRACE_NAME` in the environment, or options of `retrace serve`."""

import os
from dataclasses import fields
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from search_api.media.limits import MediaLimits

Bytes = Annotated[int, Field(ge=1, le=2**40)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


def _split(value: object) -> object:
    """In the environment a list is one text."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


LISTED = (NoDecode, BeforeValidator(_split))
"""In the environment: separated by commas."""


class ServiceSettings(BaseSettings):
    """One service. Every limit is named by the problem that a request beyond it gets."""

    model_config = SettingsConfigDict(env_prefix="RETRACE_", extra="forbid", frozen=True)

    library: Path = Path("retrace-library")
    """The library's folder; it need not be there yet."""
    makes_library: bool = True
    """Whether an empty library is made at the start where that folder is missing or empty."""
    profile: str | None = None
    """The vector space that answers; None for the library's own."""
    store_url: str | None = None
    """A Qdrant server that holds the points; None: the library's own folder."""
    store_api_key: SecretStr | None = None
    host: str = "127.0.0.1"
    """Where to listen. Beyond loopback at least one API key must have been made."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8321
    roots: Annotated[tuple[Path, ...], *LISTED] = ()
    """Folders that requests may have indexed; none: nothing can be indexed by request."""
    hosts: Annotated[tuple[str, ...], *LISTED] = ()
    """Names that clients may call this service by, besides loopback's and `host`."""
    origins: Annotated[tuple[str, ...], *LISTED] = ()
    """Web origins whose pages may call (CORS); none by default."""

    max_body_bytes: Bytes = 1 << 20
    """Of any request but an upload."""
    max_upload_bytes: Bytes = 64 << 20
    """Of one upload: a sound or a picture."""
    max_sound_s: Seconds = 600
    """Of an uploaded sound; the first minute is listened to."""
    max_image_pixels: Annotated[int, Field(ge=1)] = 50_000_000
    """Of an uploaded picture."""
    upload_lifetime_s: Seconds = 3_600
    """After which an upload is deleted."""
    max_uploads: Annotated[int, Field(ge=1)] = 256
    """Kept at once, of all keys together."""

    max_waiting: Annotated[int, Field(ge=1)] = 64
    """Requests at work at once; those beyond are asked to come back."""
    num_threads: Annotated[int, Field(ge=1, le=512)] = 16
    """That do the requests' blocking work."""
    model_threads: Annotated[int, Field(ge=1, le=512)] = max(1, (os.cpu_count() or 1) // 2)
    """Of one model at work. A sentence is no faster by all cores, and slow where they are busy."""
    request_timeout_s: Seconds = 30
    """Until an answer begins, from when the request has come."""
    body_timeout_s: Seconds = 15
    """For the body of a request to come, uploads apart."""
    upload_timeout_s: Seconds = 300
    """For an upload, or a bundle to be checked, to come."""
    max_arriving: Annotated[int, Field(ge=1)] = 256
    """Bodies that may be on their way at once; requests beyond are asked to come back."""
    max_uploading: Annotated[int, Field(ge=1)] = 16
    """Uploads, bundles and files of footage that may be on their way at once."""
    retry_after_s: Annotated[int, Field(ge=1)] = 2
    """What a refused client is told to wait."""
    stop_timeout_s: Seconds = 10
    """For requests at work to end once the service is told to stop."""
    ingest_every_s: Seconds = 1
    """How often the spool is looked at."""

    requests_per_s: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] = 50
    """That one key may make, in the long run."""
    request_burst: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    """That one key may make at once, after it was quiet."""
    failures_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 30
    """Requests with a wrong or without a key from one address that are still looked at."""
    signed_url_s: Annotated[int, Field(ge=2, le=3_600)] = 900
    """The longest that a signed address opens anything."""

    evidence_key: Path | None = None
    """Private key that signs bundles (PEM, Ed25519); None: this user's own, made at first use."""
    max_bundle_bytes: Bytes = 1 << 30
    """Of a bundle that is sent to be checked."""

    max_clip_s: Seconds = 300
    """Of a clip."""
    max_encoded_pixels: Annotated[int, Field(ge=1)] = 4_000_000_000
    """Of all pictures of a clip that is encoded anew: a minute of 1080p at 25 has 3.1e9."""
    max_decoded_frames: Annotated[int, Field(ge=1, le=1_000_000)] = 3_000
    """Pictures of a recording that are read for one picture or storyboard."""
    max_loudness_s: Seconds = 7_200
    """Sound that one request for a curve may have read; what was read before is kept."""
    max_cache_bytes: Bytes = 2 << 30
    """Of clips and pictures that are kept for showing again."""
    max_hashed_bytes: Bytes = 512 << 20
    """Larger recordings are compared with what was indexed by their size alone."""
    decodes_at_once: Annotated[int, Field(ge=1, le=64)] = 2
    """Requests that read footage at once."""
    decodes_waiting: Annotated[int, Field(ge=0, le=512)] = 6
    """Requests that may wait to read footage; those beyond are asked to come back."""

    max_tried_clips: Annotated[int, Field(ge=1, le=10_000_000)] = 135_000
    """Of 0.64 s, that one request may compare a sentence with: a day."""

    max_footage_bytes: Bytes = 8 << 30
    """Of one file of footage that is sent to be indexed."""
    min_free_bytes: Annotated[int, Field(ge=0, le=2**40)] = 2 << 30
    """Left free on the library's disk: footage that would take more is refused."""
    footage_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """Files of footage that may be on their way at once."""
    footage_timeout_s: Seconds = 3_600
    """For one file of footage to come."""
    footage_lifetime_s: Seconds = 86_400
    """After which footage that nobody had indexed is deleted."""
    max_jobs_waiting: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Indexing jobs that may wait for their turn."""
    job_detectors: Annotated[tuple[str, ...], *LISTED] = ("alan",)
    """Anomaly detectors of jobs that name none."""
    job_threads: Annotated[int | None, Field(ge=1, le=512)] = None
    """That a job's models compute with; None: half as many as there are cores."""
    cancel_grace_s: Seconds = 30
    """For a job's process to end by itself once it is asked to."""
    max_event_streams: Annotated[int, Field(ge=1, le=1_000)] = 32
    """Clients that may follow jobs at once."""
    heartbeat_s: Seconds = 15
    """Between signs of life on a stream of events."""
    watch: Annotated[tuple[str, ...], *LISTED] = ()
    """Folders whose new files are indexed, as FOLDER or FOLDER=CAMERA."""
    watch_pattern: str | None = None
    """What names of watched files say, like `{camera}_{start:%Y%m%d_%H%M%S}*`."""
    watch_timezone: str | None = None
    """Zone of times in these names; None: this machine's."""
    watch_every_s: Seconds = 5
    """Between two looks at a watched folder."""
    watch_looks: Annotated[int, Field(ge=2, le=1_000)] = 3
    """That must show a file as it was before it is indexed."""

    def media_limits(self) -> MediaLimits:
        """The limits of showing footage."""
        names = (field.name for field in fields(MediaLimits))
        own = {name: getattr(self, name) for name in names if name in type(self).model_fields}
        return MediaLimits(**own, max_picture_pixels=self.max_image_pixels)
