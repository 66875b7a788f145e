"""How well unwanted sentences and confidence work, on moments of simulated videos."""
