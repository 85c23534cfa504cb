"""Runs as objects of the package neo; imported when it is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .simulation import Run


def _signal(values: np.ndarray, times: np.ndarray, unit: Any, name: str) -> Any:
    """Samples x channels, in even steps of time."""
    import neo
    import quantities as pq

    return neo.AnalogSignal(values, units=unit, t_start=times[0] * pq.ms,
                            sampling_period=(times[1] - times[0]) * pq.ms, name=name)


def _segment_of(run: Run) -> Any:
    """A neo.Segment with the spike trains of all units, the readouts and recorded voltages."""
    import neo
    import quantities as pq

    segment = neo.Segment(name=run.condition or None, index=run.trial, trial=run.trial,
                          condition=run.condition, correct=run.correct)
    trains = [run.spike_trains(copy=copy) for copy in range(run.copies)]
    types = run.unit_types
    for unit, copy in itertools.product(range(run.units), range(run.copies)):
        train = neo.SpikeTrain(
            trains[copy].get(unit, ()), units=pq.ms, t_start=0 * pq.ms, t_stop=run.duration_ms * pq.ms,
            name=f"unit {unit}" + (f", copy {copy}" if run.copies > 1 else ""), unit=unit,
            unit_type=str(types[unit]) if len(types) else "",
        )
        train.annotate(copy=copy)  # neo's own argument of that name is another
        segment.spiketrains.append(train)
    segment.analogsignals.append(_signal(run.outputs.T, run.time_ms, pq.dimensionless, "readout"))
    times = run.voltage_time_ms
    if run.voltage is not None and times is not None:
        segment.analogsignals.append(_signal(run.voltage.T, times, pq.mV, "voltage"))
    return segment


def block_of(runs: Sequence[Run]) -> Any:
    """A neo.Block of runs of one network, a segment each.

    Parameters
    ----------
    runs : sequence of Run
        Times become milliseconds, voltages millivolts.

    Returns
    -------
    neo.Block
        With one segment a run.
    """
    import neo

    first = runs[0] if runs else None
    notes = {} if first is None else {"engine": first.engine, "seed": first.seed, "trial": first.trial}
    block = neo.Block(name="rheobase", **notes)
    for run in runs:
        segment = _segment_of(run)
        block.segments.append(segment)
        segment.block = block
    return block
