"""The coefficient of variation between schools, in the published pupil-weighted form and in the plain form.

Source: 教督〔2012〕3号, method sheet: CV = S / X, S² = Σ (P_i / P) (X_i - X)², X = Σ x_i / P = Σ P_i X_i / P, where P_i
are the pupils of school i, X_i its figure per pupil and P the pupils of all schools. The plain form gives every
school the same weight.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variation:
    """A mean, the (population) standard deviation about it, and their ratio; None where the mean is zero."""

    mean: float
    deviation: float

    @property
    def coefficient(self) -> float | None:
        """The coefficient of variation; unknown where the mean is zero."""
        return self.deviation / self.mean if self.mean else None


def variation(values: Sequence[float], weights: Sequence[float] | None = None) -> Variation | None:
    """Return mean and deviation of `values`, weighted where `weights` are given.

    None where there is nothing to weigh: no value, or weights that add up to zero.
    """
    held = list(weights) if weights is not None else [1.0] * len(values)
    whole = math.fsum(held)
    if not values or whole <= 0:
        return None
    mean = math.fsum(weight * value for weight, value in zip(held, values, strict=True)) / whole
    spread = math.fsum(weight * (value - mean) ** 2 for weight, value in zip(held, values, strict=True)) / whole
    return Variation(mean, math.sqrt(spread))
