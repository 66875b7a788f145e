"""How well TRACE does, and what of it matters."""
