"""Runs as objects of the package neo; imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .simulation import Run


def block_of(run: Run) -> Any:
    """A neo.Block of a run: spike trains of all units, readout and recorded voltages.

    Parameters
    ----------
    run : Run
        Times become milliseconds, voltages millivolts.

    Returns
    -------
    neo.Block
        With one segment.
    """
    import neo
    import quantities as pq

    block = neo.Block(name="rheobase", engine=run.engine, seed=run.seed, trial=run.trial)
    segment = neo.Segment(name=run.condition or None)
    block.segments.append(segment)
    trains = run.spike_trains()
    types = run.unit_types
    for unit in range(run.units):
        segment.spiketrains.append(
            neo.SpikeTrain(
                trains.get(unit, ()), units=pq.ms, t_start=0 * pq.ms, t_stop=run.duration_ms * pq.ms,
                name=f"unit {unit}", unit=unit,
                unit_type=str(types[unit]) if len(types) else "",
            )
        )
    segment.analogsignals.append(
        neo.AnalogSignal(
            run.output[:, None], units=pq.dimensionless, t_start=run.time_ms[0] * pq.ms,
            sampling_period=(run.time_ms[1] - run.time_ms[0]) * pq.ms, name="readout",
        )
    )
    times = run.voltage_time_ms
    if run.voltage is not None and times is not None:
        segment.analogsignals.append(
            neo.AnalogSignal(
                run.voltage.T, units=pq.mV, t_start=times[0] * pq.ms,
                sampling_period=(times[1] - times[0]) * pq.ms, name="voltage",
            )
        )
    return block
