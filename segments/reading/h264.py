"""What H.264 bytes say about references: NAL units and sequence parameter sets (ITU-T H.264)."""

from dataclasses import dataclass
from enum import IntEnum

_START_CODE = b"\x00\x00\x01"
_AVCC_VERSION = 1
_AVCC_NUM_SPS, _AVCC_FIRST_SPS = 5, 6
_PROFILES_WITH_CHROMA = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}
_444 = 3
_LIST_SIZES = (16,) * 6 + (64,) * 6


class NalType(IntEnum):
    """Kinds of NAL units (Table 7-1)."""

    SLICE = 1
    PARTITION_A = 2
    KEY_SLICE = 5
    SPS = 7


@dataclass(frozen=True)
class SequenceParameters:
    """What a sequence parameter set says about references (7.3.2.1.1)."""

    max_num_ref_frames: int
    frame_mbs_only: bool
    """Every picture is a whole frame: none is coded as two fields."""


def nal_type(unit: bytes) -> int:
    return unit[0] & 31


def is_reference(unit: bytes) -> bool:
    """Whether other pictures may refer to the one that this slice belongs to (nal_ref_idc)."""
    return bool(unit[0] >> 5 & 3)


def nal_units(data: bytes, *, extradata: bytes) -> list[bytes]:
    """The NAL units of a packet, with lengths before them where `extradata` is an avcC box.

    A length that reaches past the packet's end gives what is there.
    """
    if extradata[:1] != bytes([_AVCC_VERSION]):
        return [unit for unit in data.split(_START_CODE)[1:] if unit]
    size = (extradata[4] & 3) + 1 if len(extradata) > _AVCC_NUM_SPS else 4
    return _counted(data, size=size)


def sequence_parameter_sets(extradata: bytes) -> list[SequenceParameters]:
    """All sets of a stream's headers, an avcC box or units behind start codes.

    Raises:
        ValueError: a set is cut off.
    """
    units = nal_units(extradata, extradata=b"")
    if extradata[:1] == bytes([_AVCC_VERSION]):
        num_sets = extradata[_AVCC_NUM_SPS] & 31 if len(extradata) > _AVCC_NUM_SPS else 0
        units = _counted(extradata[_AVCC_FIRST_SPS:], size=2)[:num_sets]
    return [read_sps(unit) for unit in units if nal_type(unit) == NalType.SPS]


def _counted(data: bytes, *, size: int) -> list[bytes]:
    units: list[bytes] = []
    start = size
    while start < len(data):
        end = start + int.from_bytes(data[start - size : start], "big")
        if end > start:
            units.append(data[start:end])
        start = end + size
    return units


def read_sps(unit: bytes) -> SequenceParameters:
    """Reads a sequence parameter set, its NAL header included.

    Raises:
        ValueError: it is cut off.
    """
    bits = _Bits(unit[1:].replace(b"\x00\x00\x03", b"\x00\x00"))  # 7.3.1: emulation prevention
    profile = bits.take(8)
    bits.take(16)  # constraint flags and level
    bits.unsigned()
    if profile in _PROFILES_WITH_CHROMA:
        _skip_chroma(bits)
    bits.unsigned()
    _skip_picture_order(bits)
    max_num_ref_frames = bits.unsigned()
    bits.take(1)
    bits.unsigned()
    bits.unsigned()
    return SequenceParameters(max_num_ref_frames, frame_mbs_only=bool(bits.take(1)))


def _skip_chroma(bits: "_Bits") -> None:
    chroma = bits.unsigned()
    if chroma == _444:
        bits.take(1)
    bits.unsigned()
    bits.unsigned()
    bits.take(1)
    if bits.take(1):
        for size in _LIST_SIZES if chroma == _444 else _LIST_SIZES[:8]:
            if bits.take(1):
                _skip_scaling_list(bits, size)


def _skip_scaling_list(bits: "_Bits", size: int) -> None:
    scale = 8
    for _ in range(size):
        scale = (scale + bits.signed()) % 256
        if not scale:  # the rest of the list repeats (7.3.2.1.1.1)
            return


def _skip_picture_order(bits: "_Bits") -> None:
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()
    elif kind == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.unsigned()):
            bits.signed()


class _Bits:
    """Bits from the left, and Exp-Golomb codes (9.1)."""

    def __init__(self, data: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def take(self, count: int) -> int:
        end = self._at + count
        if end > len(self._bits):
            raise ValueError("the sequence parameter set is cut off")
        value = int(self._bits[self._at : end], 2)
        self._at = end
        return value

    def unsigned(self) -> int:
        num_zeros = 0
        while not self.take(1):
            num_zeros += 1
        return (1 << num_zeros) - 1 + (self.take(num_zeros) if num_zeros else 0)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)
