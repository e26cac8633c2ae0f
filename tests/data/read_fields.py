"""Opens what `warmfront run --format npz,zarr,vti` wrote with the readers that people use.

    python read_fields.py OUT FIELD=QUANTITY ...

OUT is the folder of the run. Each FIELD=QUANTITY names a field and an observable that is its plain mean.
Every check is an assertion; the last line says how many arms were compared.
"""

import csv
import json
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import ome_zarr.io
import ome_zarr.reader
import xarray as xr
import zarr
from ome_zarr_models.v05 import Image
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator
from vtkmodules.vtkIOXML import vtkXMLImageDataReader
from vtkmodules.util.numpy_support import vtk_to_numpy


def coordinates(ds, npz):
    """The named dimensions of the Zarr group are the physical positions of the cells."""
    hx, hy, hz = npz["spacing_um"]
    assert ds.fields.dims == ("t", "c", "z", "y", "x"), ds.fields.dims
    _, _, nz, ny, nx = ds.fields.shape
    for axis, n, h in (("x", nx, hx), ("y", ny, hy), ("z", nz, hz)):
        np.testing.assert_allclose(ds[axis], (np.arange(n) + 0.5) * h, rtol=1e-12)
        assert ds[axis].attrs["units"] == "micrometer", ds[axis].attrs
    np.testing.assert_allclose(ds.t, npz["time_days"], rtol=1e-12)
    assert ds.t.dtype == np.float64 and ds.t.attrs["units"] == "day", ds.t
    assert {"label", "unit"} <= set(ds.coords), list(ds.coords)


def same_numbers(ds, npz):
    """Every field of the Zarr group is the array of the npz, to the bit."""
    by_field = ds.fields.to_dataset("c")
    for field in ds.c.values:
        assert np.array_equal(by_field[field].values, npz[field]), field
        assert npz[field].dtype == np.float32


def image(path, ds, npz):
    """The group is a valid OME-NGFF image, and its reader puts it where it belongs."""
    meta = Image.from_zarr(zarr.open_group(path, mode="r")).ome_attributes
    assert meta.version == "0.5", meta.version
    units = {axis.name: axis.unit for axis in meta.multiscales[0].axes}
    assert units["x"] == "micrometer" and units["t"] == "day", units

    location = ome_zarr.io.parse_url(str(path), mode="r")
    nodes = list(ome_zarr.reader.Reader(location)())
    assert len(nodes) == 1, nodes
    layer = nodes[0]
    assert np.array_equal(np.asarray(layer.data[0]), ds.fields.values)
    assert [axis["name"] for axis in layer.metadata["axes"]] == list("tczyx")
    assert layer.metadata["channel_names"] == list(ds.label.values)
    scale, translation = layer.metadata["coordinateTransformations"][0]
    hx, hy, hz = npz["spacing_um"]
    times = npz["time_days"]
    dt = (times[-1] - times[0]) / max(len(times) - 1, 1)
    np.testing.assert_allclose(scale["scale"], [dt, 1, hz, hy, hx])
    np.testing.assert_allclose(translation["translation"], [times[0], 0, hz / 2, hy / 2, hx / 2])
    for channel, (low, high) in enumerate(layer.metadata["contrast_limits"]):
        assert low < high, (ds.c.values[channel], low, high)
    assert any(layer.metadata["visible"]) and len(layer.metadata["colormap"]) == ds.sizes["c"]


