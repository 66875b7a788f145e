"""Whether calibrations keep what they say: alarms on held-out simulated footage."""
