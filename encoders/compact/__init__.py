"""The compact profile: small networks that ship with retrace and run without a network."""
