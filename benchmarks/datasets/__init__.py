"""Benchmarks' data as released: captions, splits, labels and feature folders, read where they lie."""
