"""Operations of a step against hand-worked numbers and PyTorch's counter; every mode once."""

import json
import sys
import threading
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch
from transformers import BertConfig
from typer.testing import CliRunner

from benchmarks.records import RunRecord
from benchmarks.training_speed import measures, running
from benchmarks.training_speed.arguments import SpeedArguments
from benchmarks.training_speed.epochs import batch_bytes, look_at
from benchmarks.training_speed.flops import BatchShape, counted_flops, step_flops
from benchmarks.training_speed.material import SIZES, random_backbone, random_set
from benchmarks.training_speed.modes import MODES, why_not_compiled
from benchmarks.training_speed.report import training_speed_table
from benchmarks.training_speed.running import run_training_speed
from cli.main import app
from encoders.alan import AlanConfig
from encoders.alan.training import AlanTrainer
from encoders.alan.training.batches import BatchMaker

SMOKE = SIZES["smoke"]
NAMES = {
    *("fp32", "fp32, checkpointed", "bf16", "bf16, checkpointed"),
    *("bf16, compiled", "bf16, compiled, checkpointed"),
}
FIELDS = {
    *("videos_per_s", "epoch_s", "step_s", "measured_steps", "warm_up_s", "peak_bytes"),
    *("data_share", "step_flops", "floor_s", "times_floor"),
}


def test_flops_of_a_tiny_step_are_those_worked_out_by_hand():
    config = AlanConfig(
        streams={"appearance": 3, "motion": 5},
        text_dim=2,
        d=2,
        heads=1,
        ffn=4,
        num_samples=2,
        detector_hidden=(3,),
        detector_kernel=3,
    )
    bert = BertConfig(vocab_size=7, hidden_size=2, num_hidden_layers=1, intermediate_size=4)
    # 2 videos of 4 clips, sentences of 3 pieces. Nouns: one piece in each sentence; verbs: two
    # pieces in one sentence. A sequence has 2 samples and its CLS: 6 tokens per stream.
    shape = BatchShape(videos=2, clips=4, pieces=3, masked=((2, 1, 2), (1, 2, 2)))
    found = step_flops(shape, config, bert)
    assert found == {
        # forward 2·(8 clips)·(3 + 5)·2 = 256; no gradient of the features: twice
        "projections": 2 * 256,
        # 2·8·3·(4·3 + 3·1) = 720
        "detector": 3 * 720,
        # per row and stream: four 2x2 projections of 6 tokens 2·96, scores and sums 2·2·36·2 = 288,
        # feed-forward 2·6·2·8 = 192, together 672; times 2 rows and 2 streams
        "self encoders": 3 * 2688,
        # as above without the feed-forward: 480
        "cross encoders": 3 * 1920,
        # per row: projections 96, scores and sums 72, feed-forward 96
        "text backbone": 3 * 528,
        # per row: 2 units x 2 streams x 2·(4 + 4 + 2) = 80
        "gated units": 3 * 160,
        # g and h: 2·(2·2 pairs)·2 streams·2
        "alignment": 3 * 64,
        # one piece asked: sentence (2·1 + 2·3)·4 + 2·2·3·2 = 56; prompt of 12 tokens
        # (2·1 + 2·12)·4·2 + 2·2·12·2 = 304; feed-forward 32; sentence again with its factor of 2:
        # (1 + 3)·2·4·2 + 24 = 88. Two sentences: 2·(88 + 304 + 32) = 848.
        # two pieces asked in one: (2 + 3)·16 + 48 = 128; (2 + 12)·16 + 192 = 416; 64: 608
        "prompting decoder": 3 * (848 + 608),
        # 2·4 pieces·2·7
        "vocabulary": 3 * 112,
    }
    again = step_flops(shape, config, bert, checkpointed=True)
    assert again == found | {"text backbone": 4 * 528}


@pytest.mark.parametrize("checkpointed", [False, True])
@pytest.mark.parametrize("streams", [{"appearance": 24, "motion": 16}, {"appearance": 24}])
def test_flops_by_hand_are_those_that_run(streams, checkpointed):
    size = replace(SMOKE, config=replace(SMOKE.config, streams=streams))
    backbone = random_backbone(size, seed=0)
    machine = next(m for m in MODES if m.checkpointed == checkpointed).machine("cpu")
    data = random_set(size, 8, seed=0)
    trainer = AlanTrainer(size.config, data, size.recipe, backbone=backbone, machine=machine)
    batch = next(trainer.batches.epoch()).to(torch.device("cpu"))
    shape = BatchShape.of(batch)
    by_hand = step_flops(shape, size.config, size.bert, checkpointed=checkpointed)
    assert sum(by_hand.values()) == pytest.approx(counted_flops(trainer.learner, batch), rel=0.01)


