"""The service: one process that owns a library and answers over HTTP."""
