"""How fast a service answers, where the time goes, and what the library's size does to it."""
