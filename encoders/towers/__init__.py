"""Pretrained models, one family a file: pictures, words and sounds to vectors, from a folder."""
