"""The video page's parts: what is played, what is said of it, and what may be done with it."""
