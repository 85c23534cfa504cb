"""Prints what SciPy (level 5) or h5py (level 7.3) find in a .mat file: name, rows, columns, numbers."""
import sys

import numpy as np


def show(name, value):
    if isinstance(value, str):
        print(name, "text", value)
    else:
        numbers = " ".join(f"{v:.17g}" for v in value.astype(float).ravel(order="F"))
        print(name, value.shape[0], value.shape[1], numbers)


def show_scipy_value(name, value):
    show(name, str(value[0]) if value.dtype.kind == "U" else value)


def show_scipy(path):
    import scipy.io
    for name, value in scipy.io.loadmat(path).items():
        if name.startswith("__"):
            continue
        if value.dtype.names:
            for member in value.dtype.names:
                show_scipy_value(f"{name}.{member}", value[0, 0][member])
        else:
            show_scipy_value(name, value)


def show_hdf5(path):
    import h5py

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            kind = item.attrs["MATLAB_class"].decode()
            value = item[()].T
            text = "".join(chr(c) for c in value.ravel()) if kind == "char" else value
            show(name.replace("/", "."), text)

    with h5py.File(path) as file:
        file.visititems(visit)


(show_hdf5 if sys.argv[2] == "hdf5" else show_scipy)(sys.argv[1])
