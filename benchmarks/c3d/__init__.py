"""Real numbers on 290 videos of UCFCrime-AR that have C3D features: few pairs, nested choices."""
