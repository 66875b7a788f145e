"""The trace bank as a service shows and changes it: sentences, places of cameras, rescoring."""
