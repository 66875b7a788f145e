"""TRACE: how near footage is to sentences of what is anomalous, against those of what is normal."""

NAME = "trace"
