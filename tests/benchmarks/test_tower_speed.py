"""What profiles cost: operations, disk, licences, and a measurement small enough for a test."""

import json
from pathlib import Path

import pytest
import torch
from transformers import CLIPConfig, SiglipConfig
from typer.testing import CliRunner

from benchmarks.records import RunRecord
from benchmarks.tower_speed import costs
from benchmarks.tower_speed.arguments import TowerSpeedArguments
from benchmarks.tower_speed.checkpoints import build_model, lock, write_checkpoint
from benchmarks.tower_speed.flops import counted_flops, flops_by_hand, vit_flops
from benchmarks.tower_speed.halves import (
    FOR_GPU,
    KINDS,
    Half,
    all_halves,
    indexing_halves,
    items_per_batch,
    one_item,
)
from benchmarks.tower_speed.profile_table import FINDS, HEAD, profiles_table
from benchmarks.tower_speed.profiles import batch_flops
from benchmarks.tower_speed.report import tower_speed_table
from benchmarks.tower_speed.running import ASK_FOR_ALL, run_tower_speed
from benchmarks.tower_speed.towers import fastest, seconds_of
from cli.main import app
from encoders.compact.spec import COMPACT
from encoders.models.library import ModelLibrary
from encoders.models.specs import model_specs, shipped_recipes
from encoders.pretrained.profile import PretrainedProfile
from encoders.towers.base import Placement