def vtk_images(folder, ds, npz):
    """VTK finds at a position the value that the other files have there."""
    collection = ElementTree.parse(folder / "fields.pvd").getroot().find("Collection")
    listed = [(float(d.get("timestep")), d.get("file")) for d in collection]
    np.testing.assert_allclose([t for t, _ in listed], npz["time_days"], rtol=1e-12)
    hx, hy, hz = npz["spacing_um"]
    _, _, nz, ny, nx = ds.fields.shape
    random = np.random.default_rng(1)
    provenance = None
    for index, (time, name) in enumerate(listed):
        reader = vtkXMLImageDataReader()
        reader.SetFileName(str(folder / name))
        reader.Update()
        data = reader.GetOutput()
        assert data.GetOrigin() == (0, 0, 0), data.GetOrigin()
        np.testing.assert_allclose(data.GetBounds(), [0, nx * hx, 0, ny * hy, 0, nz * hz])
        assert data.GetNumberOfCells() == nx * ny * nz
        assert data.GetPointData().GetNumberOfArrays() == 0
        cells = data.GetCellData()
        assert cells.GetNumberOfArrays() == ds.sizes["c"]
        for field in ds.c.values:
            array = cells.GetArray(field)
            read = vtk_to_numpy(array).reshape(nz, ny, nx)
            assert np.array_equal(read, npz[field][index]), (name, field)
            unit = str(ds.unit.sel(c=field).item())
            assert array.GetInformation().Get(array.UNITS_LABEL()) == unit, field
        # A position anywhere in a cell, looked up by geometry in both.
        locator = vtkStaticCellLocator()
        locator.SetDataSet(data)
        locator.BuildLocator()
        for _ in range(20):
            i, j, k = random.integers(nx), random.integers(ny), random.integers(nz)
            at = (np.array([i, j, k]) + random.uniform(0.05, 0.95, 3)) * [hx, hy, hz]
            cell = locator.FindCell(at)
            near = ds.fields.isel(t=index).sel(x=at[0], y=at[1], z=at[2], method="nearest")
            for field in ds.c.values:
                assert cells.GetArray(field).GetValue(cell) == near.sel(c=field).item()
        times = data.GetFieldData().GetArray("TimeValue")
        assert abs(times.GetValue(0) - time) < 1e-9
        provenance = data.GetFieldData().GetAbstractArray("warmfront").GetValue(0)
    return json.loads(provenance)


def means(out, arm, ds, pairs):
    """The mean of a field is the observable of the same time in the table."""
    compared = 0
    text = (out / "timeseries.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        for field, quantity in pairs:
            if row["arm"] != arm or row["quantity"] != quantity:
                continue
            near = np.isclose(ds.t, float(row["time_days"]), rtol=1e-9, atol=1e-12)
            for index in np.flatnonzero(near):
                mean = ds.fields.isel(t=index).sel(c=field).mean(dtype=np.float64).item()
                np.testing.assert_allclose(mean, float(row["value"]), rtol=2e-6, atol=1e-9)
                compared += 1
    assert compared >= 2 * len(pairs), f"{compared} means were compared"


def main():
    out = Path(sys.argv[1])
    pairs = [word.split("=") for word in sys.argv[2:]]
    scenario = (out / "scenario.toml").read_text(encoding="utf-8")
    tomllib.loads(scenario)
    table = json.loads((out / "timeseries.csv-metadata.json").read_text(encoding="utf-8"))
    header = (out / "timeseries.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert [c["name"] for c in table["tableSchema"]["columns"]] == header
    told = next(note["warmfront"] for note in table["notes"] if "warmfront" in note)
    assert told["scenario"] == scenario

    arms = [arm for arm in told["arms"] if (out / arm).is_dir()]
    assert arms, "no arm has fields"
    for arm in arms:
        npz = np.load(out / arm / "fields.npz")
        path = out / arm / "fields.zarr"
        ds = xr.open_zarr(path).load()
        coordinates(ds, npz)
        same_numbers(ds, npz)
        image(path, ds, npz)
        means(out, arm, ds, pairs)
        assert json.loads(npz["provenance"].item()) == told
        assert ds.attrs["warmfront"] == told
        assert vtk_images(out / arm, ds, npz) == told
    print(f"{len(arms)} arms agree")


if __name__ == "__main__":
    import warnings

    # A reader that only just accepts what was written is a failure too.
    warnings.simplefilter("error")
    main()
