"""Opens a Zarr export with xarray, and compares it with the JSON export of the same result: STORE JSON."""

import sys

import numpy
import xarray

from store import Expected, same

path, json_path = sys.argv[1:]
expected = Expected(json_path)
dataset = xarray.open_zarr(path)
for consolidated in (True, False):
    other = xarray.open_zarr(path, consolidated=consolidated)
    xarray.testing.assert_identical(dataset, other)
raw = xarray.open_zarr(path, mask_and_scale=False, decode_times=False)

names = {array.attrs.get("bencher_name", name): name for name, array in dataset.variables.items()}


def units_of(unit):
    return {"days": "d"}.get(unit, unit)


for dim in expected.dims:
    name = names[dim["name"]]
    index = dataset[name]
    assert index.dims == (name,), index
    assert name in dataset.coords and name in dataset.indexes
    assert index.attrs["long_name"] == (dim["doc"] or dim["name"])
    assert index.attrs.get("units", "") == dim["units"]
    assert index.attrs["bencher_role"] == dim["role"]
    for at, found in enumerate(index.values):
        wanted = expected.coordinate(dim, at)
        if dim["kind"] == "datetime":
            assert found == numpy.datetime64(wanted.removesuffix("Z")), (found, wanted)
        else:
            assert same(found, wanted), (found, wanted)
dims = tuple(names[dim["name"]] for dim in expected.dims)

kinds = {"bool": "bool", "i64": "int64", "u64": "uint64", "u8": "uint64", "f64": "float64", "seconds": "float64"}
for result in expected.results:
    name = names[result["name"]]
    array = dataset[name]
    assert array.dims == dims, array
    if "since" in result["units"]:
        assert array.attrs["bencher_units"] == result["units"]
    elif result["kind"] != "datetime":
        assert array.attrs.get("units", "") == units_of(result["units"])
    direction = array.attrs.get("bencher_direction", "none")
    assert direction == result["direction"], direction
    is_whole = None not in result["values"]
    if is_whole and result["kind"] in kinds:
        assert array.dtype == kinds[result["kind"]], (name, array.dtype)
    values, stored = array.values.reshape(-1), raw[name].values.reshape(-1)
    states = dataset[f"{name}.state"].values.reshape(-1)
    # Without any reason there is no variable.
    reasons = dataset.variables.get(f"{name}.reason")
    reasons = [""] * len(values) if reasons is None else reasons.values.reshape(-1)
    for flat in range(len(values)):
        assert states[flat] == result["states"][flat]
        assert reasons[flat] == expected.reason(result, flat)
        wanted, found = expected.cell(result, flat), values[flat]
        if result["kind"] == "u128":
            # Beyond 64 bits, numbers are texts.
            assert found == str(wanted), (name, found, wanted)
        elif result["kind"] == "datetime":
            missing = wanted is None
            assert numpy.isnat(found) if missing else found == numpy.datetime64(wanted.removesuffix("Z"))
        elif wanted is None:
            is_text = isinstance(found, str)
            assert found == "" if is_text else numpy.isnan(found), (name, found)
        elif is_whole or result["kind"] in ("f64", "seconds", "text", "file", "bool"):
            assert same(found, wanted), (name, flat, found, wanted)
        else:
            # Integers with gaps are floats for xarray, and exact in the store.
            assert same(found, float(wanted)), (name, flat, found, wanted)
            assert stored[flat] == wanted, (name, flat, stored[flat], wanted)

# What was repeated is summed up over the points.
points = tuple(name for name in dims if name != "repeat")
assert dataset["elapsed.centre"].dims == points
centre, lower, upper = (dataset[f"elapsed.{part}"].values for part in ("centre", "lower", "upper"))
assert not numpy.isnan(centre).all() and not (centre < 0.9e-6).any() and not (centre > 1.1e-6).any()
assert not (lower > centre).any() and not (upper < centre).any()
assert dataset["elapsed.centre"].attrs["units"] == "s" and "units" not in dataset["elapsed.noise"].attrs
numpy.testing.assert_allclose(dataset["ratio.mean"], dataset["ratio"].mean("repeat"), rtol=1e-14)
numpy.testing.assert_allclose(dataset["ratio.std"], dataset["ratio"].std("repeat", ddof=1), rtol=1e-12)
numpy.testing.assert_allclose(dataset["passed.mean"], dataset["passed"].mean("repeat"), rtol=1e-6)

# Inputs that kept one value, and the parts of entries, are coordinates.
for name in ("threads", "mode", "limit", "codec.level", "codec.long"):
    assert name in dataset.coords, name
assert dataset["threads"].item() == 8 and dataset["threads"].attrs["units"] == "cores"
assert dataset["limit"].item() == 2**64 - 1 and dataset["mode"].item() == expected.json["name"]
assert dataset["two words"].item() is True
assert list(dataset["codec.level"].values) == [1, 3]
assert dataset.attrs["title"] == expected.json["name"]
assert dataset.attrs["bencher_coordinates"] == "len ok"
assert dataset.attrs["warnings"][1] == "debug build"
assert dataset.sel(len=1000, codec="Zstd(level=3, long=true)").sizes["repeat"] == 3
print(len(dataset.data_vars), "variables")
