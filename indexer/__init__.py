"""Footage in, points and tracks out: discovery, decoding, features, ledger, resumable chunks."""
