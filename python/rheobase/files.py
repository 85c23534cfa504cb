"""Files of models, runs and comparisons."""

from __future__ import annotations

import warnings
from typing import Any

from . import _engine
from ._checks import number, text
from ._errors import input_error
from ._pickling import path_text
from .comparison import Comparison
from .conversion import SpikingModel
from .models import RateModel
from .simulation import Run, Runs

_FORMATS = {".nir": "nir", ".h5": "hdf5", ".hdf5": "hdf5", ".csv": "csv", ".nwb": "nwb"}


def load(path: Any, *, spike_step: float | None = None) -> RateModel | SpikingModel:
    """The model of a file: ours, that of the published program, or any rate network.

    Parameters
    ----------
    path : path_like
        A .mat file (docs/formats.md), level 5 or 7.3; or, as for ``rheobase import``, a NIR graph
        (.nir) or what `export` wrote as HDF5 (.h5, .hdf5).
    spike_step : float, optional
        Of a NIR graph of another program, ms: its weights count a spike as 1 in a step of this
        length; 0: as a pulse of area 1, as NIR defines it. Default: as the graph's metadata say,
        else 0.

    Returns
    -------
    SpikingModel or RateModel
        Spiking where the file has a scaling factor.

    Raises
    ------
    InputError
        Names the file, the field, what was found and what must hold.
    """
    place = path_text(path)
    notes: list[str] = []
    if place.endswith((".nir", ".h5", ".hdf5")):
        step = None if spike_step is None else number(spike_step, "spike_step", least=0)
        model, notes = _engine.import_model(place, step)
    else:
        model = _engine.read_model(place)
        notes = model.doubts
    for note in notes:
        warnings.warn(f"{place}: {_engine.in_python_words(note)}", stacklevel=2)
    if model.scaling_factor is not None:
        return SpikingModel._loaded(model)
    return RateModel._of(model)


def load_run(path: Any) -> Run | Runs:
    """The run of a file of `Run.save`, `Runs.save` or ``rheobase simulate``.

    Parameters
    ----------
    path : path_like
        A .mat file.

    Returns
    -------
    Run or Runs
        Runs of a file of many trials (``--trials``).

    Raises
    ------
    InputError
        Names the file, the field, what was found and what must hold.
    """
    place = path_text(path)
    if _engine.holds_runs(place):
        return Runs([Run(run) for run in _engine.read_runs(place)])
    return Run(_engine.read_run(place))


def load_comparison(path: Any) -> Comparison:
    """The comparison of a file of `Comparison.save` or ``rheobase compare``.

    Parameters
    ----------
    path : path_like
        A .mat or .json file; .json has no traces.

    Returns
    -------
    Comparison
        Without task and model, which the file does not hold: as a baseline, or for its figures.

    Raises
    ------
    InputError
        Names the file, the field, what was found and what must hold.
    """
    return Comparison(_engine.read_comparison(path_text(path)), None, None)


def export(what: Any, path: Any, *, format: str | None = None, **options: Any) -> list[str]:
    """Writes a model, runs or a comparison for another program: ``rheobase export``.

    Parameters
    ----------
    what : RateModel, SpikingModel, Run, Runs or Comparison
        Models go to NIR, HDF5 and CSV, runs to HDF5, CSV and NWB, comparisons to CSV and NWB.
    path : path_like
        Complete or not there at all.
    format : {'nir', 'hdf5', 'csv', 'nwb'}, optional
        Default: by the ending of the name.
    profile : {'exact', 'portable', 'snntorch'}
        Of NIR: the synapse as it is, or as other programs know it.
    shift_voltages : bool
        Of NIR: voltages from the reset, which becomes 0.
    spike_step : float
        Of NIR, ms: for importers that count a spike as 1 in a step of this length.
    table : str
        Of CSV: spikes, output, rates, trials or voltage of a run; units, weights or scaling of a
        model; conditions, spikes, output, trials or units of a comparison.
    subject, institution : str
        Of NWB.
    keywords : list of str
        Of NWB.

    Returns
    -------
    list of str
        Notes on what the format cannot hold.

    Raises
    ------
    InputError
        For what the format cannot hold, or a place that cannot be written.

    Notes
    -----
    Sources of the formats: docs/formats.md.
    """
    place = path_text(path)
    if format is None:
        format = next((f for end, f in _FORMATS.items() if place.endswith(end)), None)
        if format is None:
            raise input_error("format", f"nothing for {place!r}",
                              f"must be given: the ending is none of {', '.join(_FORMATS)}")
    text(format, "format")
    model = what._model if isinstance(what, RateModel) else None
    if isinstance(what, Run):
        runs = [what._run]
    elif isinstance(what, Runs):
        runs = [run._run for run in what]
    elif model is not None or isinstance(what, Comparison):
        runs = []
    else:
        raise input_error("what", f"a {type(what).__name__}", "must be a model, a run, runs or a comparison")
    comparison = what._comparison if isinstance(what, Comparison) else None
    return [_engine.in_python_words(note)
            for note in _engine.export_to(model, runs, comparison, place, format, options)]
