"""The words everyone shares: spans, media, vectors, scores, payload, manifest and errors.

Only numpy and pydantic are imported here. The two heavy rooms, `segments.reading` (PyAV) and
`segments.store` (Qdrant), are imported by name where they are needed.
"""
