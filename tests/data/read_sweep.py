"""Opens the `sweep.zarr` of folders that `warmfront sweep` wrote with xarray and compares it with `sweep.csv`.

    python read_sweep.py OUT ...

Every check is an assertion; one line says how many numbers of a folder agree.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import xarray as xr


def check(out):
    ds = xr.open_zarr(out / "sweep.zarr")
    axes = json.loads((out / "summary.json").read_text())["axes"]
    names = dict(zip(("x", "y"), axes))
    matrix = len(axes) == 2 and all(a["varied"] == "drug" for a in axes)
    dims = ["observable", "arm", "replicate", "y", "x"]
    dims = [d for d in dims if (d != "arm" or not matrix) and (d != "y" or "y" in names)]
    assert list(ds.outcome.dims) == dims, ds.outcome.dims
    assert {"label", "unit"} <= set(ds.coords), list(ds.coords)
    for dim, axis in names.items():
        assert ds[dim].attrs["id"] == axis["id"] and list(ds[dim].values) == axis["values"]
        if axis["varied"] == "drug":
            assert list(ds[f"{dim}_amount"].values) == axis["amounts"]
            assert ds[f"{dim}_amount"].attrs["units"] == axis["unit"]
    count = 0
    with open(out / "sweep.csv", newline="") as file:
        for row in csv.DictReader(file):
            at = {d: float(row[a["id"]]) for d, a in names.items()}
            at |= {"replicate": float(row["seed"]), "observable": row["quantity"]}
            if not matrix:
                at["arm"] = row["arm"]
            value = ds.outcome.sel(at)
            np.testing.assert_allclose(value, float(row["value"] or "nan"), rtol=1e-7)
            assert str(value.unit.values) == row["unit"]
            count += 1
    assert count == ds.outcome.size, (count, ds.outcome.size)
    if matrix:
        with open(out / "synergy.csv", newline="") as file:
            for row in csv.DictReader(file):
                at = {d: float(row[a["id"]]) for d, a in names.items()}
                np.testing.assert_allclose(ds.bliss_excess.sel(at), float(row["bliss_excess"]), rtol=1e-7, atol=1e-12)
    print(f"{out.name}: {count} numbers: xarray agrees with the table")


for folder in sys.argv[1:]:
    check(Path(folder))
