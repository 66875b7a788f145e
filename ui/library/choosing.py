"""Which videos are listed, in which order, and on which page."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import streamlit as st

from search_api.answers.videos import VideoPage
from search_api.client.videos import Order
from ui import session, words

PER_PAGE = 50
ORDERS: dict[Order, str] = {
    "name": "Name",
    "-recorded": "Newest first",
    "recorded": "Oldest first",
    "-duration": "Longest first",
    "duration": "Shortest first",
}


@dataclass(frozen=True)
class Choice:
    """What the filters say."""

    cameras: tuple[str, ...] = ()
    name: str = ""
    after: datetime | None = None
    before: datetime | None = None
    order: Order = "name"


def ask_for_choice() -> Choice:
    """The filters; errors as of the client."""
    zone, known = session.zone(), [camera.name for camera in session.library().cameras]
    zone_name = words.zone_name(datetime.now(zone))
    camera, name, after, before, order = st.columns([3, 3, 3, 3, 2])
    cameras = camera.multiselect("Cameras", known, placeholder="All cameras", key="library.camera")
    text = name.text_input("Part of the file's name", key="library.name", max_chars=200)
    step = timedelta(minutes=1)
    start = after.datetime_input(f"From ({zone_name})", value=None, step=step, key="library.after")
    end = before.datetime_input(f"To ({zone_name})", value=None, step=step, key="library.before")
    chosen = order.selectbox(
        "Order", list(ORDERS), format_func=lambda one: ORDERS[one], key="library.order"
    )
    return Choice(tuple(cameras), text.strip(), at(start, zone), at(end, zone), chosen)


def at(local: datetime | None, zone: tzinfo) -> datetime | None:
    """What somebody typed, who meant the zone that the page shows."""
    return local and local.replace(tzinfo=zone)


def read_page(choice: Choice, cursor: str | None) -> VideoPage:
    """Errors as of the client."""
    return session.client().videos.list(
        cameras=choice.cameras,
        name=choice.name,
        after=choice.after,
        before=choice.before,
        order=choice.order,
        limit=PER_PAGE,
        cursor=cursor,
    )


def shown_range(number: int, on_page: int, total: int) -> str:
    """ "51–100 of 230 videos"; `number` is the page's, 1 is the first."""
    if not total:
        return "No videos"
    first = (number - 1) * PER_PAGE + 1
    return f"{first:,}–{first + on_page - 1:,} of {words.count(total, 'video')}"
