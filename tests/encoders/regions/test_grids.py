import numpy as np

from encoders.regions.grids import cells, heat_of, middle


def test_a_box_is_cut_row_by_row_from_the_left() -> None:
    parts = cells(np.array([[0.2, 0.0, 0.6, 1.0]]), (2, 2))
    wanted = [
        [0.2, 0.0, 0.4, 0.5],
        [0.4, 0.0, 0.6, 0.5],
        [0.2, 0.5, 0.4, 1.0],
        [0.4, 0.5, 0.6, 1.0],
    ]
    assert (parts.shape, parts.dtype) == ((1, 4, 4), np.float32)
    np.testing.assert_allclose(parts[0], wanted, atol=1e-6)
    assert cells(np.zeros((0, 4)), (8, 4)).shape == (0, 32, 4)


def test_the_middle_half_undoes_an_expansion_by_one_half_on_each_side() -> None:
    """A box from 0.4 to 0.6 is expanded to 0.3 to 0.7."""
    wide = np.array([[0.3, 0.2, 0.7, 1.0]])
    np.testing.assert_allclose(middle(wide, 0.5), [[0.4, 0.4, 0.6, 0.8]])
    np.testing.assert_allclose(middle(wide, 1.0), wide)


def test_heat_runs_from_the_least_to_the_greatest_cell() -> None:
    """At twice the cells' size a pixel lies a quarter and three quarters between the middles."""
    heat = heat_of(np.array([[-1.0, 1.0], [0.3, 0.3]]), (1, 2), (1, 4))
    assert (heat.shape, heat.dtype) == ((2, 1, 4), np.float32)
    np.testing.assert_allclose(heat[0, 0], [0.0, 0.25, 0.75, 1.0], atol=1e-6)
    np.testing.assert_array_equal(heat[1], 0.0)  # all alike: nowhere more than elsewhere


def test_heat_keeps_the_rows_and_the_columns() -> None:
    weights = np.zeros((1, 8), np.float32)
    weights[0, 5] = 1.0  # of 4 rows and 2 columns: the third row, on the right
    heat = heat_of(weights, (4, 2), (8, 4))[0]
    assert np.unravel_index(heat.argmax(), heat.shape) in [(4, 3), (5, 3)]
    assert heat[:, 0].max() == 0.0
