"""Ways to find the regions of a picture; `opening.open_engine` opens one by name or path."""
