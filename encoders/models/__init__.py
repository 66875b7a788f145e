"""Pretrained checkpoints: which there are, the library that keeps them here, and filling it."""
