"""The compact profile on real clips, sounds and simulated scenes (`retrace bench compact`)."""
