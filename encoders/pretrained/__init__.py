"""Profiles built of pretrained models: towers, ALAN on top, zero-shot until trained."""
