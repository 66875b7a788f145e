"""How fast ALAN trains, in how much memory, and how far that is from what the arithmetic needs."""
