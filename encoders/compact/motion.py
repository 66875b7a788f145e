"""The compact profile's motion stream: measured statistics of each clip's motion fields.

Nothing is learned but the statistics' own mean and spread. What the camera does is taken out first:
the median velocity of each field. Speeds count logarithmically, from `REST` on.

Fights differ from other movement less by how fast than by how disorderly the fastest place of the
picture moves, between neighbouring cells and from field to field (docs/LOG.md has the numbers).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

REST = 0.05
"""Frame heights per second: slower cells hardly move."""
SHARES = (0.5, 0.75, 0.9, 0.95, 0.98, 1.0)
"""Of the cells of a field, at which speeds and their kin are read off."""
SPEEDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Frame heights per second, above which a cell's area counts."""
WINDOWS = ((6, 2), (12, 4))
"""Cells and step of the square windows among which the hottest is looked for."""
PLACES = (3, 4)
"""Rows and columns of the coarse layout."""
DIRECTIONS = 8
DIM = 128
LIMIT = 4.0
"""Standardised values end here: one odd field must not decide."""


class MotionEncoder(nn.Module):
    """Motion fields to one standardised row of statistics per clip."""

    mean: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(DIM))
        self.register_buffer("spread", torch.ones(DIM))

    @torch.no_grad()
    def fit(self, videos: Iterable[Float[Tensor, "t 128"]]) -> None:
        """Takes mean and spread from training videos' statistics; every video counts alike."""
        rows = list(videos)
        means = torch.stack([row.mean(dim=0) for row in rows])
        squares = torch.stack([row.square().mean(dim=0) for row in rows])
        self.mean.copy_(means.mean(dim=0))
        variance = squares.mean(dim=0) - self.mean.square()
        self.spread.copy_(variance.clamp(min=0).sqrt().clamp(min=1e-2))

    def forward(self, motion: Float[Tensor, "t m 24 32 2"]) -> Float[Tensor, "t 128"]:
        """A clip's row depends on nothing but its own fields.

        Args:
            motion: velocity in frame heights per second, two or more fields per clip.
        """
        return self.standardised(motion_statistics(motion))

    def standardised(self, rows: Float[Tensor, "t 128"]) -> Float[Tensor, "t 128"]:
        """What `forward` makes of the statistics."""
        return ((rows - self.mean) / self.spread).clamp(-LIMIT, LIMIT)


def motion_statistics(motion: Float[Tensor, "t m 24 32 2"]) -> Float[Tensor, "t 128"]:
    """All statistics before standardisation, group by group."""
    return torch.cat(list(grouped_statistics(motion).values()), dim=1)


def grouped_statistics(motion: Float[Tensor, "t m 24 32 2"]) -> dict[str, Float[Tensor, "t _"]]:
    """The statistics by group. The order is part of every weight that is learned from them."""
    fields = _separate(motion)
    small, large = WINDOWS
    return {
        "speeds": _speeds(fields),
        "areas": _areas(fields),
        "deformation": _deformations(fields),
        "change": _shares(fields.change, SHARES[1:]),
        "disorder": _shares(fields.disorder, SHARES[1:]),
        "flicker": _shares(fields.flicker[:, None], SHARES[1:]),
        "ratios": _ratios(fields),
        "small hot spot": _hot_spot(fields, *small),
        "large hot spot": _hot_spot(fields, *large),
        "directions": _directions(fields),
        "layout": _layout(fields),
        "extent": _extent(fields),
        "camera": _signed_log(fields.camera.mean(dim=1)),
    }


@dataclass(frozen=True)
class _Fields:
    """Maps of a batch of clips that the statistics share."""

    camera: Float[Tensor, "t m 2"]
    own: Float[Tensor, "t m h w 2"]
    """Velocity relative to the camera's."""
    speed: Float[Tensor, "t m h w"]
    change: Float[Tensor, "t n h w"]
    """How much the velocity differs from the field before; n = m - 1."""
    disorder: Float[Tensor, "t m h w"]
    """Speed that cancels out among neighbouring cells."""
    flicker: Float[Tensor, "t h w"]
    """Speed that cancels out over the clip's fields."""


def _separate(motion: Float[Tensor, "t m h w 2"]) -> _Fields:
    camera = motion.flatten(2, 3).median(dim=2).values
    own = motion - camera[:, :, None, None]
    speed = own.norm(dim=-1)
    common = torch.stack([_smooth(own[..., axis]) for axis in (0, 1)], dim=-1).norm(dim=-1)
    return _Fields(
        camera=camera,
        own=own,
        speed=speed,
        change=(own[:, 1:] - own[:, :-1]).norm(dim=-1),
        disorder=(_smooth(speed) - common).clamp(min=0),
        flicker=(speed.mean(dim=1) - own.mean(dim=1).norm(dim=-1)).clamp(min=0),
    )


def _speeds(fields: _Fields) -> Float[Tensor, "t 14"]:
    """Speeds by share of cells, in the mean field and in the fastest; how uneven fields are."""
    sizes = _log(_quantiles(fields.speed, SHARES))
    energy = _log(fields.speed.mean(dim=(2, 3)))
    burst = torch.stack([energy.std(dim=1), energy.amax(dim=1) - energy.mean(dim=1)], dim=1)
    return torch.cat([sizes.mean(dim=1), sizes.amax(dim=1), burst], dim=1)


