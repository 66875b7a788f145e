"""The pages: each has a `show()`, which draws it."""
