"""Makes the model files of this folder with programs that are not Rheobase.

Needs SciPy, h5py and GNU Octave: python3 make_files.py
"""
import struct
import subprocess
import zlib

import h5py
import numpy as np
import scipy.io
import scipy.sparse

N = 3
model = {
    "w": np.array([[0.5, 0.25, 1.0], [0.0, 0.75, 2.0], [0.125, 1.5, 0.0]]),
    "w0": np.array([[1.0, 0.0, 1.0], [2.0, 0.5, 0.0], [0.0, 3.0, 0.25]]),
    "m": np.diag([1.0, -1.0, 1.0]),
    "som_m": np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]),
    "w_in": np.array([[1.0, -0.5], [0.25, 2.0], [-1.0, 0.0]]),
    "w_out": np.array([[0.5, -0.25, 0.125]]),
    "b_out": np.array([[0.0625]]),
    "N": np.array([[N]], dtype=np.int64),
    "som_N": np.array([[1]], dtype=np.int64),
    "exc": np.array([[1], [0], [1]], dtype=bool),
    "inh": np.array([[0], [1], [0]], dtype=bool),
    "taus": np.array([[4.0, 20.0]]),
    "taus_gaus": np.array([[0.5], [-1.0], [2.0]]),
    "taus_gaus0": np.array([[1.0], [0.0], [-0.5]]),
    "activation": "clipped_relu",
    "task": "xor",
    "opt_scaling_factor": np.array([[25.0]]),
}


def set_class(dataset, kind):
    """MATLAB's own type of string: fixed length, ended by zero."""
    text = h5py.h5t.C_S1.copy()
    text.set_size(len(kind))
    attribute = h5py.h5a.create(dataset.id, b"MATLAB_class", text,
                                h5py.h5s.create(h5py.h5s.SCALAR))
    attribute.write(np.array(kind.encode(), dtype=f"S{len(kind)}"), mtype=text)


def save_hdf5(name):
    """A level 7.3 file as MATLAB lays it out: columns first, its header before the HDF5 data."""
    with h5py.File(name, "w", userblock_size=512) as file:
        for key, value in model.items():
            if isinstance(value, str):
                data = np.array([[ord(c)] for c in value], dtype=np.uint16)
                kind = "char"
            elif value.dtype == bool:
                data, kind = value.astype(np.uint8).T, "logical"
            else:
                data = value.T
                kind = {"float64": "double", "int64": "int64"}[value.dtype.name]
            dataset = file.create_dataset(key, data=data, track_times=False)
            set_class(dataset, kind)
            if kind in ("char", "logical"):
                dataset.attrs["MATLAB_int_decode"] = np.int32(2 if kind == "char" else 1)
    with open(name, "r+b") as file:
        text = b"MATLAB 7.3 MAT-file, written by h5py"
        file.write(text.ljust(124) + struct.pack("<H", 0x0200) + b"IM")


def element(kind, payload):
    return struct.pack("<II", kind, len(payload)) + payload + b"\0" * (-len(payload) % 8)


def array(class_number, name, contents):
    return element(14, element(6, struct.pack("<II", class_number, 0))
                   + element(5, struct.pack("<ii", 1, 1)) + element(1, name) + contents)


def function_handle(name):
    """A variable of MATLAB's class 16, which holds another variable."""
    return array(16, name, array(6, b"inside", element(9, struct.pack("<d", 3.5))))


scipy.io.savemat("scipy_compressed.mat", model, do_compression=True)
scipy.io.savemat("scipy_plain.mat", {k: v.astype(np.float32) if getattr(v, "dtype", "") == float
                                     else v for k, v in model.items()})
save_hdf5("hdf5_matlab_layout.mat")
subprocess.run(["octave-cli", "-q", "--eval",
                "load scipy_compressed.mat; N = double(N); save('-v7', 'octave_compressed.mat'); "
                "inh = double(inh); exc = uint8(exc); save('-v6', 'octave_plain.mat');"],
               check=True)

extras = {
    "extra_struct": {"a": np.array([[1.0, 2.0]]), "b": "text", "c": {"d": np.array([[3.0]])}},
    "extra_cell": np.array([[np.array([[1.0]]), "two"], [np.array([[3.0, 4.0]]), "five"]],
                           dtype=object),
    "extra_text": "G\u00e9n\u00e9ral \u03bc",
    "extra_sparse": scipy.sparse.csc_matrix(np.array([[0.0, 2.0], [0.0, 0.0], [1.5, 0.0]])),
    "extra_complex": np.array([[1.0 + 2.0j, -3.0j]]),
    "extra_logical": np.array([[True, False, True]]),
    "extra_int8": np.array([[-128, 127]], dtype=np.int8),
    "extra_cube": np.arange(24.0).reshape(2, 3, 4),
    "extra_empty": np.zeros((0, 5)),
    "extra_big": np.tile(np.arange(100.0), (100, 1)),
    "w_in0": model["w_in"],
}
scipy.io.savemat("unknown_fields_plain.mat", model | extras | {"extra_big": np.ones((3, 4))})
with open("unknown_fields_plain.mat", "ab") as target:
    target.write(function_handle(b"extra_handle"))
scipy.io.savemat("unknown_fields_no_handle.mat", model | extras, do_compression=True)
with open("unknown_fields_no_handle.mat", "rb") as source:
    contents = source.read()
with open("unknown_fields.mat", "wb") as target:
    packed = zlib.compress(function_handle(b"extra_handle"))
    target.write(contents + struct.pack("<II", 15, len(packed)) + packed)