def _areas(fields: _Fields) -> Float[Tensor, "t 12"]:
    """Root of the share of cells above each speed, in the mean field and in the fullest."""
    cells = fields.speed.flatten(2)
    shares = torch.stack([(cells > limit).float().mean(dim=2) for limit in SPEEDS], dim=-1)
    return torch.cat([shares.mean(dim=1), shares.amax(dim=1)], dim=1).sqrt()


def _deformations(fields: _Fields) -> Float[Tensor, "t 9"]:
    """Divergence, curl and shear, each at three shares of the cells."""
    across = (fields.own[:, :, :-1, 1:] - fields.own[:, :, :-1, :-1]).unbind(dim=-1)
    down = (fields.own[:, :, 1:, :-1] - fields.own[:, :, :-1, :-1]).unbind(dim=-1)
    shear = torch.hypot(across[0] - down[1], across[1] + down[0])
    kinds = [(across[0] + down[1]).abs(), (across[1] - down[0]).abs(), shear]
    return torch.cat([_shares(kind, (0.75, 0.95, 0.99)) for kind in kinds], dim=1)


def _ratios(fields: _Fields) -> Float[Tensor, "t 3"]:
    """Change, disorder and flicker as shares of the motion there is."""
    speed = fields.speed.mean(dim=(1, 2, 3))
    parts = (fields.change, fields.disorder, fields.flicker)
    return torch.stack([_log_ratio(part.flatten(1).mean(dim=1), speed) for part in parts], dim=1)


def _hot_spot(fields: _Fields, size: int, step: int) -> Float[Tensor, "t 11"]:
    """What the window with the most motion is like, and the worst windows of each kind."""
    maps = (fields.speed, fields.disorder, fields.change, fields.flicker[:, None])
    windows = [F.avg_pool2d(part.mean(dim=1), size, step).flatten(1) for part in maps]
    hottest = windows[0].argmax(dim=1, keepdim=True)
    speed, *kinds = (part.gather(1, hottest)[:, 0] for part in windows)
    ratios = [_log_ratio(kind, speed) for kind in kinds]
    most = [_log(part.amax(dim=1)) for part in windows[1:]]
    rest = _log(windows[0].mean(dim=1)) - _log(speed)
    return torch.stack([_log(speed), *[_log(kind) for kind in kinds], *ratios, rest, *most], dim=1)


def _directions(fields: _Fields) -> Float[Tensor, "t 8"]:
    """Mean speed of the cells that go each way: the first is right, then clockwise."""
    turns = torch.atan2(fields.own[..., 1], fields.own[..., 0]) / (2 * torch.pi)
    way = (turns * DIRECTIONS + 0.5).floor().long() % DIRECTIONS
    amounts = [(fields.speed * (way == k)).mean(dim=(1, 2, 3)) for k in range(DIRECTIONS)]
    return _log(DIRECTIONS * torch.stack(amounts, dim=1))


def _layout(fields: _Fields) -> Float[Tensor, "t 36"]:
    """Speed and signed velocity by place, row by row."""
    planes = [fields.speed, *fields.own.unbind(dim=-1)]
    coarse = [F.adaptive_avg_pool2d(plane.mean(dim=1), PLACES).flatten(1) for plane in planes]
    return torch.cat([_signed_log(plane) for plane in coarse], dim=1)


def _extent(fields: _Fields) -> Float[Tensor, "t 7"]:
    """Centre and size of where motion is, and how much of it the fastest cells hold."""
    energy = fields.speed.mean(dim=1) + 1e-5
    energy = energy / energy.sum(dim=(1, 2), keepdim=True)
    columns = _moments(energy.sum(dim=1))
    rows = _moments(energy.sum(dim=2))
    sums = energy.flatten(1).sort(dim=1, descending=True).values.cumsum(dim=1)
    held = [sums[:, round(share * sums.shape[1]) - 1] for share in (0.02, 0.1, 0.25)]
    return torch.stack([*columns, *rows, *held], dim=1)


def _moments(shares: Float[Tensor, "t n"]) -> tuple[Float[Tensor, " t"], Float[Tensor, " t"]]:
    """Mean and standard deviation of the position, in shares of the length."""
    length = shares.shape[1]
    places = (torch.arange(length, device=shares.device) + 0.5) / length
    mean = shares @ places
    return mean, (shares * (places - mean[:, None]).square()).sum(dim=1).sqrt()


def _shares(maps: Float[Tensor, "t m h w"], shares: tuple[float, ...]) -> Float[Tensor, "t q"]:
    return _log(_quantiles(maps, shares)).mean(dim=1)


def _quantiles(maps: Float[Tensor, "t m h w"], shares: tuple[float, ...]) -> Float[Tensor, "t m q"]:
    ranked = maps.flatten(2).sort(dim=2).values
    return ranked[..., [round(share * (ranked.shape[2] - 1)) for share in shares]]


def _smooth(maps: Float[Tensor, "t m h w"]) -> Float[Tensor, "t m h w"]:
    return F.avg_pool2d(maps, 3, stride=1, padding=1, count_include_pad=False)


def _log(speed: Tensor) -> Tensor:
    return torch.log1p(speed / REST)


def _signed_log(velocity: Tensor) -> Tensor:
    return velocity.sign() * _log(velocity.abs())


def _log_ratio(part: Tensor, whole: Tensor) -> Tensor:
    return ((part + 0.1 * REST) / (whole + 0.2 * REST)).log()
