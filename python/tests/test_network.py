"""Networks of populations: against their equations, the command line and their files."""

import pickle

import numpy as np
import pytest

import rheobase
from rheobase.network import Network

from conftest import SOURCE

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
    with pytest.raises(TypeError, match="wieghts"):
        Network(step=1.0, populations={}, edges=[{"wieghts": 1}])
