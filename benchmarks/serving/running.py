"""Runs the benchmark: a library of each size, a service over it, every stream of queries."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.records import RunRecord, git_sha, new_record
from benchmarks.serving.arguments import TASK, ServingArguments
from benchmarks.serving.asking import ask_for
from benchmarks.serving.libraries import make_library
from benchmarks.serving.measures import StoreAlone, some, summary
from benchmarks.serving.process import Served, serving
from benchmarks.serving.streams import MIXED, STREAMS, mixed
from encoders.base import Profile
from encoders.registry import load_profile

PROFILE = "compact"
WARM_UP_S = 2.0
SETTLE_S = 10.0
"""A service that has just opened its library learns what is usual there, beside its answers."""
Say = Callable[[str], None]


def run_serving(arguments: ServingArguments, work: Path, say: Say) -> RunRecord:
    """Measures a service over each library; a library that is in `work` is taken as it is.

    With a URL, what answers there is measured, whatever its library is.

    Raises:
        RetraceError: a service did not come up, or refused a search.
    """
    git_sha()
    profile = load_profile(PROFILE)
    scores = dict(_measured(arguments, work, profile, say))
    return new_record(
        TASK,
        command=arguments.command,
        seed=arguments.seed,
        data={},
        weights=profile.manifest.digests,
        timings_s={},
        arguments=arguments.model_dump(mode="json"),
        scores=scores,
    )


def _measured(
    arguments: ServingArguments, work: Path, profile: Profile, say: Say
) -> Iterator[tuple[str, dict[str, Any]]]:
    if arguments.url is not None:
        yield arguments.url, _measure(Served(arguments.url, None), arguments, say)
        return
    for points in arguments.points:
        folder = work / f"{points}"
        say(f"{points:,} points: the library")
        facts = make_library(folder, points, profile, seed=arguments.seed)
        with serving(folder, folder.with_suffix(".log")) as served:
            yield str(points), {"library": facts} | _measure(served, arguments, say)


def _measure(served: Served, arguments: ServingArguments, say: Say) -> dict[str, Any]:
    seed, found = 1 + arguments.seed, dict[str, Any]()
    ask_for(served.url, lambda _: mixed(seed), clients=1, seconds=min(SETTLE_S, arguments.seconds))
    for name, stream in STREAMS.items():
        say(f"  {name}")
        ask_for(served.url, lambda _, s=stream: s(seed), clients=1, seconds=WARM_UP_S)
        run = ask_for(
            served.url, lambda _, s=stream: s(seed + 1), clients=1, seconds=arguments.seconds
        )
        found[name] = summary(run, 1)
        if served.pid is not None:
            found[name] |= StoreAlone.ask(served.url, some(stream(seed + 2))).scores()
    for clients in arguments.clients:
        say(f"  {MIXED}, {clients} clients")
        first = seed + 100 * clients
        run = ask_for(
            served.url,
            lambda n, at=first: mixed(at + n),
            clients=clients,
            seconds=arguments.seconds,
        )
        found[f"{MIXED}, {clients}"] = summary(run, clients)
    return {"memory_mib": served.memory_mib, "streams": found}
