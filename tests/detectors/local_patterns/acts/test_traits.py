"""What boxes and motion tell, by hand."""

import numpy as np

from detectors.local_patterns.acts.traits import NUM_TRAITS, region_traits
from tests.support.stored_regions import stored

E = np.e
WIDE = (0.25, 0.0, 0.75, 1 / E)


def test_every_region_that_is_there_has_its_numbers_in_order():
    """Speed and motion are at their units, whose logarithm counts from 1 on."""
    regions = stored([[WIDE], [WIDE, (0.0, 0.5, 1.0, 1.0)], [], []], motion=0.05)
    found = region_traits(regions)
    assert found.shape == (3, NUM_TRAITS)
    assert found.dtype == np.float32
    width, height = np.log(0.5), -1.0
    bins = [np.log1p(0.05 / 0.02) / 2] * 8
    wide = [0.0, 1 / E - 1, width + 2, height + 1, width - height, np.log(2) / 2]
    np.testing.assert_allclose(found[0], [*wide, 0.25, *bins], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[1], [*wide, 0.5, *bins], rtol=1e-5, atol=1e-6)
    low = [0.0, 0.5, 2.0, np.log(0.5) + 1, np.log(2), np.log(2) / 2]
    np.testing.assert_allclose(found[2], [*low, 0.5, *bins], rtol=1e-5, atol=1e-6)


def test_no_regions_have_no_traits():
    assert region_traits(stored([[], []])).shape == (0, NUM_TRAITS)


def test_a_box_without_an_area_has_finite_numbers():
    assert np.isfinite(region_traits(stored([[(0.5, 0.5, 0.5, 0.5)], []]))).all()