def test_an_epoch_counts_its_padding_and_bytes():
    data = random_set(SMOKE, 20, seed=0)
    maker = BatchMaker(data, SMOKE.recipe, np.random.default_rng(0))
    epoch = look_at(maker, torch.device("cpu"))
    assert [shape.videos for shape in epoch.shapes] == [8, 8, 4]
    lengths = [len(video.read(0)) for video in data.videos]
    assert epoch.num_clips == sum(lengths)
    assert max(shape.clips for shape in epoch.shapes) == max(lengths) <= SMOKE.clips[1]
    assert epoch.share == 1610 / 20
    batch = next(maker.epoch())
    b, t = batch.mask.shape
    assert batch.text is not None
    pieces = batch.text.ids.shape[1]
    # float16 streams, float32 lead, bool mask; float32 labels; bool same; text: int32 ids, 4 bools
    expected = b * t * (2 * 48 + 4 + 1) + 4 * b + b * b + b * pieces * (4 + 4)
    assert batch_bytes(batch) == expected


def assert_complete(mode):
    assert set(mode) == FIELDS
    assert all(value > 0 for value in mode.values())
    assert mode["videos_per_s"] * mode["epoch_s"] == pytest.approx(1610)


def test_every_eager_mode_is_measured_and_has_all_fields():
    arguments = SpeedArguments(size="smoke", device="cpu", videos=20, steps=4, compiled=False)
    scores = run_training_speed(arguments).scores
    assert set(scores["modes"]) == NAMES
    for name, mode in scores["modes"].items():
        if "compiled" in name:
            assert mode == {"skipped": "not asked for"}
        else:
            assert_complete(mode)
            assert mode["measured_steps"] == 6  # four, in whole epochs of three
    first = scores["first_step"]
    assert first["flops_by_hand"] == pytest.approx(first["flops_counted"], rel=0.01)
    plain, checkpointed = (scores["modes"][n]["step_flops"] for n in ("fp32", "fp32, checkpointed"))
    assert checkpointed - plain == pytest.approx(scores["step_flops"]["text backbone"] / 3)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")  # Dynamo looks at it itself
def test_a_compiled_mode_is_measured(monkeypatch):
    # Dynamo traces what it would for a compiler, and no compiler takes minutes over it.
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    monkeypatch.setattr(running, "MODES", MODES[-1:])
    monkeypatch.setenv("CXX", sys.executable)
    scores = run_training_speed(SpeedArguments(size="smoke", device="cpu", videos=20)).scores
    assert_complete(scores["modes"]["bf16, compiled, checkpointed"])


def test_the_floor_is_the_operations_over_the_peak_that_was_given():
    arguments = SpeedArguments(
        size="smoke",
        device="cpu",
        videos=8,
        compiled=False,
        peak_fp32_tflops=0.5,
        peak_bf16_tflops=2.0,
    )
    scores = run_training_speed(arguments).scores
    assert scores["peak_tflops"] == {"fp32": 0.5, "bf16": 2.0}
    for name, peak in (("fp32", 0.5e12), ("bf16", 2e12)):
        mode = scores["modes"][name]
        assert mode["floor_s"] == pytest.approx(mode["step_flops"] * (1610 / 8) / peak)
        assert mode["times_floor"] == pytest.approx(mode["epoch_s"] / mode["floor_s"])


def test_without_a_compiler_compiled_modes_are_skipped_and_say_so(monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", str(tmp_path / "no-compiler"))
    reason = why_not_compiled("cpu")
    assert reason is not None
    assert "C++ compiler" in reason
    out = tmp_path / "speed.json"
    command = ["bench", "training-speed", "--size", "smoke", "--device", "cpu", "--videos", "8"]
    result = CliRunner().invoke(app, [*command, "-o", str(out)])
    assert result.exit_code == 0, result.output
    record = RunRecord.model_validate(json.loads(out.read_text()))
    assert record.scores["modes"]["bf16, compiled"] == {"skipped": reason}
    assert record.command == ("retrace bench training-speed --size smoke --device cpu --videos 8")
    rows = [line for line in training_speed_table(record).splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(MODES)
    assert {row.count("|") for row in rows} == {10}
    assert reason in result.output


def test_an_unknown_size_is_refused():
    result = CliRunner().invoke(app, ["bench", "training-speed", "--size", "huge"])
    assert result.exit_code == 1
    assert "size = 'huge': input should be 'paper' or 'smoke'" in result.output


def test_peak_memory_sees_what_was_freed_again(monkeypatch):
    resident = iter([100, 900, 300, 300])
    looks = threading.Event()

    def memory_info(process):
        value = next(resident, 300)
        if value == 300:
            looks.set()
        return SimpleNamespace(rss=value)

    monkeypatch.setattr(measures, "POLL_S", 0.001)
    monkeypatch.setattr(psutil.Process, "memory_info", memory_info)
    with measures.peak_memory("cpu") as peak:
        assert looks.wait(60)
    assert peak.bytes == 900


@pytest.mark.gpu
def test_every_mode_runs_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    arguments = SpeedArguments(size="smoke", device="cuda", videos=20)
    scores = run_training_speed(arguments).scores
    for name, mode in scores["modes"].items():
        assert set(mode) == FIELDS, name
    assert scores["first_step"]["flops_by_hand"] == pytest.approx(
        scores["first_step"]["flops_counted"], rel=0.01
    )
