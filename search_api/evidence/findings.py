"""Search hits and chosen spans as findings that a case keeps."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from search_api.requests import readable
from search_api.schemas import SearchHit, SearchResponse
from segments.case_records import CaseFinding
from segments.catalog import Catalog
from segments.errors import UserError
from segments.spans import TimeSpan

_END_S = 1e-3
"""A span may end this much after its video, as rounded times do."""


def parse_response(content: bytes) -> SearchResponse:
    """Reads what `retrace search --json` printed.

    Raises:
        UserError: it is something else.
    """
    try:
        return SearchResponse.model_validate_json(content)
    except ValidationError as error:
        raise UserError(
            f"this is no answer of `retrace search --json`: {readable(error)[:500]}"
        ) from None


def iter_findings(
    response: SearchResponse, ranks: Sequence[int], *, note: str = ""
) -> Iterator[CaseFinding]:
    """The hits of these ranks, or all of them where no rank is given, with all that found them.

    Raises:
        UserError: there is no hit of such a rank.
    """
    hits = {hit.rank: hit for hit in response.hits}
    for rank in ranks or hits:
        if rank not in hits:
            raise UserError(f"no hit of rank {rank}: the answer has {len(hits)} hits")
        yield _to_finding(response, hits[rank], note)


def require_within(catalog: Catalog, finding: CaseFinding) -> None:
    """Raises:
    UserError: the video is not in the library, or does not last so long.
    """
    video = catalog.video(finding.video_id)
    if video is None:
        raise UserError(f"video {finding.video_id[:12]} is not in this library")
    if finding.end_s > video.duration_s + _END_S:
        raise UserError(
            f"the span ends at {finding.end_s:g} s, and video {video.video_id[:12]} lasts "
            f"{video.duration_s:.3f} s"
        )


def chosen(catalog: Catalog, video: str, span: TimeSpan, *, note: str = "") -> CaseFinding:
    """A span that somebody chose without a search.

    Args:
        video: path, file name or start of the id.

    Raises:
        UserError: there is no such video, or it does not last so long.
    """
    video_id = catalog.find(video).video_id
    finding = CaseFinding(video_id=video_id, start_s=span.start_s, end_s=span.end_s, note=note)
    require_within(catalog, finding)
    return finding


def _to_finding(response: SearchResponse, hit: SearchHit, note: str) -> CaseFinding:
    return CaseFinding(
        video_id=hit.video_id,
        start_s=hit.start_s,
        end_s=hit.end_s,
        query=response.query.model_dump(mode="json"),
        profile=response.profile,
        ranking=response.ranking,
        score=hit.score,
        parts=hit.parts,
        anomaly=hit.anomaly,
        explanation=hit.explanation and hit.explanation.model_dump(mode="json"),
        note=note,
    )
