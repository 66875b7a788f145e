"""How fast pretrained models run here, and how far that is from what the arithmetic needs."""
