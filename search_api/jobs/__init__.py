"""Indexing that the service has done: footage that was sent or lies here, one job after the other.

`lines` is what an indexing process says of itself, `processes` starts, finds again and ends one,
`table` keeps the jobs, `runner` does them, `watching` makes some of its own, `footage` keeps what
was sent, and `desk` holds it all for one service.
"""
