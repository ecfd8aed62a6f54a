"""The coefficient of variation, weighted as published and plain."""

import math
import statistics

import pytest

from xuezheng.stats.variation import variation


def test_the_published_example_weighted_and_plain():
    pupils, books = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)
    each = [b / p for b, p in zip(books, pupils, strict=True)]
    assert variation(each, pupils).coefficient == pytest.approx(0.515257, abs=5e-7)
    assert variation(each).coefficient == pytest.approx(0.488771, abs=5e-7)
    assert variation(each, pupils).mean == pytest.approx(sum(books) / sum(pupils), rel=1e-15)


def test_the_plain_form_is_the_population_deviation_over_the_mean():
    values = [1.5, 2.0, 7.25, 3.0]
    assert variation(values).coefficient == pytest.approx(
        statistics.pstdev(values) / statistics.mean(values), rel=1e-15
    )


def test_a_weight_counts_a_school_that_many_times():
    assert variation([1, 3], [2, 1]).coefficient == pytest.approx(variation([1, 1, 3]).coefficient, rel=1e-15)


@pytest.mark.parametrize(("values", "weights"), [([], None), ([], []), ([1.0, 2.0], [0, 0])])
def test_nothing_to_weigh_is_nothing(values, weights):
    assert variation(values, weights) is None


def test_equal_schools_vary_by_nothing_and_a_mean_of_zero_has_no_coefficient():
    assert variation([4.0, 4.0], [10, 20]).coefficient == 0
    assert variation([0.0, 0.0], [10, 20]).coefficient is None


def test_a_school_without_pupils_weighs_nothing():
    assert variation([1, 3, 99], [2, 1, 0]) == variation([1, 3], [2, 1])


def test_scaling_all_values_leaves_the_coefficient():
    values, weights = [1.25, 3.5, 2.0], [10, 40, 25]
    assert math.isclose(
        variation([v * 1000 for v in values], weights).coefficient,
        variation(values, weights).coefficient,
        rel_tol=1e-14,
    )
