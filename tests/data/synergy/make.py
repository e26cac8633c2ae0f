"""Reference values of drug-synergy models from the Python package `synergy` (see README.md).

Effects are f = 1 - E, where E is the burden relative to the control, which is what the package
works with. All its differences are already "expected E minus found E", so their sign is ours.
"""

import importlib.metadata
import itertools
import json
import math
import warnings

import numpy as np
from scipy.optimize import least_squares
from synergy.combination import HSA, ZIP, Bliss, Loewe
from synergy.single import Hill

warnings.filterwarnings("ignore")
FIXED = {"E0_bounds": (1.0 - 1e-10, 1.0 + 1e-10), "Emax_bounds": (0.0, 1.5)}
FREE = {"Emax_bounds": (0.0, 1.5)}
PRECISE = {"ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-14, "max_nfev": 20000}


class PreciseHill(Hill):
    """The package's curve with a tighter stop."""

    def _fit(self, d, E, use_jacobian, **kwargs):
        return super()._fit(d, E, use_jacobian, **{**kwargs, **PRECISE})


class Index(Loewe):
    """The combination index: version 1.0.0 asks for an expected effect that the index has no use for,
    and only has one for fitted curves."""

    def E_reference(self, d1, d2):
        return np.zeros_like(d1)


def hill(d, emax, h, c):
    return emax * d**h / (c**h + d**h)


def best_curve(d, f, base):
    """Least squares from many starts: `base` is fixed, the rest is (emax, slope, ec50)."""
    at = lambda p: base + (p[0] - base) * d ** p[1] / (p[2] ** p[1] + d ** p[1])
    low, high = [-0.5, 0.05, 1e-6], [max(1.0, f.max()) + 1e-12, 30.0, 1e4]
    fits = [
        least_squares(lambda p: at(p) - f, start, bounds=(low, high), x_scale=start, **PRECISE)
        for start in itertools.product([f.max(), 0.5], [0.5, 1.0, 2.0, 4.0], d[d > 0])
    ]
    return at(min(fits, key=lambda s: s.cost).x)


def zip_many_starts(doses1, doses2, f):
    """Delta of Yadav 2015 with the same curves as above."""
    y1, y2 = best_curve(doses1, f[:, 0], 0.0), best_curve(doses2, f[0], 0.0)
    columns = np.array([best_curve(doses1, f[:, j], y2[j]) for j in range(len(doses2))]).T
    rows = np.array([best_curve(doses2, f[i], y1[i]) for i in range(len(doses1))])
    delta = (columns + rows) / 2 - (y1[:, None] + y2[None, :] - y1[:, None] * y2[None, :])
    delta[0], delta[:, 0] = 0.0, 0.0
    return delta


def numbers(values, shape):
    rows = np.asarray(values, dtype=float).reshape(shape)
    return [[None if not math.isfinite(v) else float(v) for v in row] for row in rows]


def case(name, doses1, doses2, effect):
    d1, d2 = (g.ravel() for g in np.meshgrid(doses1, doses2, indexing="ij"))
    effect = np.asarray(effect, dtype=float)
    shape, e = effect.shape, 1.0 - effect.ravel()
    of = lambda model: numbers(model.fit(d1, d2, e), shape)
    fitted = lambda kind, mode, kw: kind(
        **({"mode": mode} if mode else {}), drug1_model=PreciseHill(**kw), drug2_model=PreciseHill(**kw)
    )
    curves = []
    for d, y in ((d1, e[d2 == 0]), (d2, e[d1 == 0])):
        for kw in (FIXED, FREE):
            m = PreciseHill(**kw)
            m.fit(np.unique(d), y)
            curves.append({"e0": 1 - m.E0, "emax": 1 - m.Emax, "h": m.h, "ec50": m.C})
    out = {
        "package": "synergy " + importlib.metadata.version("synergy"),
        "doses1": list(map(float, doses1)),
        "doses2": list(map(float, doses2)),
        "effects": effect.tolist(),
        "bliss": of(Bliss()),
        "hsa": of(HSA()),
        "ci_interpolated": of(Index(mode="CI")),
        "ci_fitted": of(fitted(Index, "CI", FREE)),
        "loewe_excess": of(fitted(Loewe, "delta_nan", FIXED)),
        "zip": of(fitted(ZIP, None, FIXED)),
        "zip_many_starts": numbers(zip_many_starts(doses1, doses2, effect), shape),
        "drug1": {"fixed": curves[0], "free": curves[1]},
        "drug2": {"fixed": curves[2], "free": curves[3]},
    }
    with open(name + ".json", "w", encoding="utf-8") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


a, b = np.array([0, 0.1, 0.3, 1, 3, 10.0]), np.array([0, 0.02, 0.1, 0.5, 2.0, 8.0])
f1, f2 = hill(a, 0.9, 1.3, 1.1), hill(b, 0.7, 0.8, 0.3)
case("null", a, b, f1[:, None] + f2[None, :] - f1[:, None] * f2[None, :])

rng = np.random.default_rng(20150913)
shift = 1.0 + 4.0 * b / (0.3 + b)  # drug 2 makes drug 1 up to five times as potent
f = hill(a[:, None] * shift[None, :], 0.9, 1.3, 1.1)
f = f + f2[None, :] - f * f2[None, :]
noise = 0.01 * rng.standard_normal(f.shape)
noise[0, 0] = 0.0
case("synergy", a, b, f + noise)

burden = np.array(
    [
        [0.623, 0.579, 0.476, 0.265, 0.140, 0.099],
        [0.617, 0.571, 0.464, 0.249, 0.127, 0.089],
        [0.572, 0.508, 0.357, 0.082, 0.017, 0.011],
        [0.277, 0.125, 0.015, 0.003, 0.002, 0.002],
        [0.249, 0.101, 0.012, 0.003, 0.002, 0.002],
    ]
).T  # rows: MEK inhibitor
case("tumour", a, np.array([0, 0.001, 0.01, 0.1, 1]), 1.0 - burden / burden[0, 0])
