"""The panel beside the player: what detectors say of the cursor's time, and why."""

import streamlit as st

from search_api.answers.videos import AnomalySummary, VideoDetails
from search_api.client import ApiError
from search_api.schemas import Explanation, Reason, RegionReason
from ui import session, words
from ui.plain import plain
from ui.watching import asking, place

FRAME_PX = 960
HEAT_HELP = "Warms the part of each box that its words speak of, where that is known."
MOST_REASONS, MOST_REGIONS = 3, 4


def show_reasons(video: VideoDetails, at_s: float) -> None:
    """Errors as of the client."""
    start = video.places[0].recorded_at if video.places else None
    when = words.wall_time_in(start, at_s, session.zone())
    st.markdown(f"**Why, at {words.clock(at_s)}** · {plain(when)}")
    if not video.detectors:
        st.text("No detector has scored this video, so nothing is said of it.")
        return
    explaining = [name for name in asking.EXPLAINING if name in video.detectors]
    for detector in explaining:
        _show_one(video, detector, at_s)
    if not explaining:
        st.text("The detectors that scored this video do not explain themselves.")
    _show_peaks(video)


def _show_one(video: VideoDetails, detector: str, at_s: float) -> None:
    try:
        found = asking.explanation(video.video_id, detector, at_s, video.duration_s)
    except ApiError as error:
        st.text(f"{detector}: {error.detail}")
        return
    if found is None:
        st.caption(f"{detector} says nothing of this time.")
        return
    part = words.span(found.start_s, found.end_s)
    st.caption(f"{plain(detector)}: score {words.score(found.score)}, {plain(part)}")
    if found.regions:
        _show_regions(video, found, at_s)
    _show_sentences("Like what is anomalous", found.anomalous)
    _show_sentences("Like what is normal", found.normal)


def _show_sentences(title: str, reasons: list[Reason]) -> None:
    if reasons:
        said = (f"- {plain(sentence(one))}" for one in reasons[:MOST_REASONS])
        st.markdown("\n".join([f"{title} (similarity):", *said]))


def sentence(reason: Reason) -> str:
    """ "0.41 a person breaks a window (vandalism, street)"."""
    label = ", ".join(part for part in (reason.kind, reason.context) if part)
    return f"{reason.similarity:.2f} {reason.text}" + (f" ({label})" if label else "")


def _show_regions(video: VideoDetails, found: Explanation, at_s: float) -> None:
    """The things in words, beside the picture with their boxes where there is one."""
    said = st.container()
    if video.file.state == "here":
        picture, said = st.columns([5, 6], gap="small")
        is_warm = picture.toggle("Show heat", key="reasons.heat", help=HEAT_HELP)
        query = f"at_s={at_s:.3f}&boxes={found.detector}&width={FRAME_PX}"
        query += "&heat=true" if is_warm else ""
        url = asking.signed([f"/v1/videos/{video.video_id}/frame?{query}"])[0]
        shown = words.clock(found.regions[0].time_s)
        alt = f"The picture at {shown}, with what is odd in it"
        picture.image(url, f"at {shown}", width="stretch", alt=alt)
    for region in found.regions[:MOST_REGIONS]:
        said.text(region_words(region))


def region_words(region: RegionReason) -> str:
    """What a thing does and looks like, and what of its score is which."""
    carried = " (as it looked before)" if region.is_carried else ""
    looks = f"looks like: {region.caption.rstrip('.')}{carried}" if region.caption else ""
    does = region.act.rstrip(".")
    said = [part for part in (does, looks, shares(region)) if part]
    return " · ".join([f"score {words.score(region.score)}", *said])


def shares(region: RegionReason) -> str:
    """ "acts 20 %, motion 50 %, appearance 30 %", each in one piece; empty without a score."""
    parts = {"acts": region.odds, "motion": region.motion, "appearance": region.appearance}
    found = {name: round(100 * part / (region.score or 1.0)) for name, part in parts.items()}
    return ", ".join(f"{name} {share}\xa0%" for name, share in found.items() if share)


def _show_peaks(video: VideoDetails) -> None:
    st.markdown("**Highest of the video**")
    for summary in video.anomaly:
        label = f"{summary.detector} {words.score(summary.peak_score)}"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                f"{plain(label)} at {words.clock(summary.peak_s)}",
                key=f"peak.{summary.detector}",
                icon=":material/vertical_align_top:",
                on_click=place.jump,
                args=(video.video_id, summary.peak_s),
            )
            st.caption(plain(peak_words(summary)))


def peak_words(summary: AnomalySummary) -> str:
    """How common such a peak is; else what the threshold means, or why there is none."""
    return summary.calibration.peak_meaning or words.meaning(summary.calibration)
