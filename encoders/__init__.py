"""Media and words to vectors: backbones (one model family a file), ALAN, and the profiles."""

from segments.torchaudio_guard import let_torchaudio_load

let_torchaudio_load()
