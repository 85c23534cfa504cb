"""Networks of populations: against their equations, the command line and their files."""

import pickle

import numpy as np
import pytest

import rheobase
from rheobase.network import Network

from conftest import SOURCE
from interrupts import least_lateness

FILE = SOURCE / "data/networks/random-tanh.toml"


def random_tanh(**changes):
    return Network(
        step=1e-3, time_unit="ms",
        populations={"rnn": {"template": "tanh", "size": 100, "parameters": {"tau": 10.0, "k": 1.0}}},
        edges=[{"source": "rnn.r", "target": "rnn.r_in",
                "weights": {"kind": "normal", "standard_deviation": 1.0, "seed": 1}}],
        inputs=["rnn.I_ext"], **changes)


def test_a_network_is_its_equations():
    rng = np.random.default_rng(0)
    w, u = rng.normal(size=(5, 5)), rng.normal(size=(50, 5))
    network = Network(step=0.1, populations={"p": {"template": "tanh", "size": 5, "parameters": {"tau": 7.0}}},
                      edges=[{"source": "p.r", "target": "p.r_in", "weights": w}], inputs=["p.I_ext"])
    seen = network.run(u, record=["p.v", {"signal": "p.r", "mean": True}])
    v = np.zeros(5)
    for n in range(50):
        np.testing.assert_allclose(seen["p.v"][:, n], v, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(seen["p.r"][0, n], np.tanh(v).mean(), rtol=1e-11, atol=1e-12)
        v = v + 0.1 * (-v / 7.0 + w @ np.tanh(v) + u[n])
    np.testing.assert_allclose(seen.state["p.v"], v, rtol=1e-11)


def test_a_hundred_units_over_ten_thousand_steps():
    """N = 100, J ~ N(0, 1), 10,000 steps, unit input: as a file, in Python, and by the file's defaults."""
    described = random_tanh().run(np.ones((10000, 100)), record=["rnn.v"], sampling=10)
    assert described["rnn.v"].shape == (100, 1000)
    loaded = Network.load(FILE).run()
    np.testing.assert_array_equal(described["rnn.v"][:5], loaded["rnn.v"])
    assert loaded.units["rnn.v"].tolist() == [0, 1, 2, 3, 4] and loaded.time_unit == "ms"


def test_one_column_is_shared_by_all_units():
    rng = np.random.default_rng(3)
    u, v = rng.normal(size=(40, 1)), rng.normal(size=(40, 3))
    populations = {"p": {"template": "tanh", "size": 5}, "q": {"template": "tanh", "size": 3}}
    edges = [{"source": "p.r", "target": "q.r_in", "weights": rng.normal(size=(3, 5))}]
    shared = Network(step=0.1, populations=populations, edges=edges, inputs={"p.I_ext": 1, "q.I_ext": 3})
    each = Network(step=0.1, populations=populations, edges=edges, inputs=["p.I_ext", "q.I_ext"])
    assert (shared.input_columns, each.input_columns) == (4, 8)
    seen = shared.run(np.hstack([u, v]), record=["p.v", "q.v"])
    wide = each.run(np.hstack([np.repeat(u, 5, axis=1), v]), record=["p.v", "q.v"])
    np.testing.assert_array_equal(seen["p.v"], wide["p.v"])
    np.testing.assert_array_equal(seen["q.v"], wide["q.v"])
    assert np.ptp(seen["p.v"], axis=0).max() == 0 and np.ptp(seen["q.v"], axis=0).max() > 0
    with pytest.raises(rheobase.InputError, match="inputs"):
        shared.run(np.ones((40, 8)), record=["p.v"])


def test_a_file_gives_the_sampling_that_a_run_does_not_name(tmp_path):
    (tmp_path / "n.toml").write_text(
        'step = 0.1\n[population.p]\ntemplate = "tanh"\nsize = 2\n[[input]]\nto = "p.I_ext"\nvalue = 1.0\n'
        '[run]\nsteps = 60\nsampling = 10\n[[record]]\nsignal = "p.v"\n')
    network = Network.load(tmp_path / "n.toml")
    every, tenth = network.run(sampling=1), network.run()
    assert every["p.v"].shape == (2, 60) and tenth["p.v"].shape == (2, 6)
    np.testing.assert_array_equal(tenth["p.v"], every["p.v"][:, ::10])
    np.testing.assert_array_equal(tenth.time, every.time[::10])
    assert network.input_columns == 1  # one value in the file: a column that both units share
    other = network.run(np.full((1, 1), 2.0), steps=30)  # other inputs, the file's sampling
    assert other["p.v"].shape == (2, 3) and (other["p.v"][:, 1:] > tenth["p.v"][:, 1:3]).all()


def test_a_run_is_that_of_the_command_line(program, tmp_path):
    io = pytest.importorskip("scipy.io")
    program("network", "run", FILE, "-o", tmp_path / "run.mat")
    expected = io.loadmat(tmp_path / "run.mat")
    seen = Network.load(FILE).run()
    np.testing.assert_array_equal(seen["rnn.v"], expected["rnn_v"])
    np.testing.assert_array_equal(seen["rnn.r"], expected["rnn_r"])
    np.testing.assert_array_equal(seen.time, expected["time"].ravel())


def test_a_state_goes_on_bit_for_bit():
    network = random_tanh()
    whole = network.run(np.ones((1, 100)), steps=400, record=["rnn.v"])
    first = network.run(np.ones((1, 100)), steps=150, record=["rnn.v"])
    state = pickle.loads(pickle.dumps(first.state))
    second = network.run(np.ones((1, 100)), steps=250, record=["rnn.v"], state=state)
    np.testing.assert_array_equal(np.hstack([first["rnn.v"], second["rnn.v"]]), whole["rnn.v"])
    assert state.step == 150 and second.state.step == 400


def test_spikes_of_equations_of_your_own():
    network = Network(
        step=0.1,
        populations={"n": {"size": 2, "parameters": {"I": [2.0, 0.5]}, "equations":
                           "time [ms]; parameter tau = 10 [ms]; parameter I = 0; v' = (-v + I)/tau; "
                           "spike when v >= 1; on spike: v = 0"}})
    seen = network.run(steps=1000, spikes=True, record=["n.v"])
    assert set(seen.spike_units) == {0} and set(seen.spike_populations) == {"n"}
    period = np.diff(seen.spike_times)
    assert np.ptp(period) < 1e-9 and abs(period[0] - 10 * np.log(2)) < 0.2


def test_what_a_network_cannot_be():
    for change, message in [
        (dict(populations={"p": {"template": "tahn", "size": 3}}), "tanh"),
        (dict(populations={"p": {"template": "tanh", "size": 0}}), "size"),
        (dict(populations={"p": {"template": "tanh", "size": 3, "parameters": {"tua": 1}}}), "tau"),
        (dict(edges=[{"source": "p.r", "target": "p.r_in", "weights": np.ones((2, 3))}]), "3"),
        (dict(edges=[{"source": "p.q", "target": "p.r_in"}]), "p.q|'q'"),
        (dict(edges=[{"source": "p.r", "target": "p.r_in", "weights": [[1j] * 3] * 3}]), "complex"),
        (dict(edges=[{"source": "p.r", "target": "p.r_in", "weights": {"kind": "magic"}}]), "kind"),
        (dict(step=-1.0), "step"), (dict(inputs=["p.I"]), "I_ext"),
    ]:
        description = dict(step=0.1, populations={"p": {"template": "tanh", "size": 3}})
        with pytest.raises(rheobase.InputError, match=message):
            Network(**{**description, **change})
    network = random_tanh()
    with pytest.raises(rheobase.InputError, match="inputs"):
        network.run(np.ones((10, 3)))
    with pytest.raises(TypeError, match="did you mean 'sampling'"):
        network.run(np.ones((10, 100)), samplign=3)
    with pytest.raises(rheobase.InputError, match="wieghts"):
        Network(step=1.0, populations={}, edges=[{"wieghts": 1}])


def periodic(amplitude, period, steps, offset=0.0):
    return (offset + amplitude * np.sin(2 * np.pi * np.arange(steps) / period)).reshape(-1, 1)


def test_recursive_least_squares_is_that_of_the_command_line(program, tmp_path):
    io = pytest.importorskip("scipy.io")
    program("network", "new", tmp_path / "rls.toml", "--example", "rls")
    program("network", "fit", tmp_path / "rls.toml", "-o", tmp_path / "fitted.toml")
    expected = io.loadmat(tmp_path / "fitted.mat")
    network = Network.load(tmp_path / "rls.toml")
    before = network.weights("rnn.r", "readout")
    fit = network.fit("rls", periodic(0.1, 100, 1000, 0.05).repeat(network.input_columns, axis=1),
                      periodic(1.0, 50, 1000), source="rnn.r", alpha=10.0, epochs=2)
    np.testing.assert_allclose(fit.losses, expected["loss"].ravel(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(fit.network.weights("rnn.r", "readout"), expected["weights_2"], rtol=1e-6)
    np.testing.assert_array_equal(network.weights("rnn.r", "readout"), before)
    assert fit.losses[-1] < 1e-3 and (before == 0).all()


def test_ridge_regression_of_a_readout_solves_the_normal_equations():
    network = random_tanh()
    rng = np.random.default_rng(3)
    inputs, targets = rng.normal(size=(300, 100)), rng.normal(size=(300, 2))
    fit = network.fit("ridge", inputs, targets, source="rnn.v", alpha=0.1, readout="out")
    x = network.run(inputs, record=["rnn.v"])["rnn.v"]
    w = targets.T @ x.T @ np.linalg.inv(x @ x.T + 0.1 * np.eye(100))
    np.testing.assert_allclose(fit.network.weights("rnn.v", "out"), w, rtol=1e-7, atol=1e-9)
    assert fit.losses[0] == pytest.approx(np.mean((w @ x - targets.T) ** 2), rel=1e-7)
    seen = fit.network.run(inputs, record=["out"])
    np.testing.assert_allclose(seen["out"], w @ x, rtol=1e-6, atol=1e-8)


def test_gradients_lower_the_loss_and_touch_only_what_trains():
    network = Network(step=1.0, populations={"rnn": {"template": "tanh", "size": 20, "parameters": {"tau": 10.0, "k": 0.1}}},
                      nodes={"readout": {"size": 1}},
                      edges=[{"source": "rnn.r", "target": "rnn.r_in", "weights": {"kind": "normal", "gain": 1.0}},
                             {"source": "rnn.r", "target": "readout",
                              "weights": {"kind": "normal", "gain": 1.0, "seed": 2}}],
                      inputs={"rnn.I_ext": 1})
    inputs = np.zeros((100, 1))
    inputs[:20] = 0.2
    target = periodic(0.5, 100, 100)
    fit = network.fit("bptt", [inputs, inputs], [target, target], output="readout", edges=[("rnn.r", "readout")],
                      optimiser="adam", learning_rate=0.01, epochs=50)
    assert len(fit.losses) == 100 and fit.losses[-1] < 0.5 * fit.losses[0]
    np.testing.assert_array_equal(fit.network.weights("rnn.r", "rnn.r_in"), network.weights("rnn.r", "rnn.r_in"))
    assert (fit.network.weights("rnn.r", "readout") != network.weights("rnn.r", "readout")).any()


def test_fitted_networks_can_be_pickled():
    """Bit for bit: what ridge appended, what rls and bptt changed, one fit after the other."""
    network = Network(
        step=0.1,
        populations={"rnn": {"template": "tanh", "size": 20}},
        nodes={"out": {"size": 1}},
        edges=[{"source": "rnn.r", "target": "rnn.r_in", "weights": {"kind": "normal", "gain": 1.2}},
               {"source": "rnn.r", "target": "out", "weights": np.full((1, 20), 0.1), "storage": "single"}],
        inputs=["rnn.I_ext"])
    inputs = np.ones((60, 20))
    targets = np.sin(np.arange(60) / 9.0)[:, None]
    fits = [network.fit("rls", inputs, targets, source="rnn.r", target="out")]
    fits.append(fits[-1].network.fit(
        "bptt", inputs, targets, output="out", edges=[("rnn.r", "rnn.r_in")], parameters=["rnn.k"], epochs=3))
    fits.append(fits[-1].network.fit("ridge", inputs, targets, source="rnn.v", readout="second"))
    plain = network.run(inputs, record=["out", "rnn.v"])
    for fit in fits:
        again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(fit))))
        record = ["out", "rnn.v"] + (["second"] if fit is fits[-1] else [])
        seen = again.network.run(inputs, record=record, state=again.state)
        expected = fit.network.run(inputs, record=record, state=fit.state)
        for name in record:
            np.testing.assert_array_equal(seen[name], expected[name])
        assert not np.array_equal(seen["out"], plain["out"])


