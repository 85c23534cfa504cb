"""Every public function with arguments that are nearly right, random or nonsense.

A call may work or be refused with InputError or Error, a name that a function does not have with
TypeError; anything else is a fault: another exception, a crash, what a sanitizer reports. test_fuzz.py
takes a few hundred calls
of each; scripts/fuzz_python.sh runs this file for longer under sanitizers:

    python3 python/tests/fuzz.py --seconds 600 --seed 1
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import os
import pathlib
import tempfile
import time
import warnings

import numpy as np

import rheobase
from rheobase import analysis, attractor, force, innate, motif
from rheobase.network import Network

REFUSALS = (rheobase.InputError, rheobase.Error, MemoryError)
# What Python itself says of names and numbers of arguments, and of operators within a class of the user.
OF_CALLS = ("unexpected keyword argument", "missing", "positional argument", "keywords must be strings")
DTYPES = [float, np.float32, np.float16, np.longdouble, int, np.int8, np.uint64, bool, complex, object,
          "U3", "S2", "M8[s]", "m8[s]", ">f8", np.dtype([("a", "f8"), ("b", "i4")])]
ODD = [None, True, "x", "", b"", -1, 0, 1, 1.5, -0.0, 1e-320, 1e308, float("nan"), float("inf"), 2**63, -(2**63),
       2**200, 3 + 4j, [], {}, (), object, [[1], [2, 3]], ["a", 1], np.int64(-7), np.float32(2.5), np.array(3),
       np.ma.masked, range(3), {"x": 1}, "inh@0.5", "exc-inh@2", "exc@nan"]
# What would only make a call take long, or much memory that is there.
BOUNDED = [one for one in ODD if not (isinstance(one, (int, float)) and not isinstance(one, bool) and abs(one) > 1e6)
           or one in (2**200, float("inf"))]


def random_array(rng):
    shape = tuple(int(n) for n in rng.integers(0, 6, size=rng.integers(0, 5)))
    values = rng.normal(size=shape) * 10.0 ** rng.integers(-300, 300)
    return converted(rng, values)


def converted(rng, values):
    """The same numbers as another type, order or stride."""
    with np.errstate(all="ignore"), contextlib.suppress(TypeError, ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = np.asarray(values).astype(DTYPES[rng.integers(len(DTYPES))])
    values = np.asarray(values)
    kind = rng.integers(7)
    if kind == 0 and values.ndim:
        return values[..., ::-1]
    if kind == 1:
        return np.asfortranarray(values)
    if kind == 2 and values.ndim:
        return np.repeat(values, 2, axis=-1)[..., ::2]
    if kind == 3:
        return values.tolist()
    if kind == 4 and values.ndim:
        raw = np.zeros(values.nbytes + 1, dtype=np.uint8)[1:].view(np.uint8)  # not aligned
        with contextlib.suppress(TypeError, ValueError):
            moved = raw[: values.nbytes].view(values.dtype).reshape(values.shape)
            moved[...] = values
            return moved
    if kind == 5:
        values = values.copy()
        values.flags.writeable = False
    return values


def nearly(rng, array):
    """An array with one thing wrong, or of another type."""
    if getattr(array, "nbytes", 0) > 1e7:
        return array
    array = np.array(array, dtype=float)
    kind = rng.integers(9)
    if kind == 0 and array.size:
        array.flat[rng.integers(array.size)] = [np.nan, np.inf, -np.inf, 1e308, -1e308][rng.integers(5)]
    elif kind == 1 and array.ndim:
        axis = rng.integers(array.ndim)
        array = np.delete(array, slice(rng.integers(array.shape[axis] + 1), None), axis=axis)
    elif kind == 2 and array.ndim:
        array = np.concatenate([array, array], axis=rng.integers(array.ndim))
    elif kind == 3:
        array = array.T
    elif kind == 4:
        array = array[np.newaxis]
    elif kind == 5:
        array = array * 10.0 ** rng.integers(-300, 300)
    elif kind == 6:
        return np.ma.masked_array(array, mask=rng.random(array.shape) < 0.3)
    elif kind == 7:
        return np.broadcast_to(np.float32(1.0), (*array.shape[:-1], 2**45)) if array.ndim else array
    return converted(rng, array)


def mutated(rng, value, bounded):
    if isinstance(value, dict) and value and rng.integers(3):
        key = list(value)[rng.integers(len(value))]
        return {**value, key: mutated(rng, value[key], bounded)}
    if rng.integers(3) == 0:
        return random_array(rng)
    if isinstance(value, (np.ndarray, list)) and rng.integers(5) and not callable(value):
        with contextlib.suppress(TypeError, ValueError):
            return nearly(rng, value)
    odd = BOUNDED if bounded else ODD
    return odd[rng.integers(len(odd))]


class Case:
    """A function with arguments that work; `bounded` ones are never made huge."""

    def __init__(self, call, *positional, bounded=(), **named):
        self.call, self.positional, self.named = call, positional, named
        self.bounded = set(bounded)

    def run(self, rng):
        positional, named = list(self.positional), dict(self.named)
        places = [*range(len(positional)), *named]
        if not places:
            self.call()
            return
        for _ in range(1 + int(rng.integers(4) == 0)):
            place = places[rng.integers(len(places))]
            bounded = place in self.bounded
            if isinstance(place, int):
                positional[place] = mutated(rng, positional[place], bounded)
            else:
                named[place] = mutated(rng, named[place], bounded)
        self.call(*positional, **named)


class Hold:
    """Hold the sign of a pulse."""

    conditions = ("down", "up")

    def trial(self, rng):
        up = int(rng.integers(2))
        return np.full((1, 12), up), np.full((1, 12), up), up

    def correct(self, trial, output):
        return bool(output[0, -1] > 0)


class Fuzzed:
    """A task whose trials and answers are mutated."""

    def __init__(self, rng):
        self.rng, self.calls = rng, 0

    def trial(self, rng):
        self.calls += 1
        trial = (np.zeros((1, 12)), np.zeros((1, 12)), 0)
        if self.calls > 2 and self.rng.integers(4) == 0:
            place = self.rng.integers(3)
            trial = tuple(mutated(self.rng, one, True) if i == place else one for i, one in enumerate(trial))
        return trial

    def correct(self, trial, output):
        return True if self.rng.integers(8) else mutated(self.rng, output, True)


def cases(folder, model_path, rng):
    """By name, as test_docs.py names public objects."""
    folder = pathlib.Path(folder)
    lif = rheobase.load(model_path)
    w = rng.normal(size=(4, 4)) / 2
    arrays = dict(w=w, w_in=np.ones((4, 2)), w_out=np.ones((1, 4)), tau_ms=np.full(4, 20.0))
    small = rheobase.RateModel(**arrays, activation="softplus")
    u, z = rng.normal(size=(1, 20, 6)), np.zeros((1, 20, 6))
    task = rheobase.Task("go-nogo")
    own = rheobase.Task.from_trials(u, z)
    trained = rheobase.train("go-nogo", units=6, trials=4, evaluation_trials=2).model
    run = rheobase.simulate(lif, np.zeros((1, 20)))
    runs = rheobase.simulate(lif, task=task, trials=2)
    comparison = rheobase.compare(lif, trials=4)
    for name, thing in (("model", lif), ("run", run), ("runs", runs)):
        thing.save(folder / f"{name}.mat")
    comparison.save(folder / "comparison.json")
    network = Network(
        step=1e-3, populations={"rnn": {"template": "tanh", "size": 4}},
        edges=[{"source": "rnn.r", "target": "rnn.r_in", "weights": w}], inputs=["rnn.I_ext"])
    library = motif.prepare(architecture="additive", units=6, seed=2).train(
        {"a": np.sin(np.arange(70.0)), "b": np.cos(np.arange(60.0))}, batches=1, batch=2)
    library.save(folder / "library.mat")
    rates = [np.cumsum(rng.normal(size=(4, 60)), axis=1) for _ in range(2)]
    epochs = dict(sample_step=10, delay_step=20, cue_step=50)
    forced = force.train(units=10, iterations=1)
    forced.save(folder / "force.mat")
    tamed = innate.timing(units=20, delay=20, recurrent_trials=1, readout_trials=1)
    tamed.save(folder / "innate.mat")
    levels = attractor.simulate(trials=4, levels=[0.0])
    levels.save(folder / "attractor.mat")
    linear = motif.linear({"a": np.sin(np.arange(60.0) / 9)}, units=20, terms=4, preparation_rank=10,
                          loop_iterations=2, preparation_iterations=2, starts=1)
    linear.save(folder / "linear.mat")
    sessions = dict(response=[1, 2, 1, 2], sample=np.full(4, 0.1), delay=np.full(4, 0.2), cue=np.full(4, 0.4),
                    edges=np.linspace(0.0, 0.5, 51), stimulation=np.zeros(4), smoothing=11)
    unit = {"spike_times": np.tile(np.linspace(0.01, 0.49, 9), 4), "spike_trials": np.repeat(np.arange(4), 9),
            "spike_width": 0.6, "trials": [0, 4], "name": "one"}
    other = {**unit, "spike_times": unit["spike_times"] ** 2}
    session = force.Session([unit, other], **sessions)
    new = str(folder / "new.mat")
    spikes = ([0, 1, 2], [1.0, 2.0, 3.0])
    short = dict(units=5, trials=4, batch=2, evaluate_every=2, evaluation_trials=2, seed=1, threads=1)
    quick = ("trials", "units", "count", "batches", "batch", "iterations", "duration_ms", "samples", "steps",
             "networks", "repeats", "evaluation_trials", "starts", "terms", "step", "output_step", "delay",
             "recurrent_trials", "copies", "longest_interval", "interval", "maximum_iterations")

    def case(call, *positional, **named):
        return Case(call, *positional, bounded=quick, **named)

    two = (rng.normal(size=12), rng.normal(size=12))
    flags = ([True, False, True], [True, True, False])
    return {
        "tasks.Task": case(lambda name, **p: rheobase.Task(name, **p), "timing", interval=800),
        "tasks.Task.names": Case(rheobase.Task.names),
        "tasks.Task.from_trials": case(
            rheobase.Task.from_trials, u, z, label=[0, 0, 1, 1, 2, 2], test_fraction=0.5, score_window_ms=(10, 60),
            step_ms=5.0, rms_limit=0.3, title="t", input_names=["a"], output_names=["b"],
            stimulus_ms=[(5.0, 20.0)], values={"c": np.arange(6.0)}),
        "tasks.Task.from_trials (test)": case(rheobase.Task.from_trials, u, z, test=(u, z, [0, 1, 0, 1, 0, 1])),
        "tasks.Task.from_file": case(rheobase.Task.from_file, str(folder / "model.mat"), test_fraction=0.2),
        "tasks.Task.from_innate": case(rheobase.Task.from_innate, str(folder / "innate.mat"), min_r2=0.5),
        "tasks.Task.from_class": case(rheobase.Task.from_class, Hold()),
        "tasks.Task.combined": case(rheobase.Task.combined, "go-nogo", "timing", interval=600),
        "tasks.Task.trial": case(task.trial, 3, seed=2, condition="go"),
        "tasks.Task.condition_index": case(task.condition_index, "go"),
        "tasks.Task.correct": case(lambda i, t, c, o: task.correct(rheobase.Trial(i, t, c), o),
                                   task.trial(0).input, task.trial(0).target, 0, np.zeros((1, task.steps - 1))),
        "tasks.as_task": case(rheobase.tasks.as_task, "xor"),
        "class task": Case(lambda: rheobase.train(Fuzzed(rng), minimum_trials=0, **short)),
        "training.train": case(
            rheobase.train, own, mask=np.ones((5, 5)), taus=(4, 20), gain=1.5, inhibitory=0.2, learning_rate=0.01,
            clip=1.0, rate_noise=0.1, stop_loss=1.0, l2_rates=0.1, rule="adam", activation="sigmoid", **short),
        "training.train (start)": case(rheobase.train, "go-nogo", start=trained, train=("w_out", "b_out"), trials=4,
                                       evaluation_trials=2),
        "conversion.convert": case(rheobase.convert, lif, "go-nogo", scaling=[40.0, 50.0], trials=2, noise=0.1,
                                   mapping="published", threads=1, seed=1),
        "conversion.task_of": case(rheobase.conversion.task_of, lif, "go-nogo"),
        "models.RateModel": case(
            rheobase.RateModel, **{**arrays, "w": abs(w)}, activation="softplus", step_ms=5.0, bias=np.zeros(4), b_out=np.zeros(1),
            signs=np.ones(4), mask=np.ones((4, 4)), noise=0.1),
        "models.RateModel.run": case(small.run, np.zeros((2, 9)), seed=1, noise=0.1, trial=0, threads=1),
        "models.RateModel.save": case(small.save, new, level73=False),
        "models.as_rate_model": case(rheobase.models.as_rate_model, lif, "model"),
        "simulation.simulate": case(
            rheobase.simulate, lif, np.zeros((1, 20, 2)), record=("spikes", "voltage"), voltage_units=[0, 3],
            initial_voltage=np.full(200, -60.0), noise=0.1, seed=1, trial=2, threads=1, stimulate="exc",
            stimulate_units=[1, 2], stimulate_window=(10, 50), lesion=[3, 4], lesion_connections="exc-inh@0.5",
            drive="inh@0.1", drive_strength=0.5, drive_window=(10, 40), lesion_seed=2, engine="clock"),
        "simulation.simulate (task)": case(rheobase.simulate, lif, task=task, condition="go", trials=2, scaling=50.0),
        "simulation.Run.save": case(run.save, new, level73=False),
        "simulation.Run.spike_trains": Case(run.spike_trains),
        "simulation.Run.to_neo": Case(lambda: None),
        "simulation.Runs.to_neo": Case(lambda: None),
        "simulation.Runs.save": case(runs.save, new),
        "evaluation.evaluate": case(rheobase.evaluate, lif, task, trials=2, network="both", scaling=50.0, threads=1,
                                    lesion="exc@0.2", drive=[0, 1], drive_window=(0.0, 50.0)),
        "perturbation.perturb": case(rheobase.perturb, lif, task, fractions=[0.0, 0.5], lesion="inh", repeats=1,
                                     trials=2),
        "perturbation.perturb (values)": case(rheobase.perturb, lif, task, vary="threshold_sd", values=[0.0, 1.0], trials=2),
        "perturbation.perturb (times)": case(rheobase.perturb, lif, task, times=[0.0, 50.0], drive="all",
                                             drive_strength=-1.0, duration_ms=20.0, trials=2),
        "comparison.compare": case(rheobase.compare, lif, task, trials=2, components=2, threads=1, lesion=[0]),
        "comparison.Comparison.check": case(comparison.check, min_accuracy=0.9, max_output_rmse=1.0,
                                            min_rate_correlation=0.1, max_accuracy_drop=0.5, baseline=None,
                                            tolerance=0.1),
        "comparison.Comparison.report": case(comparison.report, str(folder / "page.html"), name="m"),
        "comparison.Comparison.save": case(comparison.save, str(folder / "c.json")),
        "files.load": case(rheobase.load, str(folder / "model.mat"), spike_step=0.0),
        "files.load_run": case(rheobase.load_run, str(folder / "runs.mat")),
        "files.load_comparison": case(rheobase.load_comparison, str(folder / "comparison.json")),
        "files.export": case(rheobase.export, lif, str(folder / "e.nir"), format="nir", profile="exact",
                             spike_step=0.1, shift_voltages=False),
        "torch.from_torch": case(
            rheobase.from_torch, {"input2h.weight": np.ones((4, 2)), "h2h.weight": w, "h2h.bias": np.zeros(4),
                                  "fc.weight": np.ones((1, 4))}, alpha=0.2, dt_ms=20.0, activation="relu"),
        "analysis.pca": case(analysis.pca, rng.normal(size=(3, 9))),
        "analysis.principal_angles": case(analysis.principal_angles, rng.normal(size=(5, 2)), rng.normal(size=(5, 3))),
        "analysis.synchrony": case(analysis.synchrony, rng.normal(size=(3, 9))),
        "analysis.spectrum": case(analysis.spectrum, w),
        "analysis.firing_rates": case(analysis.firing_rates, *spikes, count=3, duration_ms=10.0, step_ms=1.0,
                                      start_ms=0.0, kernel="gaussian", width_ms=3.0, rise_ms=1.0),
        "analysis.isi_statistics": case(analysis.isi_statistics, [np.arange(5.0), np.arange(3.0)]),
        "analysis.targeted_reduction": case(
            analysis.targeted_reduction, rng.normal(size=(4, 5, 12)), rng.normal(size=(12, 2)), np.arange(12) % 3,
            components=2),
        "selectivity.mixed_selectivity": case(
            analysis.mixed_selectivity, rng.normal(size=(3, 12)), np.sign(rng.normal(size=(12, 2))), alpha=0.05),
        "selectivity.roc_area": case(analysis.roc_area, *two),
        "selectivity.d_prime": case(analysis.d_prime, *two),
        "selectivity.rank_sum": case(analysis.rank_sum, *two),
        "selectivity.signed_rank": case(analysis.signed_rank, *two),
        "selectivity.mcnemar": case(analysis.mcnemar, *flags),
        "network.Network": case(
            Network, step=1e-3, populations={"rnn": {"template": "tanh", "size": 4, "parameters": {"tau": 10.0}}},
            edges=[{"source": "rnn.r", "target": "rnn.r_in", "weights": w, "delay": 0.002}], inputs=["rnn.I_ext"],
            nodes={"sum": {"function": "tanh", "size": 4}}, time_unit=""),
        "network.Network.load": case(Network.load, str(folder / "missing.toml")),
        "network.Network.run": case(network.run, np.ones((9, 4)), record=["rnn.v"], steps=9, sampling=2),
        "network.Network.weights": case(network.weights, "rnn.r", "rnn.r_in"),
        "network.Network.fit": case(network.fit, "ridge", rng.normal(size=(30, 4)), rng.normal(size=(30, 1)),
                                    source="rnn.r", alpha=1e-3),
        "network_templates.templates": Case(rheobase.network.templates),
        "network_templates.import_templates": case(
            rheobase.network.import_templates, str(folder / "missing.yaml"), new + ".toml", templates=["a"], size=2,
            step=0.1, time_unit="ms", spike_variable="v", threshold=1.0, reset=0.0),
        "attractor.types": Case(attractor.types),
        "attractor.simulate": case(attractor.simulate, attractor.DEFAULT_TYPE, levels=[0.0, 1.0], trials=4, seed=1),
        "attractor.fixed_points": case(attractor.fixed_points, attractor.DEFAULT_TYPE, ramp=1.0, cue=0.0, side=0,
                                       photoinhibition=0.0),
        "attractor.bifurcations": case(attractor.bifurcations, attractor.DEFAULT_TYPE, low=0.0, high=1.0,
                                       arc_step=0.2),
        "attractor.load": case(attractor.load, str(folder / "attractor.mat")),
        "attractor.Simulation.analyse": Case(lambda: levels.analyse()),
        "attractor.Simulation.save": case(levels.save, new),
        "force.train": case(force.train, rates, suppress=False, iterations=1, seed=1, **epochs),
        "force.load": case(force.load, str(folder / "force.mat")),
        "force.ForceNetwork.test": Case(forced.test),
        "force.ForceNetwork.robustness": case(forced.robustness, 0.1, clamped=0.2, common_noise=True, trials=2),
        "force.ForceNetwork.compare": case(forced.compare, attractor.DEFAULT_TYPE, levels=[1.0], fractions=[0.5],
                                           trials=20, noise=0.1, seed=1, remaining=0.0, photoinhibition_ms=50.0),
        "force.ForceNetwork.save": case(forced.save, new),
        "force_sessions.Session": case(force.Session, [unit, other], **sessions),
        "force_sessions.Session (unit)": case(lambda **one: force.Session([one, other], **sessions), **unit),
        "force_sessions.Session.trial_rate": case(session.trial_rate, 0, 1),
        "force_sessions.Session.targets": case(session.targets, first_bin=2, after_cue=5),
        "force_sessions.Session.aligned_variation": case(session.aligned_variation, first_bin=2, after_cue=5),
        "force_sessions.read_session": case(force.read_session, str(folder / "model.mat")),
        "force_sessions.read_targets": case(force.read_targets, str(folder / "model.mat"), **epochs),
        "innate.timing": case(innate.timing, units=60, connectivity=0.5, delay=20.0, recurrent_trials=1, readout_trials=1, gain=1.5,
                              seed=1, threads=1),
        "innate.words": case(innate.words, {"a": rng.normal(size=(2, 150)), "b": rng.normal(size=(2, 150))}, units=60, connectivity=0.5,
                             recurrent_trials=1, readout_trials=1, threads=1),
        "innate.capacity": case(innate.capacity, [20.0], 1, units=60, connectivity=0.5, recurrent_trials=1, readout_trials=1),
        "innate.load": case(innate.load, str(folder / "innate.mat")),
        "innate.InnateResult.r2": case(tamed.r2, trained=True, perturbed=True, trajectory=0),
        "innate.InnateResult.lyapunov": Case(tamed.lyapunov),
        "innate.InnateResult.robustness": case(tamed.robustness, [0.0, 0.01], [0.5], trials=2, seed=1, threads=1),
        "innate.InnateResult.save": case(tamed.save, new, keep_state=False),
        "motif.targets": case(motif.targets, count=1, samples=150, longest_interval=100, seed=1),
        "motif.prepare": case(motif.prepare, units=6, preparation_rank=2, batches=1, batch=2, seed=1),
        "motif.load": case(motif.load, str(folder / "library.mat")),
        "motif.resume": case(motif.resume, str(folder / "library.mat"), batches=1, threads=1),
        "motif.Library.train": case(library.train, {"c": np.sin(np.arange(60.0))}, batches=1, batch=2),
        "motif.Library.scores": case(library.scores, fractions=[0.5], trials=1),
        "motif.Library.chain": case(library.chain, ["a", "b"], std=0.1, seed=1),
        "motif.Library.save": case(library.save, new),
        "linear_motifs.linear": case(motif.linear, {"a": np.sin(np.arange(60.0) / 9)}, step_tau=0.1, units=20, terms=4,
                                     preparation_rank=10, loop_iterations=2, preparation_iterations=2, starts=1),
        "linear_motifs.LinearModel.chain": case(linear.chain, ["a", "a"], std=1.0, seed=1),
        "linear_motifs.LinearModel.scores": case(linear.scores, trials=1, seed=1),
        "linear_motifs.LinearModel.save": case(linear.save, new),
    }


def fuzz(table, rng, calls=None, seconds=None):
    """Calls in turn until `calls` of each or `seconds` are over; how often each was refused.

    Raises
    ------
    AssertionError
        For an exception of another kind, with the call's name.
    """
    refused = collections.Counter()
    end = None if seconds is None else time.monotonic() + seconds
    done = 0
    while (calls is None or done < calls) and (end is None or time.monotonic() < end):
        for name, case in table.items():
            try:
                with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
                    warnings.simplefilter("ignore")
                    case.run(rng)
            except REFUSALS:
                refused[name] += 1
            except TypeError as error:
                refused[name] += 1
                assert any(words in str(error) for words in OF_CALLS), f"{name}: {error}"
            except OSError as error:  # a path that is none, as open() has it
                refused[name] += 1
                assert error.errno is not None, name
            except Exception as error:
                raise AssertionError(f"{name}: {type(error).__name__}: {error}") from error
        done += 1
    return done, refused


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default=str(
        pathlib.Path(__file__).resolve().parents[2] / "data/models/go-nogo_N200_seed1.lif.mat"))
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        done, refused = fuzz(cases(folder, given.model, rng), rng, seconds=given.seconds)
    print(f"{done} rounds, {sum(refused.values())} calls refused, none broke anything")


if __name__ == "__main__":
    main()
