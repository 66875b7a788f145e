"""What a raw score means at its camera, in numbers and in words."""

from detectors import local_patterns, trace
from detectors.calibration.fitting import HOUR_S
from detectors.calibration.rates import AlarmRate, rate_at, threshold_rate
from detectors.local_patterns.cameras import digests_for
from detectors.trace.trained import network_digest
from search_api.schemas import CurveCalibration
from segments.calibrations import Calibration, CalibrationStore
from segments.library import Library
from segments.scores import AnomalyTrack


def calibration_of(library: Library, track: AnomalyTrack, camera: str | None) -> CurveCalibration:
    """What the scores of a track mean at a camera, or why that is not known.

    Raises:
        LibraryError: what is kept of the cameras is damaged.
    """
    if camera is None:
        return CurveCalibration(meaning="uncalibrated: no camera is known for this video")
    record = CalibrationStore.of(library).find(camera, track.detector)
    command = f"`retrace calibrate --camera {camera} --detector {track.detector}`"
    if record is None:
        return CurveCalibration(meaning=f"uncalibrated: {command} would do it")
    if record.is_void(digests_of(library, track.detector, camera)):
        return CurveCalibration(
            meaning=f"uncalibrated: scores are made by other weights now, run {command} again"
        )
    return _of_curve(record.calibration, track)


def digests_of(library: Library, detector: str, camera: str | None = None) -> dict[str, str]:
    """SHA-256 of all that made a detector's scores of a camera.

    TRACE has a network and a bank of its own, and Local Patterns may know what is normal there.
    """
    if detector == local_patterns.NAME:
        return library.manifest().digests | digests_for(library, [camera] if camera else [])
    if detector != trace.NAME or not library.trace_vectors.manifest_file.exists():
        return library.manifest().digests
    network = {"trace network": network_digest(library)}
    return library.trace_vectors.manifest().digests | network


def describe(calibration: Calibration) -> str:
    """What the threshold stands for, or why there is none."""
    if not calibration.is_calibrated:
        return f"uncalibrated: {calibration.problem}"
    rate = threshold_rate(calibration)
    alarms = "alarm" if show_number(rate.per_day) == "1" else "alarms"
    return f"about {show_number(rate.per_day)} {alarms} a day here {_rests_on(rate, calibration)}"


def describe_score(calibration: Calibration, score: float) -> str:
    """How common scores as high are in the camera's normal footage."""
    rate = rate_at(calibration, score)
    if not rate.per_day:
        return f"higher than {show_length(calibration.footage_s)} of normal footage here"
    number = show_number(rate.per_day)
    return f"as high about {'once' if number == '1' else f'{number} times'} a day here"


def show_number(value: float) -> str:
    """Two digits, or all of those before the point."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def show_length(footage_s: float) -> str:
    """Hours, or minutes of less than one."""
    if footage_s < HOUR_S:
        return f"{footage_s / 60:.0f} min"
    return f"{show_number(footage_s / HOUR_S)} h"


def _of_curve(calibration: Calibration, track: AnomalyTrack) -> CurveCalibration:
    facts = CurveCalibration(
        meaning=describe(calibration),
        footage_s=calibration.footage_s,
        left_out=calibration.left_out,
    )
    if not calibration.is_calibrated or not len(track):
        return facts
    rate, peak = threshold_rate(calibration), float(track.scores.max())
    at_peak = rate_at(calibration, peak)
    return facts.model_copy(
        update={
            "threshold": calibration.threshold,
            "alarms_per_day": rate.per_day,
            "alarms_per_day_interval": (rate.low, rate.high),
            "peak_meaning": describe_score(calibration, peak),
            "peak_per_day": at_peak.per_day,
            "peak_per_day_interval": (at_peak.low, at_peak.high),
        }
    )


def _rests_on(rate: AlarmRate, calibration: Calibration) -> str:
    left_out = f", its {calibration.left_out} highest left out" if calibration.left_out else ""
    interval = f"({show_number(rate.low)} to {show_number(rate.high)})"
    return f"{interval}, from {show_length(calibration.footage_s)}{left_out}"
