"""Whether the motion vectors of a stream point to a picture that is known without guessing."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from av.codec.context import Flags2
from av.packet import Packet
from av.sidedata.motionvectors import MotionVectors
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from segments.reading.containers import Damage, decode, iter_packets, open_media, video_stream
from segments.reading.h264 import (
    NalType,
    is_reference,
    nal_type,
    nal_units,
    sequence_parameter_sets,
)

_NUM_PACKETS = 64
"""Looked at from the start: a recorder that leaves pictures out of the chain does so all along."""
_SLICES = {NalType.SLICE, NalType.PARTITION_A, NalType.KEY_SLICE}
_VOP_START = b"\x00\x00\x01\xb6"
_I_AND_P_VOPS = {0, 1}


def codec_vectors_usable(path: Path) -> bool:
    """Whether every vector of a file points to the picture before its own, by the stream's rules.

    FFmpeg does not tell which reference a vector takes, so there must be one only: MPEG-4 part 2
    of I- and P-pictures, or H.264 whose parameter sets allow a single reference frame and no
    fields, with pictures shown in coding order and each itself a reference. The answer depends on
    the beginning of the file only.

    Raises:
        MediaError: the file cannot be opened or has no pictures.
    """
    damage = Damage()
    with open_media(path) as container:
        stream = video_stream(container, path)
        if not _has_one_reference(stream):
            return False
        export_vectors(stream)
        packets = islice(iter_packets(container, stream, damage=damage), _NUM_PACKETS)
        return _is_chain_with_vectors(stream, packets, damage)


def export_vectors(stream: VideoStream) -> None:
    """Makes the decoder attach its vectors to pictures; call before the first is decoded."""
    stream.codec_context.flags2 |= Flags2.export_mvs


def vectors_of(frame: VideoFrame) -> MotionVectors | None:
    """What `export_vectors` attached; None to pictures coded on their own."""
    return frame.side_data.get("MOTION_VECTORS")


def _has_one_reference(stream: VideoStream) -> bool:
    if stream.codec_context.has_b_frames:
        return False
    if stream.codec.canonical_name == "mpeg4":
        return True
    if stream.codec.canonical_name != "h264":
        return False
    try:
        sets = sequence_parameter_sets(stream.codec_context.extradata or b"")
    except ValueError:  # damaged headers prove nothing
        return False
    return bool(sets) and all(s.max_num_ref_frames == 1 and s.frame_mbs_only for s in sets)


def _is_chain_with_vectors(
    stream: VideoStream, packets: "Iterator[Packet[Stream]]", damage: Damage
) -> bool:
    has_vectors = False
    for packet in packets:
        if not _continues_chain(stream, bytes(packet)):
            return False
        for frame in () if has_vectors else decode(stream, packet, damage):
            if not isinstance(frame, VideoFrame) or frame.interlaced_frame:
                return False
            has_vectors = vectors_of(frame) is not None
    return has_vectors


def _continues_chain(stream: VideoStream, data: bytes) -> bool:
    """Whether the next picture can refer to each picture of this packet, and to no other."""
    if stream.codec.canonical_name == "mpeg4":
        kinds = {vop[0] >> 6 for vop in data.split(_VOP_START)[1:] if vop}
        return kinds <= _I_AND_P_VOPS
    units = nal_units(data, extradata=stream.codec_context.extradata or b"")
    return all(is_reference(unit) for unit in units if nal_type(unit) in _SLICES)
