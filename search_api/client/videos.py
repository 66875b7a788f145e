"""Videos: which there are, their scores over time, and their pictures."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from search_api.answers.access import SignedUrls, ToSign
from search_api.answers.videos import (
    ClipMode,
    CurveAnswer,
    Storyboard,
    VideoDetails,
    VideoItem,
    VideoPage,
    VideoRemoval,
)
from search_api.client.download import Download
from search_api.client.wire import Wire
from search_api.media.listing import Order


class Videos:
    """`client.videos`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        cameras: Sequence[str] = (),
        name: str = "",
        after: datetime | None = None,
        before: datetime | None = None,
        order: Order = "name",
        limit: int = 50,
        cursor: str | None = None,
    ) -> VideoPage:
        """One page of the videos.

        Args:
            cameras: any of these; empty: all.
            name: a part of the file's name.
            limit: 1 to 200.
            cursor: the `next_cursor` of the page before, with the same choice and order.
        """
        query = {
            "camera": list(cameras),
            "name": name,
            "after": after and after.isoformat(),
            "before": before and before.isoformat(),
            "order": order,
            "limit": limit,
            "cursor": cursor,
        }
        return self._wire.ask("GET", "/v1/videos", VideoPage, query=query)

    def all(self, *, cameras: Sequence[str] = (), name: str = "") -> Iterator[VideoItem]:
        """Every video, by name, fetched page by page."""
        cursor = None
        while True:
            page = self.list(cameras=cameras, name=name, limit=200, cursor=cursor)
            yield from page.videos
            cursor = page.next_cursor
            if cursor is None:
                return

    def get(self, video_id: str) -> VideoDetails:
        """Everything about one video."""
        return self._wire.ask("GET", _path(video_id), VideoDetails)

    def delete(self, video_id: str) -> VideoRemoval:
        """Removes it from the library; its files stay."""
        return self._wire.ask("DELETE", _path(video_id), VideoRemoval)

    def curve(
        self,
        video_id: str,
        detector: str,
        *,
        start_s: float = 0.0,
        end_s: float | None = None,
        max_points: int = 2_000,
        explains: bool = False,
        explains_all: bool = False,
    ) -> CurveAnswer:
        """A detector's scores over a part of a video; "loudness" is its sound's level.

        Args:
            max_points: 4 to 20,000; more scores are thinned so that no peak is lost.
            explains: says why for the highest scores.
            explains_all: says why for each of 2,000 scores at most.
        """
        query = {
            "start_s": start_s,
            "end_s": end_s,
            "max_points": max_points,
            "explain": explains,
            "explain_all": explains_all or None,
        }
        return self._wire.ask(
            "GET", f"{_path(video_id)}/curves/{detector}", CurveAnswer, query=query
        )

    def media(
        self, video_id: str, *, first: int = 0, last: int | None = None
    ) -> AbstractContextManager[Download]:
        """The recording as it is, or its bytes from `first` to `last`, both included."""
        end = "" if last is None else last
        headers = {"Range": f"bytes={first}-{end}"} if first or last is not None else None
        return self._wire.download(f"{_path(video_id)}/media", headers=headers)

    def clip(
        self, video_id: str, start_s: float, end_s: float, *, mode: ClipMode = "auto"
    ) -> AbstractContextManager[Download]:
        """A part of the recording as MP4; its facts say what was really cut, and how."""
        query = {"start_s": start_s, "end_s": end_s, "mode": mode}
        return self._wire.download(f"{_path(video_id)}/clip", query=query)

    def frame(
        self,
        video_id: str,
        at_s: float,
        *,
        width: int = 1280,
        has_boxes: bool = False,
        has_heat: bool = False,
    ) -> bytes:
        """The picture nearest to a time, as JPEG.

        Args:
            has_boxes: draws what `local_patterns` found odd then.
            has_heat: warms what the captions of these speak of.
        """
        boxes = "local_patterns" if has_boxes else None
        query = {"at_s": at_s, "width": width, "boxes": boxes, "heat": has_heat or None}
        return self._wire.fetch(f"{_path(video_id)}/frame", query=query)

    def frame_at_pts(self, video_id: str, pts: int, *, width: int = 1280) -> bytes:
        """The picture of one of the recording's own timestamps, as JPEG."""
        return self._wire.fetch(f"{_path(video_id)}/frame", query={"pts": pts, "width": width})

    def thumbnail(self, video_id: str, at_s: float | None = None, *, width: int = 320) -> bytes:
        """A small picture, as JPEG, of the video's middle unless told otherwise."""
        query = {"at_s": at_s, "width": width}
        return self._wire.fetch(f"{_path(video_id)}/thumbnail", query=query)

    def storyboard(
        self,
        video_id: str,
        *,
        start_s: float = 0.0,
        end_s: float | None = None,
        count: int = 25,
        width: int = 160,
    ) -> Storyboard:
        """Where the pictures of a part lie in one JPEG, their times, and signed addresses."""
        query = {"start_s": start_s, "end_s": end_s, "count": count, "width": width}
        return self._wire.ask("GET", f"{_path(video_id)}/storyboard", Storyboard, query=query)

    def sign(self, urls: Sequence[str]) -> SignedUrls:
        """Signs addresses of media, 200 at most, for tags that cannot send a key."""
        asked = ToSign(urls=list(urls))
        return self._wire.ask("POST", "/v1/signed-urls", SignedUrls, body=asked, is_safe=True)


def _path(video_id: str) -> str:
    return f"/v1/videos/{video_id}"