@pytest.mark.parametrize("method, options, words", [
    ("ridge", dict(source="rnn.w"), "did you mean 'v'"),
    ("rls", dict(source="rnn.r", target="nowhere"), "nowhere"),
    ("newton", dict(), "ridge, rls, bptt"),
])
def test_fits_refuse_what_does_not_exist(method, options, words):
    with pytest.raises(rheobase.InputError, match=words):
        random_tanh().fit(method, np.ones((10, 100)), np.ones((10, 1)), **options)
    with pytest.raises(rheobase.InputError, match="targets"):
        random_tanh().fit("ridge", np.ones((10, 100)), [np.ones((10, 1)), np.ones((10, 1))], source="rnn.v")


def test_r_squared_is_what_the_error_leaves_of_the_variance():
    rng = np.random.default_rng(3)
    network = Network(step=0.5, populations={"p": {"template": "tanh", "size": 6}}, inputs={"p.I_ext": 1},
                      edges=[{"source": "p.r", "target": "p.r_in", "weights": rng.normal(size=(6, 6))}])
    inputs, targets = rng.normal(size=(80, 1)), rng.normal(size=(80, 2)) + [0.0, 5.0]
    fit = network.fit("ridge", inputs, targets, source="p.r")
    left = (1 - fit.r_squared) * targets.var(axis=0)
    assert left.mean() == pytest.approx(fit.losses[0], rel=1e-9)
    assert "R^2" in repr(fit)
    constant = network.fit("ridge", inputs, np.ones((80, 1)), source="p.r")
    assert np.isnan(constant.r_squared).all()


