"""HiPPO's matrices against their closed form, and what their states remember."""

import numpy as np
import pytest

from detectors.local_patterns.legendre import basis, bilinear, columns_basis, legs, legt

R3, R5, R15 = np.sqrt([3.0, 5.0, 15.0])


def test_small_orders_written_out() -> None:
    a, b = legs(3)
    np.testing.assert_allclose(a, [[-1, 0, 0], [-R3, -2, 0], [-R5, -R15, -3]])
    np.testing.assert_allclose(b, [1, R3, R5])
    a, b = legt(3)
    np.testing.assert_allclose(a, [[-1, R3, -R5], [-R3, -3, R15], [-R5, -R15, -5]])
    np.testing.assert_allclose(b, [1, R3, R5])


def test_counting_orders_from_one_leaves_the_mean_out() -> None:
    a, b = legs(3)
    one_a, one_b = legs(2, first=1)  # Eq. 10 and 11 with o = 1, 2, less their 1/L and B's sign
    np.testing.assert_allclose(one_a, a[1:, 1:])
    np.testing.assert_allclose(one_b, b[1:])
    places = np.array([0.1, 0.8])
    np.testing.assert_allclose(basis(places, 2, first=1), basis(places, 3)[1:])


def test_the_bilinear_rule_by_hand() -> None:
    # c' = -c + f with a step of 1: (1 + 1/2) c(l) = (1 - 1/2) c(l - 1) + f
    a, b = bilinear(*legs(1), 1.0)
    np.testing.assert_allclose((a[0, 0], b[0]), (1 / 3, 2 / 3))
    # two orders: (I - A/2)^-1 with I - A/2 = [[1.5, 0], [R3/2, 2]]
    a, b = bilinear(*legs(2), 1.0)
    np.testing.assert_allclose(a, [[1 / 3, 0], [-R3 / 3, 0]])
    np.testing.assert_allclose(b, [2 / 3, R3 / 3])


@pytest.mark.parametrize(("first", "radius"), [(0, 127 / 129), (1, 63 / 65)])
def test_no_state_grows(first: int, radius: float) -> None:
    # of order n the eigenvalue is (1 - (n + 1) / 2L) / (1 + (n + 1) / 2L); L = 64
    a, _ = bilinear(*legs(64, first=first), 1 / 64)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(a)).max(), radius, atol=1e-12)
    window, _ = bilinear(*legt(16), 1 / 64)
    assert np.abs(np.linalg.eigvals(window)).max() < 1


def test_the_basis_is_legendre_and_orthonormal() -> None:
    x = np.array([0.0, 0.25, 1.0])  # -1, -1/2 and 1 of P_o
    expected = np.array([[1, 1, 1], [-1, -0.5, 1], [1, -0.125, 1], [-1, 0.4375, 1]])
    np.testing.assert_allclose(basis(x, 4), expected * np.sqrt([[1], [3], [5], [7]]))
    nodes, weights = np.polynomial.legendre.leggauss(64)
    rows = basis((nodes + 1) / 2, 64)
    np.testing.assert_allclose(rows * weights / 2 @ rows.T, np.eye(64), atol=1e-10)


def test_the_shifted_basis_continues_the_polynomials() -> None:
    # columns 1..4 of 4 lie at 0, 1/4, 1/2 and 3/4; a whole column later the last one ends at 1
    np.testing.assert_allclose(columns_basis(4, 3), basis(np.arange(4) / 4, 3))
    np.testing.assert_allclose(columns_basis(4, 3, shift=1.0)[:, :3], columns_basis(4, 3)[:, 1:])
    np.testing.assert_allclose(columns_basis(4, 3, shift=1.0)[:, 3], np.sqrt([1, 3, 5]))
    third = columns_basis(64, 64, shift=1 / 3)
    assert (np.abs(third) <= np.sqrt(2 * np.arange(64) + 1)[:, None] + 1e-9).all()


def test_growing_memory_gives_a_polynomial_back() -> None:
    """LegS with its own 1/t: the state after t steps is the projection of all t values."""
    steps, orders = 2000, 6
    a, b = legs(orders)
    place = (np.arange(steps) + 0.5) / steps
    signal = 2 - 3 * place + 4 * place**3
    state = np.zeros(orders)
    state[0] = signal[0]
    for t in range(1, steps):
        step_a, step_b = bilinear(a, b, 1 / (t + 0.5))
        state = step_a @ state + step_b * signal[t]
    np.testing.assert_allclose(state @ basis(place, orders), signal, atol=0.02)


def test_fixed_length_remembers_polynomials_of_fading_age() -> None:
    """Eq. 10 with 1/L: what is kept is a polynomial of exp(-age / L), the present at 1."""
    length, orders = 400, 6
    a, b = bilinear(*legs(orders), 1 / length)
    age = np.arange(12 * length)
    faded = np.exp(-age / length)
    signal = 1 + faded - 2 * faded**2
    state = np.zeros(orders)
    for value in signal[::-1]:
        state = a @ state + b * value
    np.testing.assert_allclose(state @ basis(faded, orders), signal, atol=0.005)
    window = age[:length]
    straight = state @ basis(1 - window / length, orders)  # as Eq. 2 reads it
    assert np.abs(straight - signal[:length]).max() > 0.1


def test_a_sliding_window_gives_its_last_stretch_back() -> None:
    length, orders = 1000, 8
    a, b = bilinear(*legt(orders), 1 / length)
    time = np.arange(6 * length) / length
    signal = 3 - 2 * (time - 5) + (time - 5) ** 2  # 38 where it starts, 3 where the window does
    state = np.zeros(orders)
    for value in signal:
        state = a @ state + b * value
    places = (np.arange(length) + 0.5) / length
    np.testing.assert_allclose(state @ basis(places, orders), signal[-length:], atol=1e-5)
