"""Region encoders: what a piece of a picture looks like, as image tokens in a space with words."""