def test_what_may_not_be_meant_is_a_warning():
    network = Network(step=2.0, populations={"p": {"template": "tanh", "size": 2, "parameters": {"tau": 1.5}}},
                      edges=[{"source": "p.r", "target": "p.r_in", "weights": np.zeros((2, 2))}])
    with pytest.warns(UserWarning) as seen:
        network.run(steps=3)
    assert [str(warning.message) for warning in seen] == [
        "population 'p': the step, 2, is longer than tau, 1.5: euler does not resolve it",
        "edge p.r -> p.r_in: no connection: all its weights are 0",
    ]
    qif = Network(step=0.03, populations={"q": {"template": "qif", "size": 2, "parameters": {"eta": 10.0}}})
    with pytest.warns(UserWarning, match="2 units fired in every step or every second one"):
        qif.run(steps=700)


@pytest.mark.parametrize(
    "edge, words",
    [({"delay": 1e12}, "must fit into memory"),
     ({"weights": 0.5, "storage": "single"}, "must be left out"),
     ({"weights": np.full((3, 3), 1e39), "storage": "single"}, r"1e\+39 from unit 1 to 1"),
     ({"storage": "sinlge"}, "did you mean 'single'")])
def test_edges_that_no_memory_or_storage_takes(edge, words):
    with pytest.raises(rheobase.InputError, match=words):
        Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}},
                edges=[{"source": "p.r", "target": "p.r_in", **edge}])


