"""Local Patterns: what each region of a picture looks like, in words, and how it moves (METHODS C).

Boxes are left, top, right and bottom throughout, as shares of the picture's width and height.
"""

NAME = "local_patterns"
