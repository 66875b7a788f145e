"""Frame scores of detectors on the detection benchmarks: `retrace bench vad-...`."""