def test_runs_that_record_nothing_or_too_much():
    network = Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}})
    with pytest.raises(rheobase.InputError, match="must leave a sample"):
        network.run(steps=10, cutoff=10, record=["p.v"])
    with pytest.raises(rheobase.InputError, match="must fit into memory"):
        network.run(steps=10**14, record=["p.v"])
    stiff = Network(step=1.0, populations={"p": {"equations": "v' = 1 - 1e7*v", "size": 1}})
    with pytest.raises(rheobase.InputError, match="'v' of unit 1 of population 'p'"):
        stiff.run(steps=1, solver="dopri5", most_substeps=1000)


@pytest.mark.parametrize(
    "weights, error, words",
    [({"kind": "normal", "sd": 2.0}, rheobase.InputError, "weights of kind 'normal': found the key 'sd'"),
     ({"kind": "normal"}, rheobase.InputError, "must have gain or standard_deviation"),
     ({"kind": "normal", "gain": 1, "standard_deviation": 1}, rheobase.InputError, "gain and standard_deviation"),
     ({"kind": "random"}, rheobase.InputError, "no probability"),
     ({"kind": "gaussian"}, rheobase.InputError, "no standard_deviation")])
def test_makers_take_their_own_words_and_need_some(weights, error, words):
    with pytest.raises(error, match=words):
        Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}},
                edges=[{"source": "p.r", "target": "p.r_in", "weights": weights}])


