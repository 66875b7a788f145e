"""ALAN: anomaly-led alignment of video with words and sounds (METHODS A, DESIGN §3-4).

`AlanConfig` → `Alan` (tensors, training) → `AlanPredictor` (arrays, inference).
"""

from encoders.alan.alignment import dual_embedding, similarity_matrix, stored_vectors
from encoders.alan.config import AlanConfig
from encoders.alan.losses import margin_ranking_loss, topk_loss
from encoders.alan.model import Alan
from encoders.alan.outputs import AudioOutput, QueryOutput, TextOutput, VideoOutput
from encoders.alan.predictor import AlanPredictor
from encoders.alan.sampling import length_mask

__all__ = [
    "Alan",
    "AlanConfig",
    "AlanPredictor",
    "AudioOutput",
    "QueryOutput",
    "TextOutput",
    "VideoOutput",
    "dual_embedding",
    "length_mask",
    "margin_ranking_loss",
    "similarity_matrix",
    "stored_vectors",
    "topk_loss",
]
