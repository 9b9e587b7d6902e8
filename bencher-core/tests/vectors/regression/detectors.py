"""Writes the reference values of the tests: NumPy 2.4, SciPy 1.17. Run in this directory."""

import itertools
import json
import math
import random

import numpy as np
from scipy import special, stats

random.seed(20)


def normal_tail():
    z = [1e-9, 0.1, 0.5, 1.0, 1.6448536269514722, 1.959963984540054, 2.5, 2.8, 2.82, 2.83, 2.9, 3.3, 4.0, 6.5, 10.0, 20.0, 37.0]
    rows = [[x, float(special.erfc(x / math.sqrt(2.0)))] for x in z]
    with open("normal_tail.json", "w") as out:
        json.dump(rows, out)


def numpy_values():
    rows = []
    for n in [*range(1, 40), 63, 64, 65, 127, 128, 129, 130, 136, 137, 200, 255, 256, 257, 300, 513]:
        values = [float(f"{random.lognormvariate(0, 2) * random.choice([1, 1, -1]):.6g}") for _ in range(n)]
        median = np.median(values)
        sigma = 1.4826 * np.median(np.abs(np.array(values) - median))
        rows.append({"values": values, "mean_median_sigma": [float(np.mean(values)), float(median), float(sigma)]})
    rows.append({"values": [0.1] * 3, "mean_median_sigma": [float(np.mean([0.1] * 3)), 0.1, 0.0]})
    with open("numpy.json", "w") as out:
        json.dump(rows, out)


def series(kind, n):
    noise = [random.gauss(0, 1) for _ in range(n)]
    match kind:
        case "noise":
            return noise
        case "ties":
            return [float(round(x)) for x in noise]
        case "two":
            return [float(x > 0) for x in noise]
        case "rise":
            return [0.1 * i + x for i, x in enumerate(noise)]
        case "fall":
            return [5.0 - i for i in range(n)]
        case "swap":
            values = [float(i) for i in range(n)]
            at = random.randrange(n - 1)
            values[at], values[at + 1] = values[at + 1], values[at]
            return values
        case "offset":
            return [1e9 + x for x in noise]
        case "small":
            return [1e-12 * x for x in noise]
        case "steps":
            return [float(i // 4) for i in range(n)]


def trend():
    rows = []
    sizes = [2, 3, 4, 5, 6, 7, 8, 9, 12, 20, 31, 32, 33, 34, 35, 50, 100, 180, 400]
    kinds = ["noise", "ties", "two", "rise", "fall", "swap", "offset", "small", "steps"]
    for n, kind in itertools.product(sizes, kinds):
        values = [float(f"{x:.12g}") for x in series(kind, n)]
        index = np.arange(n, dtype=float)
        tau, p = stats.kendalltau(index, values)
        slope = stats.theilslopes(values, index)[0]
        known = not math.isnan(tau)
        rows.append({"values": values, "slope": float(slope), "kendall": [float(tau), float(p)] if known else None})
    with open("trend.json", "w") as out:
        json.dump(rows, out)


normal_tail()
numpy_values()
trend()
