"""Cases: what an investigation found, side by side, and as evidence."""