def test_one_name_is_a_list_of_one():
    network = Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}}, inputs="p.I_ext")
    assert network.input_columns == 3
    seen = network.run(np.ones((5, 3)), record="p.v")
    np.testing.assert_array_equal(seen["p.v"], network.run(np.ones((5, 3)), record=["p.v"])["p.v"])


def test_what_is_no_state_edge_or_target_is_told():
    network = Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}}, inputs=["p.I_ext"],
                      nodes={"z": {"size": 1}},
                      edges=[{"source": "p.r", "target": "z", "weights": np.zeros((1, 3))}])
    inputs, targets = np.ones((20, 3)), np.ones((20, 1))
    with pytest.raises(rheobase.InputError, match="NetworkState"):
        network.run(steps=3, state=5)
    for edges in (["p.r"], ("p.r", "z"), [("p.r", "z", 1)]):
        with pytest.raises(rheobase.InputError, match="pairs"):
            network.fit("bptt", inputs, targets, output="z", edges=edges)
    with pytest.raises(rheobase.InputError, match="reshape"):
        network.fit("ridge", inputs, targets[:, 0], source="p.r")
    for method, word in (("ridge", "source"), ("rls", "source"), ("bptt", "output")):
        with pytest.raises(rheobase.InputError, match=f"{word}.*{method}"):
            network.fit(method, inputs, targets)
    for method, given, word in (("ridge", dict(source="p.r", target="z"), "target: found 'z'"),
                                ("rls", dict(source="p.r", target="z", readout="z"), "readout"),
                                ("bptt", dict(output="z", source="p.r"), "source")):
        with pytest.raises(rheobase.InputError, match=f"{word}.*must not be given to {method}"):
            network.fit(method, inputs, targets, **given)
    with pytest.raises(rheobase.InputError, match="inputs: p.I_ext"):
        Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}}, inputs={"p.I_ext": "2"})


TRAINED = """step = 0.5
[population.rnn]
template = "tanh"
size = 12
[node.out]
size = 1
[[edge]]
from = "rnn.r"
to = "rnn.r_in"
weights = {kind = "normal", gain = 1.2}
[[edge]]
from = "rnn.r"
to = "out"
weights = {kind = "normal", gain = 1.0, seed = 2}
train = TRAIN
[[input]]
to = "rnn.I_ext"
sine = {amplitude = 0.3, period = 10}
[fit]
FIT
steps = 60
[[fit.target]]
sine = {period = 10, phase = 0.5}
"""


