"""HiPPO's Legendre memories: what a state of O numbers keeps of a signal (Gu et al., 2020).

The paper's Eq. 10 and 11 take LegS, whose memory grows with time, and divide by a fixed length L,
which makes it fade: what it holds is a polynomial of exp(-age / L), not of age (METHODS C.4).
LegT is the sliding window that the paper describes.
"""

import numpy as np
from jaxtyping import Float64

Matrix = Float64[np.ndarray, "o o"]
Column = Float64[np.ndarray, " o"]


def legs(orders: int, *, first: int = 0) -> tuple[Matrix, Column]:
    """A and B of dc/dt = (A c + B f) / t, the projection on Legendre polynomials of all the past.

    Args:
        first: the lowest order: 0 as in HiPPO; 1 is what the paper's Eq. 10 and 11 say word by
            word, which leaves out the mean. B has HiPPO's sign; the paper's is the opposite.
    """
    order = np.arange(first, first + orders, dtype=np.float64)
    root = np.sqrt(2 * order + 1)
    return -(np.tril(np.outer(root, root), -1) + np.diag(order + 1)), root


def legt(orders: int) -> tuple[Matrix, Column]:
    """A and B of dc/dt = (A c + B f) / length, the projection of a sliding window."""
    order = np.arange(orders)
    root = np.sqrt(2.0 * order + 1)
    gap = order[:, None] - order
    signs = np.where(gap < 0, (-1.0) ** gap, 1.0)
    return -signs * np.outer(root, root), root


def bilinear(a: Matrix, b: Column, step: float) -> tuple[Matrix, Column]:
    """One step of dc/dt = A c + B f by the trapezium rule (Eq. 12 to 14).

    Returns:
        A and B of c(l) = A c(l - 1) + B f(l). The eigenvalues of A lie inside the unit circle
        where those of `a` lie left of the imaginary axis.
    """
    ahead, behind = np.eye(len(a)) - step / 2 * a, np.eye(len(a)) + step / 2 * a
    return np.linalg.solve(ahead, behind), np.linalg.solve(ahead, step * b)


def basis(
    places: Float64[np.ndarray, " l"], orders: int, *, first: int = 0
) -> Float64[np.ndarray, "o l"]:
    """Legendre polynomials of unit mean square over [0, 1]: sqrt(2 o + 1) P_o(2 x - 1)."""
    x = 2 * np.asarray(places, dtype=np.float64) - 1
    rows = [np.ones_like(x), x]
    for order in range(1, first + orders):
        rows.append(((2 * order + 1) * x * rows[-1] - order * rows[-2]) / (order + 1))
    chosen = np.stack(rows[first : first + orders])
    return chosen * np.sqrt(2 * np.arange(first, first + orders) + 1)[:, None]


def columns_basis(
    length: int, orders: int, *, shift: float = 0.0, first: int = 0
) -> Float64[np.ndarray, "o l"]:
    """The basis over a sequence's columns, or `shift` columns later: g_o(1 + shift) ... (Eq. 5).

    Column l of 1..L lies at (l - 1) / L, so that column L + 1, the one to predict, ends the
    interval: beyond it a polynomial of order 63 grows past 10,000 within a third of a column.

    Args:
        shift: from 0 to 1.
    """
    return basis((np.arange(length) + shift) / length, orders, first=first)
