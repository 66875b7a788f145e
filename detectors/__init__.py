"""Detectors: encoder outputs as arrays in, anomaly scores over time out."""
