"""What a file is: a look at its headers, at all its packets and at its first picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from segments.files import sha256_of
from segments.media import VideoSource
from segments.reading.canvas import upright_size
from segments.reading.containers import (
    Damage,
    iter_packets,
    open_media,
    sound_stream,
    video_stream,
)
from segments.reading.pictures import VideoTrack

_TOLERANCE_S = 1.0
"""A header may be off by this much, or by 2 %, before that is called a problem."""
_LONGEST_GAP_S = 3600.0
"""What follows a longer gap has damaged times."""
_NOTED_GAP_S = 2.0


@dataclass
class _Extent:
    """What the packets say of the picture track, gathered in one pass."""

    origin_s: float
    """Of the first picture, on the container's clock."""
    frame_s: float
    has_times: bool
    num_packets: int = 0
    num_sound_packets: int = 0
    lost_s: float = 0.0
    """Before the first picture that can be decoded."""
    last_s: float = 0.0
    """When the last picture is shown, from the first."""
    last_length_s: float = 0.0
    """Of the packet that is decoded last: others last until the next is decoded, not shown."""
    decoded_s: float = 0.0
    """When the last packet is decoded: unlike the times of showing, these only rise."""
    longest_gap_s: float = 0.0
    gap_at_s: float = 0.0
    num_damaged: int = 0
    ends_damaged: bool = False
    num_strays: int = 0
    """Packets whose times do not continue the others'."""

    @property
    def end_s(self) -> float:
        return self.last_s + self.last_length_s

    def add(self, packet: "Packet[Stream]") -> None:
        self.num_damaged += packet.is_corrupt
        self.ends_damaged = packet.is_corrupt
        if isinstance(packet.stream, AudioStream):
            self.num_sound_packets += 1
        elif not packet.is_discard:
            self._add_picture(packet)

    def _add_picture(self, packet: "Packet[Stream]") -> None:
        start_s = self.num_packets * self.frame_s
        if self.has_times and packet.pts is not None:
            start_s = float(packet.pts * packet.time_base) - self.origin_s
        decoded_s = start_s
        if self.has_times and packet.dts is not None:
            decoded_s = float(packet.dts * packet.time_base) - self.origin_s
        gap_s = decoded_s - self.decoded_s if self.num_packets else 0.0
        if not -_TOLERANCE_S <= gap_s <= _LONGEST_GAP_S:
            self.num_strays += 1
            return
        if gap_s > self.longest_gap_s:
            self.longest_gap_s, self.gap_at_s = gap_s, self.last_s
        self.decoded_s = decoded_s
        self.num_packets += 1
        self.lost_s = max(self.lost_s, -start_s)
        self.last_s = max(self.last_s, start_s)
        self.last_length_s = float((packet.duration or 0) * packet.time_base) or self.frame_s


def probe(path: Path) -> VideoSource:
    """Reads every packet of a file, and decodes its first picture, to know what it holds.

    `VideoSource.problems` names what is wrong with a file that can be read all the same: cut off,
    damaged packets, a header that declares another length, gaps, pictures that cannot be decoded.

    Raises:
        MediaError: it is missing, a folder, empty, not media, without pictures, cut off before its
            index, or nothing in it can be decoded.
    """
    path = path.absolute()
    with VideoTrack(path, threads=1) as track:
        first = track.first
        extent = _Extent(track.origin_s, track.frame_s, track.has_times)
        height, width = upright_size(first)
        aspect = float(track.stream.sample_aspect_ratio or 1) or 1.0
    if round(first.rotation / 90) % 2:
        height = round(height * aspect)
    else:
        width = round(width * aspect)
    with open_media(path) as container:
        stream, sound = video_stream(container, path), sound_stream(container)
        damage = Damage()
        for packet in iter_packets(container, stream, *([sound] if sound else []), damage=damage):
            extent.add(packet)
        extent.num_damaged += damage.packets
        has_sound = sound is not None and extent.num_sound_packets > 0
        return VideoSource(
            path=path,
            video_id=sha256_of(path),
            size_bytes=path.stat().st_size,
            container=container.format.name,
            codec=stream.codec.canonical_name,
            width=width,
            height=height,
            fps=round(extent.num_packets / extent.end_s, 6),
            duration_s=round(extent.end_s, 9),
            rotation_deg=-round(first.rotation / 90) * 90 % 360,
            audio_codec=sound.codec.canonical_name if sound and has_sound else None,
            created_at=_created_at(container),
            problems=tuple(_problems(container, stream, extent)),
        )


def _created_at(container: InputContainer) -> datetime | None:
    try:
        created_at = datetime.fromisoformat(container.metadata.get("creation_time", ""))
    except ValueError:
        return None
    if created_at.tzinfo is None:
        created_at = created_at.replace(tzinfo=UTC)
    return created_at if created_at.year > 1970 else None


def _problems(container: InputContainer, stream: VideoStream, extent: _Extent) -> Iterator[str]:
    declared = _declared_s(container, stream)
    tolerance_s = max(_TOLERANCE_S, 0.02 * extent.end_s)
    if declared and min(declared) > extent.end_s + tolerance_s:
        yield (
            f"truncated, or its header is wrong: {min(declared):.1f} s are declared, "
            f"{extent.end_s:.1f} s are there"
        )
    if declared and max(declared) < extent.end_s - tolerance_s:
        yield (f"wrong header: {max(declared):.1f} s are declared, {extent.end_s:.1f} s are there")
    if extent.ends_damaged:
        yield "truncated: it ends in the middle of a packet"
    if extent.num_damaged:
        yield f"damaged packets: {extent.num_damaged}"
    if extent.lost_s > _TOLERANCE_S:
        yield f"the first {extent.lost_s:.1f} s cannot be decoded and are left out"
    if extent.longest_gap_s > _NOTED_GAP_S:
        yield f"no pictures for {extent.longest_gap_s:.1f} s from {extent.gap_at_s:.1f} s on"
    if extent.num_strays:
        yield f"{extent.num_strays} pictures have times that do not continue the others': left out"
    if container.streams.audio and sound_stream(container) is None:
        yield "its sound is in a codec that cannot be decoded"


def _declared_s(container: InputContainer, stream: VideoStream) -> list[float]:
    declared: list[float] = []
    if container.duration:
        declared.append(container.duration / 1_000_000)
    if stream.duration and stream.time_base:
        declared.append(float(stream.duration * stream.time_base))
    return declared
