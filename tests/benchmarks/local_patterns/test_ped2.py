"""From clips and labels to a record and a table, on a made-up data set of Ped2's layout."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.clips import CHANCE
from benchmarks.local_patterns.ped2 import run_ped2
from benchmarks.local_patterns.report import patterns_table
from benchmarks.local_patterns.settings import CHOSEN
from tests.support.footage import MovingScene, write_video

SETTING = "8, moving regions"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips of a card that moves slowly, and from their sixth picture on four times as fast;
    all of the last clip is labelled abnormal."""
    folder = tmp_path_factory.mktemp("shared") / "data" / "ucsd-ped2"
    folder.mkdir(parents=True)
    rows = ["file,first_abnormal_frame,last_abnormal_frame"]
    for clip, first in enumerate((6, 6, 0)):
        scene = {"height": 120, "width": 160, "card_px": (40, 40), "seed": clip}
        slow = MovingScene(velocity_px=(20.0, 4.0 * clip), start_px=(10, 30), **scene)
        fast = MovingScene(velocity_px=(80.0, 4.0 * clip), start_px=(-22, 30), **scene)
        pictures = [*slow.pictures(6, fps=10), *fast.pictures(12, fps=10)[6:]]
        write_video(folder / f"Test{clip}.mp4", pictures, fps=10)
        rows.append(f"Test{clip}.mp4,{first},11")
    (folder / "labels.csv").write_text("\n".join(rows))
    return folder.parent.parent


def test_settings_are_scored_and_shown(shared: Path, tmp_path: Path) -> None:
    arguments = PatternArguments(shared=shared, work=tmp_path, setting=(SETTING,), rounds=20)
    said: list[str] = []
    record = run_ped2(arguments, say=said.append)
    assert record.scores["num_frames"] == 36
    assert record.scores["num_abnormal"] == 24
    assert record.scores["num_normal_only_in"] == 2
    row, chance = record.scores["rows"]
    assert (row["name"], chance["name"]) == (SETTING, CHANCE)
    assert chance["micro_auc"][0] == chance["macro_auc"][0] == 50.0
    assert chance["macro_auc_padded"][0] > 50.0
    assert 0.0 <= row["micro_auc"][0] <= 100.0
    assert said == [f"{SETTING}: {row['micro_auc'][0]:.1f}"]
    assert record.weights == {}
    table = patterns_table(record)
    assert f"| ours | {SETTING} | {row['micro_auc'][0]:.1f} (" in table
    assert "The 1 trained rows are all" in table
    assert f"**{CHOSEN}**" not in table  # it was not asked for


def test_a_run_goes_on_where_it_was(shared: Path, tmp_path: Path) -> None:
    arguments = PatternArguments(shared=shared, work=tmp_path, setting=(SETTING,), rounds=20)
    first = run_ped2(arguments).scores
    (kept,) = (tmp_path / "scores").iterdir()
    written = kept.stat().st_mtime_ns
    assert run_ped2(arguments).scores == first
    assert kept.stat().st_mtime_ns == written
    with np.load(kept) as scores:
        assert [len(scores[name]) for name in ("0", "1", "2")] == [12, 12, 12]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="labels.csv"):
        run_ped2(PatternArguments(shared=tmp_path, work=tmp_path))
