"""Keys, and the log of what was done: for admins."""
