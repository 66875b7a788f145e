"""`retrace bench local-patterns` on the data set that its arguments name."""

from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.clips import Say
from benchmarks.local_patterns.ped2 import run_ped2
from benchmarks.local_patterns.walkway_run import run_walkway
from benchmarks.records import RunRecord


def run_patterns(arguments: PatternArguments, *, say: Say = lambda text: None) -> RunRecord:
    """
    Raises:
        DatasetMissing: clips, labels or the region network are not in the shared folder.
        UserError: there is no such setting, or the data set cannot judge it.
        WeightsMissing: the compact profile is not on this machine.
    """
    run = run_ped2 if arguments.dataset == "ped2" else run_walkway
    return run(arguments, say=say)
