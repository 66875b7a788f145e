"""Local Patterns on real footage: what each of its parts brings, frame by frame."""