@pytest.mark.parametrize("fit, edge, expected", [
    ('method = "ridge"\nfrom = "rnn.v"\nalpha = 0.1', ("rnn.v", "readout"), dict(method="ridge", source="rnn.v", alpha=0.1)),
    ('method = "rls"\nalpha = 10.0\nepochs = 2', ("rnn.r", "out"), dict(method="rls", source="rnn.r", target="out", alpha=10.0, epochs=2)),
    ('method = "bptt"\noutput = "out"\nepochs = 3', ("rnn.r", "out"), dict(method="bptt", output="out", edges=[("rnn.r", "out")], epochs=3)),
])
def test_a_network_of_a_file_is_fitted_as_its_table_says(program, tmp_path, fit, edge, expected):
    io = pytest.importorskip("scipy.io")
    path = tmp_path / "net.toml"
    path.write_text(TRAINED.replace("FIT", fit).replace("TRAIN", "false" if "ridge" in fit else "true"))
    program("network", "fit", path, "-o", tmp_path / "fitted.toml")
    losses = io.loadmat(tmp_path / "fitted.mat")["loss"].ravel()
    network = Network.load(path)
    found = network.fit()
    np.testing.assert_array_equal(found.losses, losses)
    # The same in words; inputs are those of the file.
    targets = np.sin(2 * np.pi * np.arange(60) * 0.5 / 10 + 0.5)[:, None]
    method = expected.pop("method")
    again = network.fit(method, targets=targets, **expected)
    np.testing.assert_allclose(again.losses, losses, rtol=1e-9)
    np.testing.assert_array_equal(network.fit(targets=2 * targets).losses, network.fit(method, None, 2 * targets, **expected).losses)
    if method != "ridge":
        assert len(network.fit(epochs=5).losses) == len(losses) * 5 // expected["epochs"]
    copied = pickle.loads(pickle.dumps(found)).network
    np.testing.assert_array_equal(copied.weights(*edge), found.network.weights(*edge))
    plain = Network(step=0.1, populations={"p": {"template": "tanh", "size": 3}})
    with pytest.raises(rheobase.InputError, match="^method: found nothing; must be ridge, rls or bptt"):
        plain.fit()
    with pytest.raises(rheobase.InputError, match="^targets: found nothing"):
        plain.fit("ridge", source="p.r")


def test_inputs_of_a_file_go_on_in_time_with_the_state(tmp_path):
    path = tmp_path / "net.toml"
    path.write_text("step = 0.1\n[population.p]\ntemplate = 'tanh'\nsize = 3\n[[input]]\nto = 'p.I_ext'\n"
                    "sine = {period = 3}\n[run]\nsteps = 100\n[[record]]\nsignal = 'p.v'\n")
    network = Network.load(path)
    whole = network.run()["p.v"]
    first = network.run(steps=37)
    np.testing.assert_array_equal(first["p.v"], whole[:, :37])
    np.testing.assert_array_equal(network.run(steps=63, state=first.state)["p.v"], whole[:, 37:])


P = {"template": "tanh", "size": 3}


@pytest.mark.parametrize("change, words", [
    (dict(populations={"p": {**P, "parameters": {"tua": 1}}}), "populations['p']: parameters: found 'tua'"),
    (dict(populations={"p": {**P, "parameters": {"tau": [1, 2]}}}), "populations['p']: parameters['tau']: found 2 values"),
    (dict(populations={"p": {**P, "initial": {"w": 1}}}), "populations['p']: initial: found 'w'"),
    (dict(populations={"p": {**P, "initial": {"v": [1, 2]}}}), "populations['p']: initial['v']: found 2 values"),
    (dict(populations={"p": {**P, "noise": {"w": 1}}}), "populations['p']: noise: found 'w'"),
    (dict(populations={"p": {"equations": "v' = -w", "size": 1}}), "populations['p']: equations: line 1, column 7: found 'w'"),
    (dict(nodes={"z": {"size": 1, "function": "tanhh"}}), "nodes['z']: function: found 'tanhh'"),
    (dict(nodes={"p": {"size": 1}}), "nodes['p']: name: found 'p'"),
    (dict(time_unit="s"), "populations['p']: time_unit: found 'ms'"),
    (dict(step=1e9), "step: found 1000000000"),
    (dict(inputs={"p.I_ext": 2}), "inputs['p.I_ext']: columns: found 2"),
    (dict(edges=[{"source": "p.r", "target": "p.r_in"}, {"source": "p.v", "target": "p.r_in", "weights": np.ones((2, 3))}]),
     "edges[1] (p.v -> p.r_in): weights: found 2 x 3"),
])
def test_what_a_network_cannot_be_is_told_in_the_words_of_python(change, words):
    with pytest.raises(rheobase.InputError) as error:
        Network(**{"step": 0.1, "populations": {"p": P}, **change})
    assert str(error.value).startswith(words)


