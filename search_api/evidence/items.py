"""One finding, gathered: the unchanged recording, its clip, times, scores, reasons and stills."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from search_api.curves import context, peak_time_s
from search_api.evidence.manifest import (
    ClipFacts,
    CurveFacts,
    Item,
    Place,
    SourceFacts,
    StillFacts,
)
from search_api.evidence.times import iter_lines, map_times
from search_api.explaining import Explainer
from search_api.meanings import calibration_of, digests_of
from search_api.media import find_source
from segments.case_records import CaseFinding, CaseHit
from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.cutting import cut_clip
from segments.digests import FileDigest
from segments.errors import MediaError, UserError
from segments.library import Library
from segments.media import VideoSource
from segments.reading import picture_at
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from segments.tracks import TrackStore

LEAD_S = 10.0
"""A copy may begin this much early: the recording's own data counts more than a tidy start."""


class ItemWriter:
    """Writes what belongs to findings of one library into a folder."""

    def __init__(self, library: Library, catalog: Catalog, folder: Path, *, exact: bool) -> None:
        """Args:
        exact: encodes clips anew, to begin at the very picture.
        """
        self._library, self._catalog, self._folder = library, catalog, folder
        self._tracks, self._explainer = TrackStore(library.tracks), Explainer(library)
        self._exact = exact

    def write(self, finding: CaseFinding, into: str) -> Item:
        """Gathers one finding.

        Args:
            into: where its files go within the folder.

        Raises:
            UserError: its video or its time is not in the library.
            MediaError: the recording is gone or was changed since it was indexed.
        """
        video = self._catalog.video(finding.video_id)
        if video is None:
            raise UserError(f"video {finding.video_id[:12]} is not in the library any more")
        (self._folder / into).mkdir(parents=True)
        places = self._catalog.sources(video.video_id)
        source = find_source(self._catalog, video, prefer="")
        before = source.path.stat()
        exported = _require_unchanged(source)
        span = TimeSpan(finding.start_s, min(finding.end_s, video.duration_s))
        clip = self._write_clip(source, span, into)
        curves = tuple(self._write_curves(video, places, span, into))
        stills = tuple(self._write_stills(source, span, curves, into))
        after = source.path.stat()
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise MediaError(f"{source.path} was written to while it was read: try again")
        return Item(
            finding=CaseFinding.model_validate(finding.model_dump(include=_FINDING)),
            added_at=_added_at(finding),
            source=_source_facts(source, video, exported, places),
            clip=clip,
            curves=curves,
            stills=stills,
        )

    def _write_clip(self, source: VideoSource, span: TimeSpan, into: str) -> ClipFacts:
        file, pts_file = f"{into}/clip.mp4", f"{into}/pictures.csv"
        out = self._folder / file
        cut = cut_clip(source, span, out, exact=self._exact, lead_s=LEAD_S)
        times = map_times(source.path, out, cut.span)
        _write_csv(self._folder / pts_file, iter_lines(times))
        return ClipFacts(
            file=file,
            method="copy" if cut.is_copy else "encode",
            why=cut.why,
            start_s=cut.span.start_s,
            end_s=cut.span.end_s,
            pts_file=pts_file,
            num_pictures=len(times.rows),
            clip_time_base=str(times.clip_time_base),
            source_time_base=str(times.source_time_base),
        )

    def _write_curves(
        self, video: VideoRecord, places: list[SourceRecord], span: TimeSpan, into: str
    ) -> Iterator[CurveFacts]:
        camera = next((place.camera for place in places if place.camera), None)
        for detector in self._tracks.detectors(video.video_id):
            track = self._tracks.load(video.video_id, detector)
            file = f"{into}/scores-{detector}.csv"
            _write_csv(self._folder / file, _curve_lines(track, span))
            highest = track.pooled(span)
            yield CurveFacts(
                detector=detector,
                file=file,
                highest=None if np.isnan(highest) else highest,
                peak_s=peak_time_s(track, span),
                calibration=calibration_of(self._library, track, camera),
                digests=digests_of(self._library, detector),
                traces_file=self._write_traces(video.video_id, detector, span, into),
            )

    def _write_traces(self, video_id: str, detector: str, span: TimeSpan, into: str) -> str | None:
        around = context(span)
        explanations = [
            explanation.model_dump(mode="json")
            for explanation in self._explainer.of_track(video_id, detector)
            if explanation.start_s < around.end_s and explanation.end_s > around.start_s
        ]
        if not explanations:
            return None
        file = f"{into}/traces-{detector}.json"
        (self._folder / file).write_text(json.dumps(explanations, indent=1), encoding="utf-8")
        return file

    def _write_stills(
        self, source: VideoSource, span: TimeSpan, curves: Iterable[CurveFacts], into: str
    ) -> Iterator[StillFacts]:
        times = {f"peak-{c.detector}": (c.peak_s, f"highest {c.detector} score") for c in curves}
        middle_s = (span.start_s + span.end_s) / 2
        for name, (time_s, shows) in (
            times or {"middle": (middle_s, "middle of the span")}
        ).items():
            file = f"{into}/{name}.png"
            Image.fromarray(picture_at(source, time_s)).save(self._folder / file, "PNG")
            yield StillFacts(file=file, time_s=time_s, shows=shows)


_FINDING = set(CaseFinding.model_fields)


def _added_at(finding: CaseFinding) -> datetime | None:
    return finding.added_at if isinstance(finding, CaseHit) else None


def _require_unchanged(source: VideoSource) -> FileDigest:
    """The digest of the file as it is now; a video's id is the digest of the one it was."""
    found = FileDigest.of(source.path)
    if found.sha256 != source.video_id:
        raise MediaError(
            f"{source.path} was changed since it was indexed: its SHA-256 is {found.sha256} and "
            f"was {source.video_id}. Evidence is made of unchanged recordings only: put it back"
        )
    return found


def _source_facts(
    source: VideoSource, video: VideoRecord, exported: FileDigest, places: list[SourceRecord]
) -> SourceFacts:
    shared = {"camera", "recorded_at", "recorded_from", "clock_offset_s"}
    return SourceFacts(
        name=source.path.name,
        ingested=FileDigest(sha256=video.video_id, size_bytes=video.size_bytes),
        exported=exported,
        places=tuple(
            Place(name=Path(place.path).name, **place.model_dump(include=shared))
            for place in places
        ),
        **video.model_dump(include={"codec", "width", "height", "fps", "duration_s", "problems"}),
    )


def _curve_lines(track: AnomalyTrack, span: TimeSpan) -> Iterator[tuple[object, ...]]:
    """The scores that speak for a part of the span or of as much around it."""
    yield "start_s", "end_s", "score", "within_span"
    around, ends = context(span), np.append(track.pts_s[1:], track.end_s)
    for start_s, end_s, score in zip(
        track.pts_s.tolist(), ends.tolist(), track.scores.tolist(), strict=True
    ):
        if start_s < around.end_s and end_s > around.start_s:
            within = start_s < span.end_s and end_s > span.start_s
            yield start_s, end_s, score, int(within)


def _write_csv(path: Path, lines: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
