"""Where points live: one protocol, `base.VectorStore`, and two engines that pass the same tests."""
