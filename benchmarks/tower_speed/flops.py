"""The matrix products of a forward pass, counted as they run, and added up by hand for a ViT.

A product of [m k] and [k n] takes 2 m k n floating-point operations; norms, softmax and
activations are left out.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from encoders.towers.tower import Tower


def counted_flops(tower: Tower, item: Tensor) -> int:
    """Operations of one item's forward pass, as PyTorch's own counter sees them run.

    What happens to the item before (scaling of pixels, log-mel) is not counted.
    """
    batch = tower.prepare(item)
    # inference mode would hand linear layers to the counter whole, and it does not know them;
    # fused attention is not counted on every device
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
        with FlopCounterMode(display=False) as counter:
            tower.forward(batch)
    return counter.get_total_flops()


def flops_by_hand(config: Any) -> int | None:
    """Operations of one picture through a model of pictures; None for other families.

    Args:
        config: of a CLIP or SigLIP model.
    """
    if config.model_type == "clip":
        width = config.vision_config.hidden_size
        return vit_flops(config.vision_config, extra_tokens=1) + 2 * width * config.projection_dim
    if config.model_type == "siglip":
        return vit_flops(config.vision_config, extra_tokens=0) + _pooling(config.vision_config)
    return None


def vit_flops(vision: Any, *, extra_tokens: int) -> int:
    """Patch embedding and Transformer layers of a ViT.

    Args:
        vision: its configuration.
        extra_tokens: beside the patches: 1 where there is a class token.
    """
    width, inner = vision.hidden_size, vision.intermediate_size
    patches = _patches(vision)
    tokens = patches + extra_tokens
    embedding = 2 * patches * 3 * vision.patch_size**2 * width
    projections = 4 * 2 * tokens * width**2
    attention = 2 * 2 * tokens**2 * width
    feed_forward = 2 * 2 * tokens * width * inner
    return embedding + vision.num_hidden_layers * (projections + attention + feed_forward)


def _pooling(vision: Any) -> int:
    """SigLIP's head: one learned query attends to the patches, then a feed-forward layer."""
    width, inner, patches = vision.hidden_size, vision.intermediate_size, _patches(vision)
    query_and_output = 2 * 2 * width**2
    keys_and_values = 2 * 2 * patches * width**2
    return query_and_output + keys_and_values + 2 * 2 * patches * width + 2 * 2 * width * inner


def _patches(vision: Any) -> int:
    return (vision.image_size // vision.patch_size) ** 2
