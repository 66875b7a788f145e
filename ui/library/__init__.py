"""The library: its videos, what is added to it, and what it is made of."""
