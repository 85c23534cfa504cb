"""Every class of results: what it looks like, that it can be pickled, and that its arrays are read-only."""

import copy
import dataclasses
import functools
import inspect
import pickle

import numpy as np
import pytest

import rheobase
from rheobase import _display, analysis, attractor, force, innate, motif
from rheobase.network import Network

from test_docs import OBJECTS

CLASSES = {thing.__name__: thing for thing in OBJECTS.values()
           if inspect.isclass(thing) and issubclass(thing, _display.Shown)}


@pytest.fixture(scope="module")
def results(lif, hold, tmp_path_factory):
    """Results of every class."""
    rng = np.random.default_rng(2)
    u = np.ones((1, 20, 4))
    runs = rheobase.simulate(lif, u, record=("spikes", "voltage", "rate", "input"))
    evaluation = rheobase.evaluate(lif, trials=2)
    comparison = rheobase.compare(lif, trials=4)
    network = Network(step=1e-3, populations={"p": {"template": "tanh", "size": 4}}, inputs=["p.I_ext"],
                      edges=[{"source": "p.r", "target": "p.r_in", "weights": rng.normal(size=(4, 4))}])
    seen = network.run(np.ones((30, 4)), record=["p.v"])
    fit = network.fit("ridge", rng.normal(size=(30, 4)), rng.normal(size=(30, 1)), source="p.r")
    library = motif.prepare(architecture="additive", units=6, seed=2).train(
        {"a": np.sin(np.arange(70.0)), "b": np.cos(np.arange(60.0))}, batches=1, batch=2)
    linear = motif.linear({"a": np.sin(np.arange(60.0) / 9)}, units=20, terms=4, preparation_rank=10,
                          loop_iterations=2, preparation_iterations=2, starts=1)
    forced = force.train(units=10, iterations=1)
    unit = {"spike_times": np.tile(np.linspace(0.01, 0.49, 9), 4), "spike_trials": np.repeat(np.arange(4), 9),
            "spike_width": 0.6}
    other = {**unit, "spike_times": unit["spike_times"] ** 2}
    session = force.Session([unit, other], response=[1, 2, 1, 2], sample=np.full(4, 0.1), delay=np.full(4, 0.2),
                            cue=np.full(4, 0.4), edges=np.linspace(0.0, 0.5, 51), smoothing=11)
    compared = forced.compare(levels=[1.0], fractions=[0.5], trials=20)
    tamed = innate.timing(units=20, delay=20, recurrent_trials=1, readout_trials=1)
    levels = attractor.simulate(trials=8, levels=[0.0])
    summary = levels.analyse()[0]
    branches = attractor.bifurcations(low=-1, high=6)
    yaml = tmp_path_factory.mktemp("yaml")
    made = [
        runs, runs[0], evaluation, evaluation.rate, evaluation.spiking, comparison, network, seen, seen.state, fit,
        library, library.chain(["a", "b"]), library.scores(trials=1), linear, linear.chain(["a", "a"]), forced,
        forced.test(), forced.robustness(0.1, trials=2), compared, compared.model[0],
        session, session.targets(first_bin=2, after_cue=5), tamed, tamed.tests[0], tamed.trajectories[0],
        innate.capacity([20.0], 1, units=60, recurrent_trials=1, readout_trials=1), levels, levels[0], summary,
        summary.correct_trials[0], branches[0], branches[0].bifurcations[0], attractor.fixed_points()[0],
        rheobase.Task("go-nogo"), lif, lif.rate, lif.spiking, lif.rate.run(u), rheobase.train(hold, units=6, trials=8),
        rheobase.perturb(lif, strengths=[1.0], drive="exc", trials=2), analysis.pca(rng.normal(size=(3, 9))),
        analysis.spectrum(rng.normal(size=(4, 4))), analysis.isi_statistics(np.arange(4.0)),
        analysis.targeted_reduction(rng.normal(size=(4, 5, 12)), rng.normal(size=(12, 2)), np.arange(12) % 3),
        analysis.mixed_selectivity(rng.normal(size=(3, 12)), np.sign(rng.normal(size=(12, 2)))),
        analysis.rank_sum([1, 2], [3, 4]), analysis.signed_rank([1, 2], [3, 5]), analysis.mcnemar([1, 0], [1, 1]),
        rheobase.network.templates()["tanh"],
        rheobase.network.ImportedTemplates(str(yaml / "net.toml"), ["p"], []),
    ]
    return {type(one).__name__: one for one in made}


def arrays_of(thing):
    """All arrays that a result shows, by the way to them; those of results inside of it too."""
    kinds = (property, functools.cached_property)
    names = [name for name in dir(type(thing)) if isinstance(inspect.getattr_static(type(thing), name), kinds)]
    found = {**{name: value for name, value in vars(thing).items() if not name.startswith("_")},
             **{name: getattr(thing, name) for name in names if not name.startswith("_")}}
    if dataclasses.is_dataclass(thing):
        found.update({field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)})
    flat = {}

    def visit(way, value):
        if isinstance(value, np.ndarray):
            flat[way] = value
        elif isinstance(value, dict):
            for key, one in value.items():
                visit(f"{way}[{key!r}]", one)
        elif isinstance(value, (list, tuple)):
            for i, one in enumerate(value):
                visit(f"{way}[{i}]", one)

    for name, value in found.items():
        visit(name, value)
    return flat


# New ones at every call: changing them changes nothing else.
OWN = {"Run": {"time_ms", "voltage_time_ms", "unit_types", "outputs", "mean_rate_hz"},
       "Runs": {"time_ms", "output", "outputs", "spike_count", "mean_rate_hz", "correct"},
       "RateRun": {"time_ms"}, "RateModel": {"unit_types"}, "SpikingModel": {"unit_types"}, "Chain": {"rmse"}}


def test_there_is_a_result_of_every_class(results):
    abstract = {"Shown", "Measure"}
    assert set(CLASSES) - set(results) - abstract == set()


@pytest.mark.parametrize("name", sorted(set(CLASSES) - {"Shown", "Measure"}))
def test_a_result_is_shown_pickled_and_read_only(results, name):
    thing = results[name]
    assert 1 <= repr(thing).count("\n") + 1 <= 40
    html = thing._repr_html_()
    assert html.startswith("<table>") and html.count("<tr>") == len(thing._rows())
    before = arrays_of(thing)
    for again in (pickle.loads(pickle.dumps(thing)), copy.deepcopy(thing)):
        assert type(again) is type(thing) and repr(again) == repr(thing)
        after = arrays_of(again)
        assert set(after) == set(before)
        for way, array in before.items():
            assert (after[way].dtype, after[way].shape) == (array.dtype, array.shape), way
            assert after[way].tobytes() == array.tobytes(), way  # not-a-number in records, too
            if way not in OWN.get(name, ()):
                assert not array.flags.writeable, way
                assert not after[way].flags.writeable, f"{way} once pickled"


def test_a_result_cannot_be_changed_behind_its_back(lif):
    with pytest.raises(ValueError, match="read-only"):
        lif.table.accuracy[0] = 0.0
    own = lif.w.copy()
    own[0, 0] = 7.0
    assert lif.w[0, 0] != 7.0
    trial = rheobase.Task("go-nogo").trial(0)
    trial.input[0, 0] = 5.0  # a trial is the caller's own
    u = np.ones((1, 9, 2))
    task = rheobase.Task.from_trials(u, u)
    u[:] = 3.0
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(task)).trial(0).input, np.ones((1, 9)))
