"""Writes asv.json: segmentations by the exact solver of asv 0.6.6 (pip install asv numpy), with the seeds below."""

import json
import random

import numpy as np
from asv.step_detect import solve_potts

exact = []
source = random.Random(20260101)
for n in [1, 2, 3, 5, 8, 13, 21, 40, 60, 100] * 4:
    level = 10.0
    values = []
    for _ in range(n):
        if source.random() < 0.1:
            level *= source.choice([0.8, 0.95, 1.1, 1.3])
        values.append(round(level * (1 + 0.02 * source.gauss(0, 1)), 6))
    weights = [round(source.uniform(0.25, 4), 4) for _ in values]
    gamma = round(source.choice([0.05, 0.5, 2.0, 10.0]) * source.uniform(0.5, 1.5), 4)
    right, levels, costs = solve_potts(values, w=weights, gamma=gamma)
    exact.append({"values": values, "weights": weights, "gamma": gamma, "ends": right, "levels": levels, "costs": costs})

# The series of asv's own tests: five steps, and uniform noise of a twentieth.
np.random.seed(1234)
t = np.arange(100)
steps = 0.4 * (t >= 5) + 0.9 * (t >= 10) - 0.2 * (t >= 20) + 0.2 * (t >= 50) + 1.1 * (t >= 70)
published = (steps + 0.05 * np.random.rand(t.size)).tolist()

with open("asv.json", "w") as file:
    json.dump({"exact": exact, "published": published}, file, separators=(",", ":"))
    file.write("\n")
