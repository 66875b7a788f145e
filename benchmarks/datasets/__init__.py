"""Benchmarks' data as released: captions, splits, labels and feature folders."""
