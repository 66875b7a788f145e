"""The words everyone shares: spans, media, vectors, scores, payload, manifest and errors.

Only numpy and pydantic are imported here. The heavy rooms are imported by name where they are
needed: `segments.reading`, `segments.motion` and `segments.cutting` (PyAV, OpenCV), and
`segments.store` (Qdrant).
"""