@pytest.mark.parametrize("method, change, words", [
    ("ridge", dict(source="p.q"), "source: "), ("ridge", dict(source="p.r", readout="z"), "readout: found 'z'"),
    ("ridge", dict(source="p.r", cutoff=20), "cutoff: found 20 steps"),
    ("ridge", dict(source="p.r", inputs=np.ones((7, 3))), "inputs: found 7 rows"),
    ("rls", dict(source="p.q"), "source: "), ("rls", dict(source="p.r", target="y"), "target: found 'p.r -> y'"),
    ("rls", dict(source="p.r", target="z", targets=np.ones((20, 2))), "targets: found 20 x 2"),
    ("rls", dict(source="p.r", target="z", inputs=np.ones((7, 3))), "inputs: found 7 x 3"),
    ("bptt", dict(output="y"), "output: "), ("bptt", dict(output="z", edges=[("p.r", "y")]), "edges: found 'p.r -> y'"),
    ("bptt", dict(output="z", parameters=["p.kk"]), "parameters: found 'p.kk'; must be one of tau, k, eta (did you mean 'k'?)"),
    ("bptt", dict(output="z", parameters="q.k"), "parameters: population: found 'q'"),
])
def test_fits_name_their_arguments(method, change, words):
    network = Network(step=0.1, populations={"p": P}, inputs=["p.I_ext"], nodes={"z": {"size": 1}},
                      edges=[{"source": "p.r", "target": "z", "weights": np.zeros((1, 3))}])
    given = {"inputs": np.ones((20, 3)), "targets": np.ones((20, 1)), **change}
    with pytest.raises(rheobase.InputError) as error:
        network.fit(method, **given)
    assert str(error.value).startswith(words)
    with pytest.raises(rheobase.InputError, match="^cutoff: "):
        network.run(np.ones((20, 3)), cutoff=20)
    with pytest.raises(rheobase.InputError, match="^source and target: "):
        network.weights("p.r", "p.r_in")


@pytest.mark.parametrize("weights", [
    {"kind": "normal", "gain": 1.0}, {"kind": "random", "probability": 0.1},
    {"kind": "random_normal", "probability": 0.1, "standard_deviation": 1.0},
    {"kind": "gaussian", "standard_deviation": 500.0}])
def test_a_network_that_is_being_built_stops_at_once(weights):
    def build():
        Network(step=0.1, populations={"p": {"template": "tanh", "size": 12000}},
                edges=[{"source": "p.r", "target": "p.r_in", "weights": weights}] * 3)

    assert least_lateness(build, 0.2) < 0.1


def test_outputs_that_are_not_finite_are_noted(tmp_path):
    path = tmp_path / "pole.toml"
    path.write_text('step = 1\n[population.p]\nequations = "q = 1/(v - 3); v\' = 1"\nsize = 2\n'
                    '[run]\nsteps = 6\n[[record]]\nsignal = "p.q"\n')
    with pytest.warns(UserWarning, match="p.q.*finite"):
        run = rheobase.network.Network.load(path).run()
    assert np.isinf(run["p.q"]).sum() == 2


def test_a_fit_takes_the_noise_of_the_files_run(tmp_path):
    path = tmp_path / "net.toml"
    path.write_text("""
step = 0.1
[population.p]
template = "tanh"
size = 5
noise = {v = 0.5}
[run]
steps = 40
seed = 7
""")
    network, target = Network.load(path), np.ones((40, 1))
    weights = [network.fit("ridge", targets=target, source="p.r", **given).network.weights("p.r", "readout")
               for given in ({}, {"seed": 7}, {"seed": 1})]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