MEASURED = ("compact", *shipped_recipes())


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """As the command writes and a document reads it."""
    out = tmp_path_factory.mktemp("records") / "speed.json"
    command = ["bench", "tower-speed", "--size", "smoke", "--device", "cpu", "-o", str(out)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    return RunRecord.model_validate(json.loads(out.read_text()))


def test_operations_of_a_tiny_vit_are_those_worked_out_by_hand():
    vision = {"hidden_size": 2, "intermediate_size": 4, "num_hidden_layers": 3}
    vision |= {"num_attention_heads": 1, "image_size": 4, "patch_size": 2}
    clip = CLIPConfig(vision_config=vision, projection_dim=5)
    # 4 patches of 2·2·3 values to 2: 2·4·12·2 = 192. A layer over 5 tokens: four 2x2 projections
    # 4·2·5·4 = 160; scores and sums 2·2·25·2 = 200; feed-forward 2·2·5·8 = 160
    assert vit_flops(clip.vision_config, extra_tokens=1) == 192 + 3 * (160 + 200 + 160)
    assert flops_by_hand(clip) == 192 + 3 * 520 + 2 * 2 * 5
    siglip = SiglipConfig(vision_config=vision)
    # 4 tokens: 128, 128, 128. The head: query and output 16, keys and values 64, scores and sums
    # 32, feed-forward 32
    assert flops_by_hand(siglip) == 192 + 3 * 384 + 16 + 64 + 32 + 32


@pytest.mark.parametrize("model", ["clip-vit-base-patch32", "siglip2-base-patch16-224"])
def test_operations_by_hand_are_those_that_run(model: str, tmp_path: Path):
    write_checkpoint(model, tmp_path, size="smoke")
    half = Half(model, "pictures")
    tower = KINDS[half.kind].open(tmp_path, Placement())
    by_hand = flops_by_hand(tower.model.config)
    assert by_hand == counted_flops(tower, one_item(half, tower, seed=0))


def test_a_vit_b_32_takes_what_its_papers_say():
    with torch.device("meta"):
        model = build_model("clip-vit-base-patch32", "real")
    assert flops_by_hand(model.config) == pytest.approx(2 * 4.37e9, rel=0.01)  # 4.4 GMAC


@pytest.mark.parametrize("name", [*dict.fromkeys(half.model for half in all_halves())])
def test_the_real_sizes_have_as_many_parameters_as_the_published_models(name: str):
    with torch.device("meta"):
        model = build_model(name, "real")
    spec = model_specs()[name]
    millions = sum(weight.numel() for weight in model.parameters()) / 1e6
    assert millions == pytest.approx(spec.parameters_m, abs=0.05)


def test_everything_that_a_profile_runs_is_measured():
    halves = all_halves()
    assert len(halves) == len(set(halves))
    for recipe in shipped_recipes().values():
        wanted = {*indexing_halves(recipe), Half(recipe.appearance, "texts")}
        if recipe.audio is not None:
            wanted.add(Half(recipe.audio, "sound texts"))
        assert wanted <= set(halves)
    assert {"clip-vit-base-patch16", "clip-vit-large-patch14"} <= {half.model for half in halves}


def test_operations_of_a_batch_are_those_of_its_items():
    towers = [
        {"model": "siglip2-base-patch16-224", "half": "pictures", "num_frames": 1, "flops": 3},
        {"model": "timesformer-base-finetuned-k400", "half": "windows", "num_frames": 8}
        | {"flops": 50},
        {"model": "clap-htsat-unfused", "half": "sounds", "num_frames": None, "flops": 700},
    ]
    # 32 pictures, four windows of 8 clips, four sounds of 8 clips
    recipe = shipped_recipes()["clip"]
    assert batch_flops(recipe, towers) == 32 * 3 + 4 * 50 + 4 * 700
    assert batch_flops(recipe, towers[1:]) is None
    # 16 frames: 20 clips are one window, and one that reaches back
    assert items_per_batch(Half("any", "pictures"), 16, 20) == 2


def test_disk_per_hour_is_segments_times_floats():
    # 5,625 clips: 1 + round(5609 / 8) = 702 moments, 1 + round(5529 / 96) = 59 scenes, the video
    assert costs.mb_per_hour(1_000_000) == 4 * (702 + 59 + 1)
    recipes = shipped_recipes()
    # two streams and two alignments of 768, and as much again for the sound
    assert costs.vector_floats(recipes["clip"]) == 2 * (2 * 2 * 768)
    assert costs.vector_floats(recipes["clip-video"]) == 2 * (2 * 1 * 768)
    assert costs.vector_floats(recipes["clip-large"]) == 2 * (2 * 2 * 1024)
    assert costs.compact_floats() == sum(vector.dim for vector in COMPACT.vectors) == 2048


def test_floats_are_those_that_a_profile_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    recipe = shipped_recipes()["clip-fast"]
    library = ModelLibrary(tmp_path)
    for name in recipe.models:
        write_checkpoint(name, tmp_path / name, size="smoke")
        lock(library, name, origin="random")
    tiny = {name: model_specs()[name].model_copy(update={"dim": 16}) for name in recipe.models}
    monkeypatch.setattr(costs, "model_specs", lambda: tiny)
    stored = PretrainedProfile(recipe, library).spec.vectors
    assert costs.vector_floats(recipe) == sum(vector.dim for vector in stored)


def test_licences_that_bind_are_named():
    recipes = shipped_recipes()
    assert costs.licences(recipes["clip-open"]) == "Apache-2.0, MIT"
    assert costs.licences(recipes["clip"]) == (
        "Apache-2.0; **not for commercial use**: timesformer-base-finetuned-k400 "
        "([CC-BY-NC-4.0](https://creativecommons.org/licenses/by-nc/4.0/))"
    )
    assert "**licence not confirmed**: [clip-vit-base-patch32](" in costs.licences(
        recipes["clip-fast"]
    )


def test_a_smoke_run_measures_every_half_and_profile(smoke: RunRecord):
    scores = smoke.scores
    assert [(tower["model"], tower["half"]) for tower in scores["towers"]] == [
        (half.model, half.kind) for half in all_halves()
    ]
    for tower in scores["towers"]:
        assert set(tower["modes"]) == {"float32", scores["dtype"]}
        for name, sizes in tower["modes"].items():
            assert list(sizes) == ["1", "4"]
            for found in sizes.values():
                flop_s = found["items_per_s"] * tower["flops"] / 1e12
                assert found["tflop_s"] == pytest.approx(flop_s)
                assert found["share_of_peak"] == pytest.approx(flop_s / scores["peak_tflops"][name])
        assert tower.get("flops_by_hand", tower["flops"]) == tower["flops"]
    assert tuple(scores["profiles"]) == MEASURED
    for name, found in scores["profiles"].items():
        assert found["times_real_time"] == pytest.approx(0.64 * found["clips_per_s"])
        if name != "compact":
            peak = scores["peak_tflops"][scores["dtype"]]
            assert found["floor_s"] == pytest.approx(found["batch_flops"] / peak / 1e12)
    assert smoke.command == "retrace bench tower-speed --size smoke --device cpu"


def test_the_table_of_profiles_follows_from_the_record_and_the_models(smoke: RunRecord):
    lines = profiles_table(smoke).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:8]]
    assert tuple(FINDS) == MEASURED
    assert [row[0] for row in rows] == [f"`{name}`" for name in MEASURED]
    assert {len(row) for row in rows} == {len(HEAD)}
    recipe = shipped_recipes()["clip"]
    assert rows[3][1:4] == [
        "siglip2-base-patch16-224, timesformer-base-finetuned-k400, clap-htsat-unfused",
        "2.6 GB",  # 4 · (375.2 + 121.6 + 153.5) MB
        FINDS["clip"],
    ]
    found = smoke.scores["profiles"]["clip"]
    assert rows[3][4].startswith(f"{found['clips_per_s']:.3g} clips/s, ")
    assert rows[3][5] == "19 MB"  # 762 · 6,144 · 4 bytes
    assert rows[3][6] == costs.licences(recipe)
    assert lines[-1].startswith("Measured ")


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_the_table_says_where_the_machine_was_busy(smoke: RunRecord, share: float):
    found = smoke.model_copy(update={"scores": smoke.scores | {"others_share": share}})
    table = profiles_table(found)
    assert f"Other processes used {share:.0%} of the cores" in table
    assert ("a quiet machine is faster" in table) == (share > 0.1)


