"""The JSON export of a result, against which the scripts check the other exports."""

import itertools
import json
import math


def number(value):
    """A number of the export: what JSON has no number for is a text."""
    return {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf}.get(value, value)


class Expected:
    """The dimensions, results and cells of a result."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.json = json.load(file)
        self.dims = self.json["dims"]
        self.results = self.json["variables"]
        self.shape = [len(dim["values"]) for dim in self.dims]

    def positions(self):
        """The positions of all cells, the last dimension fastest."""
        return itertools.product(*(range(length) for length in self.shape))

    def coordinate(self, dim, at):
        """The coordinate as a number or a text; an entry has the text that tables show."""
        value = dim["values"][at]
        if isinstance(value, dict):
            parts = ", ".join(f"{name}={text(part)}" for name, part in value["parts"])
            return f"{value['name']}({parts})"
        if dim["kind"] == "f32":
            return float(f"{value:.7g}")
        return number(value) if dim["kind"] == "f64" else value

    def cell(self, result, flat):
        """The value of a cell; None if it has none."""
        value = result["values"][flat]
        if isinstance(value, dict):
            return f"{value['name']} [{value['digest']} {value['len']} {value['media_type']}]"
        is_float = result["kind"] in ("f32", "f64", "seconds")
        return number(value) if is_float and isinstance(value, str) else value

    def reason(self, result, flat):
        return result["reasons"].get(str(flat), "")


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def same(found, wanted):
    """Whether two values are equal; NaN is, and the zeros differ."""
    if isinstance(wanted, float):
        if math.isnan(wanted):
            return math.isnan(found)
        return found == wanted and math.copysign(1, found) == math.copysign(1, wanted)
    return found == wanted
