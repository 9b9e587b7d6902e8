"""Reads a Parquet export with pandas and polars, and compares it with the JSON export of the same result: FILE JSON."""

import datetime
import json
import sys

import pandas
import polars
import pyarrow.parquet

from store import Expected, same

path, json_path = sys.argv[1:]
expected = Expected(json_path)
table = polars.read_parquet(path)
exact = pandas.read_parquet(path, dtype_backend="pyarrow")
plain = pandas.read_parquet(path)
columns = [one["name"] for one in expected.dims + expected.results]
assert table.columns[: len(columns)] == columns, table.columns
assert list(exact.columns) == table.columns == list(plain.columns)
assert len(table) == len(exact) == len(plain) == len(expected.results[0]["values"])

kinds = {"bool": polars.Boolean, "i64": polars.Int64, "u64": polars.UInt64, "u32": polars.UInt64, "f64": polars.Float64}


def moment(value):
    """Polars and pandas have whole microseconds in what they hand out."""
    return None if value is None else datetime.datetime.fromisoformat(value[:26].removesuffix("Z") + "+00:00")


def check(name, kind, wanted):
    """Compares a column with the values that it should have."""
    if kind in kinds:
        assert table.schema[name] == kinds[kind], (name, table.schema[name])
    lists = [table[name].to_list(), exact[name].tolist()]
    if kind == "datetime":
        wanted = [moment(value) for value in wanted]
    if kind == "u128":
        # Beyond 64 bits, numbers are texts.
        wanted = [str(value) for value in wanted]
    for values in lists:
        for found, value in zip(values, wanted, strict=True):
            if value is None:
                assert found is None or found is pandas.NA or found is pandas.NaT, (name, found)
            elif kind == "datetime":
                found = found.to_pydatetime(warn=False) if isinstance(found, pandas.Timestamp) else found
                assert found == value, (name, found, value)
            else:
                assert same(found, value), (name, found, value)


for axis, dim in enumerate(expected.dims):
    check(dim["name"], dim["kind"], [expected.coordinate(dim, at[axis]) for at in expected.positions()])
for result in expected.results:
    cells = range(len(result["values"]))
    check(result["name"], result["kind"], [expected.cell(result, flat) for flat in cells])
    check(f"{result['name']}.state", "text", result["states"])
    reasons = [expected.reason(result, flat) or None for flat in cells]
    if any(reasons):
        check(f"{result['name']}.reason", "text", reasons)
    else:
        assert f"{result['name']}.reason" not in table.columns

nanoseconds = table["when"].cast(polars.Int64).unique().sort().to_list()
assert nanoseconds == [0, 1_700_000_000_123_456_789], nanoseconds
metadata = pyarrow.parquet.read_schema(path).metadata
assert metadata[b"bencher.title"].decode() == expected.json["name"]
description = json.loads(metadata[b"bencher.description"])
assert description["variables"][0]["units"] == "s"
# What such a table is for.
medians = plain[plain["elapsed.state"].isin(["measured", "cached"])].groupby("len")["elapsed"].median()
assert len(medians) == 2 and medians.between(0.9e-6, 1.1e-6).all()
print(len(table), "rows")