def test_the_console_shows_every_mode_and_what_was_left_out(smoke: RunRecord):
    table = tower_speed_table(smoke)
    modes = sum(len(tower["modes"]) for tower in smoke.scores["towers"])
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == 4 + modes + len(MEASURED)
    assert len({row.count("|") for row in rows if "clips/s" not in row}) == 2
    scores = json.loads(json.dumps(smoke.scores))
    scores["towers"][0] = {"model": "m", "half": "pictures", "skipped": "why not"}
    scores["profiles"]["clip"] = {"skipped": "too large"}
    left_out = smoke.model_copy(update={"scores": scores})
    assert "| m | pictures | – | why not | – | – | – | – |" in tower_speed_table(left_out)
    assert "| clip | too large | – | – | – | – | – |" in tower_speed_table(left_out)
    assert "not measured (too large)" in profiles_table(left_out)


def test_what_is_meant_for_a_gpu_is_left_out_on_a_cpu_and_an_interrupt_leaves_the_rest():
    record = run_tower_speed(TowerSpeedArguments(device="cpu"), stopped=lambda: True)
    for tower in record.scores["towers"]:
        assert tower["skipped"] == (ASK_FOR_ALL if tower["model"] in FOR_GPU else "interrupted")
    assert record.scores["profiles"]["clip-large"] == {"skipped": ASK_FOR_ALL}
    assert record.scores["profiles"]["clip"] == {"skipped": "interrupted"}
    assert "interrupted" in tower_speed_table(record)


def test_nothing_begins_once_the_time_is_over():
    record = run_tower_speed(TowerSpeedArguments(size="smoke", device="cpu", minutes=0))
    reasons = {tower["skipped"] for tower in record.scores["towers"]}
    assert reasons == {"not begun within 0 minutes"}


def test_the_median_of_rounds_leaves_the_first_out(monkeypatch: pytest.MonkeyPatch):
    clock = iter([0.0, 9.0, 10.0, 11.0])  # two rounds, of 9 s and of 1 s: the first is enough
    monkeypatch.setattr("benchmarks.tower_speed.towers.time.perf_counter", lambda: next(clock))
    done = list[int]()
    assert seconds_of(lambda: done.append(1)) == 9.0
    assert len(done) == 2
    assert fastest({"1": {"items_per_s": 5.0}, "8": {"items_per_s": 7.0}}) == 8


def test_an_unknown_size_is_refused():
    result = CliRunner().invoke(app, ["bench", "tower-speed", "--size", "huge"])
    assert result.exit_code == 1
    assert "size = 'huge': input should be 'real' or 'smoke'" in result.output


@pytest.mark.gpu
def test_compiled_models_and_memory_are_measured_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    record = run_tower_speed(TowerSpeedArguments(size="smoke", device="cuda"))
    pictures = record.scores["towers"][0]["modes"]
    assert all(found["peak_bytes"] > 0 for found in pictures["bfloat16"].values())
    assert "skipped" in pictures["bfloat16, compiled"] or pictures["bfloat16, compiled"]
