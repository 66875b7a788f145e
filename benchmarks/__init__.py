"""Tasks, metrics, records and the scene simulator: how well retrace works, and how we know."""
