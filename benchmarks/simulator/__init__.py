"""Drawn surveillance scenes with sound and captions: for training, tests and the demo.

A `Scene` is a description; everything else is a function of it, so a seed is a whole clip.
"""
