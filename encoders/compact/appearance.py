"""The compact profile's picture encoder: a small CNN whose outputs live in MiniLM's sentence space.

One map of local embeddings serves both readings: pooled over the whole picture it describes the
frame, pooled inside a box it describes the region.
"""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

DIM = 384
STRIDE = 16
WIDTHS = (16, 32, 96, 192)
PIXEL_MEAN = 0.45
PIXEL_STD = 0.25


class AppearanceEncoder(nn.Module):
    """RGB pictures to unit vectors of MiniLM's space (1.5 M parameters)."""

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = [_ConvNorm(3, WIDTHS[0], stride=2)]
        for width_in, width in zip(WIDTHS, WIDTHS[1:], strict=False):
            stages += [_ConvNorm(width_in, width, stride=2), _Residual(width)]
        self.stages = nn.Sequential(*stages)
        self.attend = nn.Conv2d(WIDTHS[-1], 4, kernel_size=1)
        self.frame_head = nn.Linear(5 * WIDTHS[-1], DIM)
        self.region_head = nn.Linear(WIDTHS[-1], DIM)

    def features(self, pixels: UInt8[Tensor, "b h w 3"]) -> Float[Tensor, "b c hm wm"]:
        """The map that frames and regions are pooled from, at 1/16 of the picture's size."""
        normal = (pixels.permute(0, 3, 1, 2).float() / 255.0 - PIXEL_MEAN) / PIXEL_STD
        return self.stages(normal.contiguous(memory_format=torch.channels_last))

    def frames(self, features: Float[Tensor, "b c hm wm"]) -> Float[Tensor, "b 384"]:
        """One unit vector per picture: its mean, and four weighted means that attend to places."""
        flat = features.flatten(2)
        weights = self.attend(features).flatten(2).softmax(dim=-1)
        attended = torch.einsum("bcn,bkn->bkc", flat, weights)
        pooled = torch.cat([flat.mean(-1, keepdim=True).transpose(1, 2), attended], dim=1)
        return F.normalize(self.frame_head(pooled.flatten(1)), dim=-1)

    def regions(
        self, features: Float[Tensor, "b c hm wm"], boxes: Float[Tensor, "b k 4"]
    ) -> Float[Tensor, "b k 384"]:
        """One unit vector per box.

        Args:
            features: the maps of `features`.
            boxes: (left, top, right, bottom) as shares of the picture's size, in [0, 1].
        """
        return F.normalize(self.raw_regions(features, boxes), dim=-1)

    def raw_regions(
        self, features: Float[Tensor, "b c hm wm"], boxes: Float[Tensor, "b k 4"]
    ) -> Float[Tensor, "b k 384"]:
        """What `regions` makes unit vectors of: that of a box is the mean of those of its parts."""
        return self.region_head(self.pooled(features, boxes))

    def pooled(
        self, features: Float[Tensor, "b c hm wm"], boxes: Float[Tensor, "b k 4"]
    ) -> Float[Tensor, "b k c"]:
        """The mean of the map inside each box, before any head."""
        weights = _box_weights(boxes, features.shape[2], features.shape[3])
        return torch.einsum("bchw,bkhw->bkc", features, weights)

    def forward(self, pixels: UInt8[Tensor, "b h w 3"]) -> Float[Tensor, "b 384"]:
        return self.frames(self.features(pixels))


def _box_weights(
    boxes: Float[Tensor, "b k 4"], rows: int, columns: int
) -> Float[Tensor, "b k hm wm"]:
    """Each cell's share of the box; the shares of one box sum to 1, however small it is."""

    def covered(low: Tensor, high: Tensor, cells: int) -> Tensor:
        edges = torch.arange(cells, device=boxes.device, dtype=boxes.dtype)
        low, high = low[..., None] * cells, high[..., None] * cells
        return (torch.minimum(high, edges + 1) - torch.maximum(low, edges)).clamp(min=1e-6)

    across = covered(boxes[..., 0], boxes[..., 2], columns)
    down = covered(boxes[..., 1], boxes[..., 3], rows)
    area = down[..., :, None] * across[..., None, :]
    return area / area.sum(dim=(-2, -1), keepdim=True)


class _ConvNorm(nn.Sequential):
    def __init__(self, width_in: int, width: int, *, stride: int = 1) -> None:
        convolution = nn.Conv2d(width_in, width, 3, stride=stride, padding=1, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(width), nn.ReLU(inplace=True))


class _Residual(nn.Module):
    """Two 3x3 convolutions beside an identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _ConvNorm(width, width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return F.relu(x + self.norm(self.second(self.first(x))))
