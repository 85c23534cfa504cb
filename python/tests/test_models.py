"""Rate networks against their equations, files, exports, and networks of PyTorch."""

import concurrent.futures
import pickle

import numpy as np
import pytest

import rheobase


def test_a_network_runs_as_its_equations_say(small):
    u = np.random.default_rng(0).normal(size=(2, 40))
    run = small.run(u)
    x = np.zeros(3)
    leak = 5.0 / small.tau_ms
    for n in range(1, 40):
        drive = small.w @ np.log1p(np.exp(x)) + small.w_in @ u[:, n - 1]
        x = (1 - leak) * x + leak * drive
        np.testing.assert_allclose(run.x[:, n], x, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(run.output[:, n - 1], small.w_out @ np.log1p(np.exp(x)), rtol=1e-12)


def test_signs_and_mask_make_the_weights_that_act():
    w = np.arange(9.0).reshape(3, 3)
    mask = 1 - np.eye(3)
    arrays = dict(w_in=np.ones((3, 1)), w_out=np.ones(3), tau_ms=20)
    unsigned = rheobase.RateModel(w=w, signs=[1, -1, 1], mask=mask, **arrays)
    np.testing.assert_array_equal(unsigned.w, w * [1, -1, 1] * mask)
    np.testing.assert_array_equal(
        rheobase.RateModel(w=w * [1, -1, 1], signs=[1, -1, 1], **arrays).w, w * [1, -1, 1])
    assert list(unsigned.unit_types) == ["E", "I", "E"]
    with pytest.raises(rheobase.InputError, match="sign"):
        rheobase.RateModel(w=w * [1, 1, -1], signs=[1, -1, 1], **arrays)


def test_many_trials_are_the_single_ones(small):
    u = np.random.default_rng(1).normal(size=(2, 30, 5))
    many = small.run(u, noise=0.1, seed=4, trial=10)
    assert many.r.shape == (3, 30, 5) and many.output.shape == (1, 29, 5)
    np.testing.assert_array_equal(many.r[:, :, 2], small.run(u[:, :, 2], noise=0.1, seed=4, trial=12).r)
    assert not np.array_equal(many.r[:, :, 2], small.run(u[:, :, 2]).r)


@pytest.mark.parametrize("level73", [False, True])
def test_a_file_holds_the_network(small, tmp_path, level73):
    small.save(tmp_path / "m.mat", level73=level73)
    loaded = rheobase.load(tmp_path / "m.mat")
    assert type(loaded) is rheobase.RateModel
    for name in ("w", "w_in", "w_out", "bias", "b_out", "tau_ms"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(small, name))
    assert loaded.activation == "softplus"


def test_exports_are_those_of_the_command_line(program, lif, tmp_path):
    from conftest import MODEL

    for ending, form in ((".nir", "nir"), (".h5", "hdf5"), (".csv", "csv")):
        rheobase.export(lif, tmp_path / f"p{ending}")
        program("export", MODEL, "--format", form, "-o", tmp_path / f"c{ending}")
        one, other = ((tmp_path / f"{who}{ending}").read_bytes() for who in "pc")
        assert len(one) > 1000
        if form == "csv":
            assert one == other
    run = rheobase.simulate(lif, condition="go")
    rheobase.export(run, tmp_path / "run.nwb")
    comparison = rheobase.compare(lif, trials=4, examples=1)
    (note,) = rheobase.export(comparison, tmp_path / "comparison.nwb")
    assert note.startswith("of 4 trials, the ")
    assert rheobase.export(comparison, tmp_path / "conditions.csv") == []
    rows = (tmp_path / "conditions.csv").read_text().splitlines()
    assert rows[0].startswith("condition,trials,rate_correct,") and rows[-1].startswith('"all",4,')
    rheobase.export(comparison, tmp_path / "units.csv", table="units")
    assert len((tmp_path / "units.csv").read_text().splitlines()) == 1 + lif.w.shape[0]
    assert (tmp_path / "run.nwb").stat().st_size > 1000


class Tensor:
    """What from_torch needs of a tensor."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def detach(self):
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None):
        return self.values.astype(dtype or np.float32)


def random_state(rng, names):
    n, k, m = 6, 3, 2
    shapes = {"hh": (n, n), "ih": (n, k), "b": (n,), "out": (m, n), "b_out": (m,)}
    return {name: Tensor(rng.normal(size=shapes[kind]).astype(np.float32) / 2) for name, kind in names.items()}


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_plain_rnn_of_torch_gives_torchs_outputs(activation):
    rng = np.random.default_rng(3)
    state = random_state(rng, {"rnn.weight_hh_l0": "hh", "rnn.weight_ih_l0": "ih", "rnn.bias_hh_l0": "b",
                               "rnn.bias_ih_l0": "b", "fc.weight": "out", "fc.bias": "b_out"})
    model = rheobase.from_torch(state, activation=activation)
    a = {name: np.asarray(tensor, dtype=float) for name, tensor in state.items()}
    u = rng.normal(size=(3, 25))
    phi = np.tanh if activation == "tanh" else lambda x: np.maximum(x, 0)
    h, outputs = np.zeros(6), []
    for t in range(24):
        h = phi(a["rnn.weight_ih_l0"] @ u[:, t] + a["rnn.weight_hh_l0"] @ h + a["rnn.bias_hh_l0"]
                + a["rnn.bias_ih_l0"])
        outputs.append(a["fc.weight"] @ h + a["fc.bias"])
    np.testing.assert_allclose(model.run(u).output, np.array(outputs).T, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("state_of", ["current", "rate"])
def test_a_continuous_time_network_of_torch_gives_its_outputs(state_of):
    rng = np.random.default_rng(4)
    state = random_state(rng, {"h2h.weight": "hh", "input2h.weight": "ih", "h2h.bias": "b",
                               "fc.weight": "out", "fc.bias": "b_out"})
    model = rheobase.from_torch(state, alpha=0.2, dt_ms=10, activation="relu", state=state_of)
    a = {name: np.asarray(tensor, dtype=float) for name, tensor in state.items()}
    u = rng.normal(size=(3, 25))
    h, outputs = np.zeros(6), []
    for t in range(24):
        seen = h if state_of == "rate" else np.maximum(h, 0)
        drive = a["h2h.weight"] @ seen + a["h2h.bias"] + a["input2h.weight"] @ u[:, t]
        h = 0.8 * h + 0.2 * (np.maximum(drive, 0) if state_of == "rate" else drive)
        outputs.append(a["fc.weight"] @ (h if state_of == "rate" else np.maximum(h, 0)) + a["fc.bias"])
    np.testing.assert_allclose(model.run(u).output, np.array(outputs).T, rtol=1e-9, atol=1e-12)
    assert model.units == (12 if state_of == "rate" else 6) and model.step_ms == 10


def test_what_torch_holds_and_a_network_cannot():
    rng = np.random.default_rng(5)
    state = random_state(rng, {"weight_hh_l0": "hh", "weight_ih_l0": "ih"})
    with pytest.raises(rheobase.InputError) as caught:
        rheobase.from_torch(state, activation="tanh")
    assert caught.value.argument == "w_out"
    assert rheobase.from_torch(state, w_out=np.ones(6), activation="tanh").outputs == 1
    with pytest.raises(rheobase.InputError, match="gated"):
        rheobase.from_torch({**state, "weight_hh_l0": np.ones((24, 6))}, w_out=np.ones(6))
    with pytest.raises(rheobase.InputError, match="second layer"):
        rheobase.from_torch({**state, "weight_hh_l1": np.ones((6, 6))}, w_out=np.ones(6))
    with pytest.raises(rheobase.InputError, match="alpha"):
        rheobase.from_torch({"w_rec": np.ones((3, 3)), "w_in": np.ones((3, 1)), "w_out": np.ones(3)}, activation="relu")
    with pytest.raises(rheobase.InputError, match="relu"):
        rheobase.from_torch({"h2h.weight": np.ones((3, 3)), "input2h.weight": np.ones((3, 1)),
                             "fc.weight": np.ones((1, 3))}, alpha=0.5, activation="tanh")


def test_a_run_becomes_a_block_of_neo(lif):
    neo = pytest.importorskip("neo")
    run = rheobase.simulate(lif, condition="go", record=("spikes", "voltage"), voltage_units=[1, 2])
    block = run.to_neo()
    assert isinstance(block, neo.Block)
    trains = block.segments[0].spiketrains
    assert len(trains) == 200
    for unit, times in run.spike_trains().items():
        np.testing.assert_array_equal(trains[unit].magnitude, times)
    assert sum(map(len, trains)) == len(run.spike_units)
    readout, voltage = block.segments[0].analogsignals
    np.testing.assert_array_equal(readout.magnitude[:, 0], run.output)
    np.testing.assert_array_equal(voltage.magnitude, run.voltage.T)
    np.testing.assert_allclose(voltage.times.rescale("ms").magnitude, run.voltage_time_ms, rtol=1e-9)


def test_runs_become_a_block_with_a_segment_a_trial(lif):
    neo = pytest.importorskip("neo")
    task = rheobase.Task("go-nogo", balanced=1)
    runs = rheobase.simulate(lif, task=task, trials=4, trial=7, record=("spikes", "voltage"), voltage_units=[5])
    block = runs.to_neo()
    assert isinstance(block, neo.Block) and len(block.segments) == 4
    assert block.annotations["trial"] == 7 and block.annotations["engine"] == runs[0].engine
    for k, (segment, run) in enumerate(zip(block.segments, runs)):
        notes = segment.annotations
        assert (notes["trial"], notes["condition"], notes["correct"]) == (7 + k, run.condition, run.correct)
        assert segment.block is block and len(segment.spiketrains) == 200
        for unit, times in run.spike_trains().items():
            np.testing.assert_array_equal(segment.spiketrains[unit].magnitude, times)
        readout, voltage = segment.analogsignals
        np.testing.assert_array_equal(readout.magnitude.T, run.outputs)
        np.testing.assert_array_equal(voltage.magnitude, run.voltage.T)
    assert len({run.condition for run in runs}) == 2
    assert runs[:0].to_neo().segments == []


def test_a_published_mapping_says_nothing_of_a_target(lif):
    options = dict(scaling=[40.0], trials=10)
    published = rheobase.convert(lif, mapping="published", **options)
    assert published.reached is None and "target" not in repr(published)
    assert pickle.loads(pickle.dumps(published)).reached is None
    assert rheobase.convert(lif, mapping="auto", **options).reached is True


def test_the_spiking_network_that_is_kept_is_the_one_that_was_asked_for(lif):
    """simulate() maps a model once; other options, lesions and threads at once must not meet it."""
    u = np.zeros((1, 120))
    u[0, 50:75] = 1.0
    calls = [{}, {"scaling": 40}, {}, {"rise": 4}, {"lesion": "inh@0.5"}, {"refractory": 3}, {"scaling": 40}, {}]
    fresh = [rheobase.simulate(rheobase.SpikingModel._loaded(lif._model), u, seed=3, **call) for call in calls]
    copied = pickle.loads(pickle.dumps(lif))
    for call, expected in zip(calls, fresh):
        for model in (lif, copied):
            run = rheobase.simulate(model, u, seed=3, **call)
            np.testing.assert_array_equal(run.spike_times_ms, expected.spike_times_ms)
            np.testing.assert_array_equal(run.output, expected.output)
    assert len({run.output.tobytes() for run in fresh}) == 5
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda call: rheobase.simulate(lif, u, seed=3, **call), calls * 3))
    for run, expected in zip(found, fresh * 3):
        np.testing.assert_array_equal(run.output, expected.output)


def test_trains_of_copies_are_those_of_one_unit_each(lif):
    run = rheobase.simulate(lif, condition="go", copies=3)
    assert run.copies == 3
    together = run.spike_trains()
    apart = [run.spike_trains(copy=copy) for copy in range(3)]
    for unit, train in together.items():
        parts = np.concatenate([one[unit] for one in apart if unit in one])
        np.testing.assert_array_equal(np.sort(parts), train)
        for copy, one in enumerate(apart):
            mine = (run.spike_units == unit) & (run.spike_copies == copy)
            np.testing.assert_array_equal(one.get(unit, []), run.spike_times_ms[mine])
    with pytest.raises(rheobase.InputError):
        run.spike_trains(copy=3)
    neo = pytest.importorskip("neo")
    trains = run.to_neo().segments[0].spiketrains
    assert len(trains) == 600 and isinstance(trains[4], neo.SpikeTrain)
    assert trains[4].annotations["unit"] == 1 and trains[4].annotations["copy"] == 1
    np.testing.assert_array_equal(trains[4].magnitude, apart[1].get(1, []))
