"""`make demo`: the main job, with the commands a user would type.

    python -m benchmarks.demo [--footage FOLDER] [--out demo]

Without footage of your own it first draws one evening of two simulated cameras.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress

from benchmarks.simulator.demo import GATE, NAME_PATTERN, demo_clips
from benchmarks.simulator.library import write_clips
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.sounds import render_sound
from detectors import alan, local_patterns, trace
from segments.catalog import Catalog
from segments.errors import RetraceError
from segments.library import Library
from segments.media import AUDIO_RATE_HZ
from segments.tracks import TrackStore

DETECTORS = (alan.NAME, trace.NAME, local_patterns.NAME)
SOUND_SEED = 90_001
SOME_FAILED = 3
console = Console(highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--footage", type=Path, help="your own clips; simulated ones if not given")
    parser.add_argument("--out", type=Path, default=Path("demo"))
    options = parser.parse_args()
    started = time.monotonic()
    out, library = options.out, options.out / "library"
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(library, ignore_errors=True)
    footage = options.footage or draw_footage(out / "footage")
    narrower = ("--level", "video") if options.footage else ("--camera", "shop-2")
    here = ("--library", library)
    asked = ("--name-pattern", f"{NAME_PATTERN}*", "--detectors", ",".join(DETECTORS))
    retrace("index", footage, *here, *asked, allowed=(0, SOME_FAILED))
    retrace("search", "something is burning", *here, "--limit", 6, "--sheet", out / "words.png")
    noise = write_noise(out / "smashed-window.wav")
    sheet = ("--sheet", out / "sound.png")
    # a dozen files are too few to be sure of much: what is nearest is shown all the same
    retrace("search", "--audio", noise, *here, "--limit", 6, *sheet, "--all")
    retrace("search", "somebody falls to the floor", *here, *narrower, "--limit", 3, "--all")
    shown = most_eventful(library)
    if not options.footage:
        retrace("train", "local-patterns", "--part", "rm", *here, "--camera", GATE.name)
    explained = ("--explain", "--png")
    retrace("curve", shown, *here, "--detector", trace.NAME, *explained, out / "curve.png")
    retrace(
        "curve", shown, *here, "--detector", local_patterns.NAME, *explained, out / "things.png"
    )
    console.print(farewell(out, library, time.monotonic() - started))
    return 0


def draw_footage(folder: Path) -> Path:
    """Twelve files of two cameras; those that are there are not drawn again."""
    clips = demo_clips()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("drawing simulated footage", total=len(clips))
        write_clips(
            folder,
            clips,
            num_workers=2,
            progress=lambda done, _: progress.update(task, completed=done),
        )
    return folder


def write_noise(path: Path) -> Path:
    """The sound of a simulated window being smashed, as a WAV file."""
    scene = sample_scene(SOUND_SEED, kind="vandalism", has_sound=True)
    samples = render_sound(scene)
    assert samples is not None
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(AUDIO_RATE_HZ)
        file.writeframes((samples * 32767).astype(np.int16).tobytes())
    return path


def most_eventful(library: Path) -> str:
    """The video with the highest peak among those long enough to have a curve worth seeing."""
    opened = Library.open(library)
    tracks = TrackStore(str(opened.tracks))
    with Catalog(opened) as catalog:
        videos = sorted(catalog.videos(), key=lambda video: -video.duration_s)[:4]
        best = max(videos, key=lambda v: float(tracks.load(v.video_id, alan.NAME).scores.max()))
        return catalog.sources(best.video_id)[0].path


def retrace(*arguments: object, allowed: Sequence[int] = (0,)) -> None:
    """Prints and runs one command.

    Raises:
        RetraceError: it ended with an exit code that is not allowed.
    """
    words = [str(argument) for argument in arguments]
    console.print(f"\n[bold]$ retrace {shlex.join(words)}[/bold]")
    run = subprocess.run([sys.executable, "-m", "cli", *words], check=False)
    if run.returncode not in allowed:
        raise RetraceError(f"retrace {words[0]} ended with exit code {run.returncode}")


def farewell(out: Path, library: Path, seconds: float) -> Panel:
    text = (
        f"Pictures of the hits: {out / 'words.png'}, {out / 'sound.png'}\n"
        f"Curves and reasons:   {out / 'curve.png'}, {out / 'things.png'}\n\n"
        "Look at it all in a browser, until Ctrl-C:\n"
        f"  .venv/bin/retrace ui --library {library}\n\n"
        "Go on with footage of your own:\n"
        "  source .venv/bin/activate\n"
        "  retrace index YOUR_FOLDER --library my-library\n"
        '  retrace search "a car hits a cyclist" --library my-library\n'
        f"or ask this library something else: retrace search ... --library {library}"
    )
    return Panel(text, title=f"That was retrace, in {seconds:.0f} s", expand=False)


if __name__ == "__main__":
    sys.exit(main())
