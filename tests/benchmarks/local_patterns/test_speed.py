"""The smoke of the speed benchmark: every module of the paper runs on tiny models."""

from benchmarks.local_patterns.report import pattern_speed_table
from benchmarks.local_patterns.speed import PatternSpeedArguments, run_pattern_speed


def test_every_module_has_a_time_and_products_have_a_floor() -> None:
    arguments = PatternSpeedArguments(device="cpu", size="smoke", regions=3, rounds=1)
    record = run_pattern_speed(arguments)
    rows = record.scores["rows"]
    products = ["backbone", "ITAM", "TSGM: captions written", "text transformer", "TSGM: SMM", "RM"]
    assert set(rows) == {*products, "CMAM", "TME"}
    assert all(row["ms_per_frame"] > 0 for row in rows.values())
    assert all(rows[name]["floor_ms_per_frame"] > 0 for name in products)
    # RM by hand: into 512, five times 512 x 512, and back, for 3 regions of 5 a frame
    dim = 16 + 8
    flops = 2 * 3 * (2 * dim * 512 + 5 * 512 * 512)
    floor = 1000 * flops / record.scores["peak_tflops"] / 1e12 / (3 / 5)
    assert abs(rows["RM"]["floor_ms_per_frame"] / floor - 1) < 1e-6
    total = sum(row["ms_per_frame"] for row in rows.values())
    assert abs(record.scores["frames_per_s"] * total - 1000) < 1e-6
    assert "| TME | " in pattern_speed_table(record)
