"""Intervals for rates of rare things that were counted, and for what will be counted next.

Alarms that come independently of each other are a Poisson process; `dispersion` is by how much
their counts vary more than that (variance by mean, 1 for Poisson), because they come in clusters or
because some hours have more of them than others.
"""

import math

import numpy as np

LOW, HIGH = 0.025, 0.975
"""Of every interval here: 95 %."""


def rate_interval(
    count: int, *, dispersion: float = 1.0, is_chosen: bool = False
) -> tuple[float, float]:
    """Where the expected number lies when `count` were counted.

    Args:
        is_chosen: the threshold is the highest one with that count: exact, as the `count`-th
            highest peak of a Poisson process leaves a Gamma(`count`) rate above it. For a
            threshold that was given, the upper end is that of one more (Garwood 1936).
    """
    shape = count / dispersion
    low = gamma_quantile(LOW, shape) if count else 0.0
    high = gamma_quantile(HIGH, shape if is_chosen else shape + 1)
    return dispersion * low, dispersion * high


def count_interval(count: int, ratio: float, *, dispersion: float = 1.0) -> tuple[int, int]:
    """How many come in other footage when `count` > 0 came at the threshold chosen for it.

    A negative binomial, which for independent alarms is what a Gamma rate and a Poisson count
    make: mean count · ratio, variance dispersion · mean · (1 + ratio).

    Args:
        ratio: length of the other footage by that of the first.
    """
    mean = count * ratio
    factor = dispersion * (1 + ratio)
    return _negative_binomial(LOW, mean, factor), _negative_binomial(HIGH, mean, factor)


def gamma_quantile(share: float, shape: float) -> float:
    """Below which value a Gamma variable of unit scale lies with probability `share`."""
    low, high = 0.0, shape + 12 * math.sqrt(shape) + 40
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if _gamma_cdf(middle, shape) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _gamma_cdf(value: float, shape: float) -> float:
    """The regularised lower incomplete gamma function, by its series."""
    if value == 0:
        return 0.0
    term = math.exp(shape * math.log(value) - value - math.lgamma(shape + 1))
    total, order = term, shape
    while term > 1e-15 * total:
        order += 1
        term *= value / order
        total += term
    return total


def _negative_binomial(share: float, mean: float, factor: float) -> int:
    """The least count that is not exceeded with probability `share`; variance `factor` · mean."""
    size, odds = mean / (factor - 1), (factor - 1) / factor
    counts = np.arange(math.ceil(mean + 20 * math.sqrt(factor * mean) + 20 * factor))
    steps = np.log(odds * (size + counts) / (counts + 1))
    logs = np.concatenate([[0.0], np.cumsum(steps)]) - size * math.log(factor)
    return int(np.searchsorted(np.cumsum(np.exp(logs)), share))
