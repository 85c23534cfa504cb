"""What the command line offers beyond training and converting, with its bits."""

import json
import pickle

import numpy as np
import pytest

import rheobase
from rheobase import attractor, force, innate, motif

from conftest import MODEL

io = pytest.importorskip("scipy.io")


def test_training_goes_on_from_a_network(program, tmp_path, lif):
    options = ["--trials", "16", "--batch", "8", "--evaluation-trials", "8", "--seed", "2"]
    program("train", "--from", MODEL, "--train", "w_out,b_out", *options, "-o", tmp_path / "t.mat")
    expected = rheobase.load(tmp_path / "t.mat")
    tuned = rheobase.train(start=lif, train=("w_out", "b_out"), trials=16, batch=8, evaluation_trials=8, seed=2).model
    np.testing.assert_array_equal(tuned.w, lif.w)  # what is not trained stays
    np.testing.assert_array_equal(tuned.w_out, expected.w_out)
    assert np.any(tuned.w_out != lif.w_out) and tuned.noise == lif.noise
    for bad in (dict(units=20), dict(taus=3), dict(mask=np.ones((200, 200))), dict(train="w_rec")):
        with pytest.raises(rheobase.InputError) as caught:
            rheobase.train(start=lif, **bad)
        assert caught.value.argument == next(iter(bad))
    with pytest.raises(rheobase.InputError, match="task"):
        rheobase.train("xor", start=lif)


def test_tanh_units_are_trained_without_spike_like_noise():
    quick = dict(units=20, trials=16, batch=8, evaluation_trials=8, activation="tanh")
    with pytest.warns(UserWarning, match="tanh units are trained without spike-like noise"):
        trained = rheobase.train("go-nogo", **quick).model
    np.testing.assert_array_equal(trained.w, rheobase.train("go-nogo", spike_noise=0, **quick).model.w)
    with pytest.raises(rheobase.InputError, match="must be 0 for tanh units") as caught:
        rheobase.train("go-nogo", spike_noise=25, **quick)
    assert caught.value.argument == "spike_noise"


def two_conditions():
    rng = np.random.default_rng(3)
    u, z = rng.normal(size=(2, 30, 20)), np.full((2, 30, 20), np.nan)
    z[0, 10:] = np.arange(20) % 2
    z[1, 20:] = 0.5
    return u, z, [f"c{k % 2}" for k in range(20)]


def test_trials_of_ones_own_are_held_out_as_the_command_line_does(program, tmp_path):
    u, z, label = two_conditions()
    io.savemat(tmp_path / "trials.mat", {"u": u, "z": z, "label": np.array(label, dtype=object)})
    options = dict(units=20, trials=16, batch=8, evaluate_every=8, evaluation_trials=8, seed=4)
    program("train", "--task", "file", "--trials-file", tmp_path / "trials.mat", "-N", "20", "--trials", "16",
            "--batch", "8", "--evaluate-every", "8", "--evaluation-trials", "8", "--seed", "4", "-o", tmp_path / "m.mat")
    expected = rheobase.load(tmp_path / "m.mat")
    for own in (rheobase.Task.from_trials(u, z, label=label), rheobase.Task.from_file(tmp_path / "trials.mat")):
        assert own.split == {"training": 16, "held_out": 4, "test_fraction": 0.2}
        result = rheobase.train(own, **options)
        np.testing.assert_array_equal(result.model.w, expected.w)
        assert len(rheobase.evaluate(result.model, own, trials=50).rate.correct) == 4  # each at most once
        assert pickle.loads(pickle.dumps(own)).split == own.split


def test_held_out_trials_of_their_own_names_lengths_and_values():
    u, z, label = two_conditions()
    own = rheobase.Task.from_trials(
        u, z, label=label, test=(u[:, :, :3], z[:, :, :3], label[:3]), title="two at once",
        input_names=["a", "b"], output_names=["p", "q"], stimulus_ms=[(0, 50)], values={"c": np.arange(20.0)})
    assert own.split["training"] == 20 and own.split["held_out"] == 3
    assert own.input_names == ("a", "b") and own.output_names == ("p", "q") and "two at once" in repr(own)
    inputs = {own.trial(k).input.tobytes() for k in range(3)}
    assert inputs == {np.asfortranarray(u[:, :, k]).tobytes(order="A") for k in range(3)} or len(inputs) == 3
    ragged = rheobase.Task.from_trials([np.ones((1, 9)), np.ones((1, 14))], [np.zeros((1, 9)), np.zeros((1, 14))])
    assert ragged.steps == 14
    for bad, argument in [(dict(test_fraction=1.0), "test_fraction"), (dict(test_fraction=0.1, test=(u, z)), "test_fraction"),
                          (dict(input_names=["a"]), "input_names"), (dict(values={"c": [1.0]}), "values['c']"),
                          (dict(stimulus_ms=[(50, 10)]), "stimulus_windows_ms"), (dict(test=3), "test")]:
        with pytest.raises(rheobase.InputError) as caught:
            rheobase.Task.from_trials(u, z, **bad)
        assert caught.value.argument == argument, caught.value
    with pytest.raises(rheobase.InputError, match="one trial"):
        rheobase.Task.from_trials(u[:, :, :2], z[:, :, :2], label=[0, 1], test_fraction=0.5)
    network = rheobase.RateModel(w=np.zeros((3, 3)), w_in=np.ones((3, 2)), w_out=np.ones((2, 3)), tau_ms=20.0)
    runs = rheobase.simulate(network, task=own, trials=9, scaling=30.0)
    assert len(runs) == 3 and runs.outputs.shape == (3, 2, len(runs.time_ms))
    np.testing.assert_array_equal(runs.outputs[:, 0], runs.output)


def test_units_and_connections_that_differ_are_those_of_the_command_line(program, lif):
    out = json.loads(program("eval", MODEL, "--trials", "12", "--seed", "3", "--threshold-sd", "1", "--bias-sd", "0.5",
                             "--synaptic-delay", "1", "--delay-spread", "3", "--unit-seed", "2", "--json"))
    options = dict(threshold_sd=1, bias_sd=0.5, synaptic_delay=1, delay_spread=3, unit_seed=2)
    found = rheobase.evaluate(lif, trials=12, seed=3, **options)
    rates = found.spiking.mean_rate_hz
    assert rates.mean() == pytest.approx(out["spiking"]["mean_rate_hz"], rel=1e-12)
    assert not np.array_equal(rates, rheobase.evaluate(lif, trials=12, seed=3).spiking.mean_rate_hz)
    with pytest.raises(rheobase.InputError, match="threshold"):
        rheobase.evaluate(lif, trials=2, threshold_sd=-1)


def test_lesions_and_drives_are_those_of_the_command_line(program, tmp_path, lif):
    out = json.loads(program("eval", MODEL, "--trials", "12", "--seed", "3", "--lesion", "inh@0.5",
                             "--lesion-connections", "exc-exc@0.3", "--drive", "exc@0.2", "--drive-strength", "2",
                             "--drive-window", "100:300", "--lesion-seed", "4", "--json"))
    options = dict(lesion="inh@0.5", lesion_connections="exc-exc@0.3", drive="exc@0.2", drive_strength=2,
                   drive_window=(100, 300), lesion_seed=4)
    found = rheobase.evaluate(lif, trials=12, seed=3, **options)
    assert found.rate.mean_loss == out["rate"]["mean_loss"]
    assert found.rate.mean_loss != rheobase.evaluate(lif, trials=12, seed=3, network="rate").rate.mean_loss
    assert found.spiking.mean_rate_hz.mean() == pytest.approx(out["spiking"]["mean_rate_hz"], rel=1e-12)
    program("simulate", MODEL, "--condition", "go", "--seed", "3", "--lesion", "3,5", "--drive", "7",
            "--drive-strength", "5", "-o", tmp_path / "r.mat")
    run = rheobase.simulate(lif, condition="go", seed=3, lesion=[2, 4], drive=[6], drive_strength=5)
    np.testing.assert_array_equal(run.spike_times_ms, rheobase.load_run(tmp_path / "r.mat").spike_times_ms)
    u = np.zeros((1, 60))
    silenced = rheobase.simulate(lif, u, lesion="all")
    np.testing.assert_array_equal(silenced.output, rheobase.simulate(lif, 5 * u + 1, lesion="all").output)
    assert rheobase.compare(lif, trials=4, lesion="exc").rate_accuracy < 1
    for bad, argument in [(dict(lesion="all@2"), "lesion"), (dict(lesion=[200]), "lesion"), (dict(drive="som"), "drive"),
                          (dict(lesion_connections="exc"), "lesion_connections"), (dict(drive_window=(0, 5)), "drive_window"),
                          (dict(drive=[0], drive_window=(5, 5)), "drive_window"), (dict(lesion=[1, 1]), "lesion"),
                          (dict(drive=[0], drive_window=(9e5, 1e6)), "drive_window")]:
        with pytest.raises(rheobase.InputError) as caught:
            rheobase.evaluate(lif, trials=2, **bad)
        assert caught.value.argument == argument, caught.value


def test_perturb_gives_the_accuracies_of_the_command_line(program, lif):
    out = json.loads(program("perturb", MODEL, "--lesion", "inh", "--fractions", "0,0.3", "--repeats", "2",
                             "--trials", "8", "--seed", "5", "--json"))
    found = rheobase.perturb(lif, fractions=[0, 0.3], lesion="inh", repeats=2, trials=8, seed=5)
    for i, point in enumerate(out["points"]):
        for k, repeat in enumerate(point["repeats"]):
            assert found.rate[i, k] == repeat["rate"]["value"] and found.spiking[i, k] == repeat["spiking"]["value"]
    out = json.loads(program("perturb", MODEL, "--vary", "threshold-sd", "--values", "0,1.5", "--repeats", "2",
                             "--trials", "16", "--json"))
    found = rheobase.perturb(lif, vary="threshold_sd", values=[0, 1.5], repeats=2, trials=16)
    assert found.varied == "threshold_sd" and found.spiking[1, 0] != found.spiking[1, 1]
    for i, point in enumerate(out["points"]):
        for k, one in enumerate(point["repeats"]):
            assert found.spiking[i, k] == one["spiking"]["value"]
    for word in ("neuron", "dance", "threshold-sd"):
        with pytest.raises(rheobase.InputError, match="must be one of .*threshold_sd") as caught:
            rheobase.perturb(lif, vary=word, values=[0, 1])
        assert caught.value.argument == "vary"
    with pytest.raises(rheobase.InputError, match="must be given with values"):
        rheobase.perturb(lif, vary="threshold_sd", fractions=[0.1], lesion="inh")
    out = json.loads(program("perturb", MODEL, "--drive", "all", "--drive-strength", "-3", "--times", "0,400",
                             "--duration", "50", "--trials", "8", "--json"))
    found = rheobase.perturb(lif, times=[0, 400], duration_ms=50, drive="all", drive_strength=-3, trials=8)
    assert [p["repeats"][0]["spiking"]["value"] for p in out["points"]] == list(found.spiking[:, 0])
    for bad in (dict(), dict(fractions=[0.1]), dict(fractions=[0.1], lesion="inh@0.5"), dict(strengths=[1.0]),
                dict(fractions=[0.1], times=[1.0], lesion="inh")):
        with pytest.raises(rheobase.InputError):
            rheobase.perturb(lif, trials=2, **bad)


def test_perturb_draws_the_units_of_the_model_and_others_in_every_repeat(program, tmp_path):
    program("map", MODEL, "--mapping", "published", "--scaling", "40", "--trials", "2", "--threshold-sd", "6",
            "--unit-seed", "7", "-o", tmp_path / "differ.mat")
    differ = rheobase.load(tmp_path / "differ.mat")
    for sweep in (dict(vary="threshold_sd", values=[6.0]), dict(drive="exc", strengths=[0.0])):
        found = rheobase.perturb(differ, repeats=2, trials=20, **sweep)
        expected = [rheobase.evaluate(differ, trials=20, unit_seed=seed).spiking.accuracy for seed in (7, 8)]
        assert list(found.spiking[0]) == expected and expected[0] != expected[1]


def test_the_accuracy_is_that_of_the_network_chosen(lif, tmp_path):
    made = rheobase.convert(lif.rate, "go-nogo", mapping="fitted", trials=10, max_copies=4, max_rate=1, target=0.99)
    copies = made.candidates.copies
    assert len(set(copies)) > 1 and list(made.table.copies) == list(copies)
    assert made.accuracy == made.candidates.accuracy[made.candidates.confirmed >= 0][0]
    made.save(tmp_path / "made.mat")
    assert list(rheobase.load(tmp_path / "made.mat").table.copies) == list(copies)
    network = rheobase.RateModel(w=np.eye(3), w_in=np.ones((3, 1)), w_out=np.ones(3), tau_ms=20.0)
    rheobase.convert(network, "go-nogo", mapping="published", scaling=[20, 40], copies=2, trials=2).save(tmp_path / "m.mat")
    fields = {name: value for name, value in io.loadmat(tmp_path / "m.mat").items() if not name.startswith("__")}
    fields.update(scaling_factors=[20.0, 40.0, 40.0], all_perfs=[0.5, 0.6, 0.9], opt_scaling_factor=40.0)
    for searched, table, accuracy in (([1.0, 1.0, 2.0], [1, 1, 2], 0.9), ([2.0, 2.0, 1.0], [2, 2, 1], 0.6),
                                      ([1.0, np.nan, 2.0], [2, 2, 2], 0.9)):
        io.savemat(tmp_path / "again.mat", {**fields, "search_copies": searched, "search_predicted": [np.nan] * 3})
        again = rheobase.load(tmp_path / "again.mat")
        assert list(again.table.copies) == table and again.accuracy == accuracy


def test_files_of_many_trials_go_both_ways(program, tmp_path, lif):
    program("simulate", MODEL, "--trials", "3", "--seed", "6", "-o", tmp_path / "c.mat")
    runs = rheobase.simulate(lif, trials=3, seed=6)
    runs.save(tmp_path / "p.mat")
    for name in ("c.mat", "p.mat"):
        read = rheobase.load_run(tmp_path / name)
        assert isinstance(read, rheobase.Runs) and [run.condition for run in read] == [run.condition for run in runs]
        np.testing.assert_array_equal(read.correct, runs.correct)
        np.testing.assert_array_equal(read.outputs, runs.outputs)
        for one, other in zip(read, runs):
            np.testing.assert_array_equal(one.spike_times_ms, other.spike_times_ms)


def test_innate_words_and_capacity_are_those_of_the_command_line(program, tmp_path):
    few = ["--units", "100", "--seed", "3", "--recurrent-trials", "2"]
    program("innate", "words", *few, "--readout-trials", "1", "--tests", "1", "--perturbed", "1", "--no-lyapunov",
            "-o", tmp_path / "w.mat")
    result = innate.words(units=100, seed=3, recurrent_trials=2, readout_trials=1, tests=1, perturbed=1)
    expected = innate.load(tmp_path / "w.mat")
    np.testing.assert_array_equal(result.model.w, expected.model.w)
    np.testing.assert_array_equal(result.model.w_out, expected.model.w_out)
    assert [one.name for one in result.trajectories] == ["chaos", "neuron"] and result.model.outputs == 2
    assert [test.r2 for test in result.tests] == [test.r2 for test in pickle.loads(pickle.dumps(result)).tests]
    path = np.column_stack([np.linspace(-1, 1, 200), np.sin(np.linspace(0, 6, 200))]).T
    own = innate.words({"wave": path}, units=40, recurrent_trials=1, readout_trials=1, tests=1, perturbed=1)
    start, stop = (int(t / own.step_ms) for t in own.window_ms)
    np.testing.assert_array_equal(own.target[:, start:stop], path)
    out = json.loads(program("innate", "capacity", *few, "--delays", "100,150", "--networks", "2", "--jobs", "1",
                             "--readout-trials", "1", "--json", "-o", tmp_path / "capacity"))
    capacity = innate.capacity([100, 150], 2, units=100, seed=3, recurrent_trials=2, readout_trials=1)
    assert list(capacity.r2.ravel()) == [one["r2"] for one in out["networks"]]
    np.testing.assert_allclose(capacity.mean_r2, [one["mean_r2"] for one in out["curve"]], rtol=1e-14)
    np.testing.assert_allclose(capacity.standard_error, [one["standard_error"] for one in out["curve"]], atol=1e-14)
    with pytest.raises(TypeError, match="delay"):
        innate.capacity([100], 1, delay=50)


def test_innate_training_goes_on_from_its_checkpoint_bit_for_bit(tmp_path):
    options = dict(units=40, delay=50, recurrent_trials=4, readout_trials=1, seed=2)
    whole = innate.timing(**options)
    innate.timing(checkpoint=tmp_path / "c.mat", checkpoint_every=3, **options)  # the last one stays
    resumed = innate.timing(resume=tmp_path / "c.mat")
    np.testing.assert_array_equal(resumed.model.w, whole.model.w)
    assert set(whole.lyapunov()) == {"free_before", "free_after", "trial_before", "trial_after"}
    with pytest.raises(rheobase.InputError, match="words"):
        innate.words(resume=tmp_path / "c.mat")
    task = rheobase.Task.from_innate(saved(whole, tmp_path / "i.mat"), min_r2=0.5)
    assert task.inputs == whole.model.inputs and task.parameters["min_r2"] == 0.5


def saved(thing, path):
    thing.save(path)
    return path


def recorded_session():
    """Two units of Poisson spikes; the first prefers right, and the second has no spikes in the last two trials."""
    rng = np.random.default_rng(8)
    trials = 40
    units = []
    for unit in range(2):
        times, numbers = [], []
        for trial in range(trials - 2 * unit):
            rate = 40.0 if unit == 0 and trial % 2 == 0 else 15.0
            count = rng.poisson(3.0 * rate)
            times.append(np.sort(rng.uniform(0, 3.0, count)))
            numbers.append(np.full(count, trial))
        units.append({"spike_times": np.concatenate(times), "spike_trials": np.concatenate(numbers),
                      "spike_width": [0.6, 0.3][unit], "trials": (0, trials - 2 * unit)})
    return units, dict(response=[1, 2] * (trials // 2), sample=np.full(trials, 0.5), delay=np.full(trials, 1.2),
                       cue=np.full(trials, 2.4), edges=np.linspace(0.0, 3.0, 3001))


def test_a_recorded_session_becomes_targets():
    units, trials = recorded_session()
    session = force.Session(units, **trials)
    assert session.cell_types == ["regular", "fast"] and session.selectivity[0] == "right"
    assert session.events == {"sample": 500, "delay": 1200, "cue": 2400} or abs(session.events["cue"] - 2400) <= 1
    assert [len(side) for side in session.trials] == [20, 20] and session.trials[0][1] == 2
    assert np.isnan(session.delay_mean[0][1, -1]) and not np.isnan(session.delay_mean[0][0]).any()
    one = units[0]
    counts, _ = np.histogram(one["spike_times"][one["spike_trials"] == 4], trials["edges"])
    smoothed = np.convolve(counts / 1e-3, np.ones(101) / 101, "valid")
    np.testing.assert_allclose(session.trial_rate(0, 4)[50:-50], smoothed, atol=1e-9)
    targets = session.targets(first_bin=400, after_cue=100)
    assert targets.rates[0].shape == (2, session.events["cue"] + 100 - 400) and targets.epochs["sample"] == session.events["sample"] - 400
    both = np.concatenate(targets.rates, axis=1)
    assert (both >= 0).all() and (both <= 1).all()
    network = force.train(targets, iterations=1)
    np.testing.assert_array_equal(network.targets[0], targets.rates[0])
    assert len(session.aligned_variation(first_bin=400, after_cue=100)) == 2
    with pytest.raises(rheobase.InputError, match="sample_step"):
        force.train(targets, sample_step=10)
    for bad in (dict(units=[{**one, "spike_trials": one["spike_trials"][:-1]}, units[1]]), dict(cue=np.full(40, np.nan)),
                dict(response=[5] * 40), dict(edges=np.zeros(10)), dict(units=[{"spike_times": [1.0]}])):
        with pytest.raises(rheobase.InputError):
            force.Session(**{"units": units, **trials, **bad})


def test_the_linear_model_is_that_of_the_command_line(program, tmp_path):
    program("motif", "targets", "-o", tmp_path / "t.mat", "--count", "2", "--samples", "150", "--longest", "100")
    quick = dict(units=30, terms=4, starts=2, preparation_rank=10, loop_iterations=10, preparation_iterations=20)
    names = {"units": "--N", "preparation_rank": "--P"}
    words = [word for name, value in quick.items()
             for word in (names.get(name, f"--{name.replace('_', '-')}"), str(value))]
    program("motif", "linear", tmp_path / "t.mat", *words, "-o", tmp_path / "l.mat")
    model = motif.linear(motif.targets(count=2, samples=150, longest_interval=100), **quick)
    expected = motif.load(tmp_path / "l.mat")
    np.testing.assert_array_equal(model.a, expected.a)
    np.testing.assert_array_equal(model.fit_rmse, expected.fit_rmse)
    chain, other = model.chain(["step2", "step1"], seed=3), expected.chain(["step2", "step1"], seed=3)
    np.testing.assert_array_equal(chain.output, other.output)
    first = slice(chain.start[0], chain.start[0] + len(model.motifs["step2"]))
    error = np.sqrt(np.mean((chain.output[first] - model.motifs["step2"]) ** 2))
    assert error == pytest.approx(chain.rmse[0], rel=1e-9) and np.isnan(chain.target[: chain.start[0]]).all()
    assert model.scores(trials=2).pair.shape == (2, 2)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).chain(["step1"]).output, model.chain(["step1"]).output)
    with pytest.raises(rheobase.InputError, match="step1, step2"):
        model.chain(["step9"])


def test_attractor_trials_along_the_coding_direction(program, tmp_path):
    levels = attractor.simulate(trials=40, seed=2, levels=[0, 1.5])
    out = json.loads(program("attractor", "analyse", saved(levels, tmp_path / "a.mat"), "--json"))
    for summary, theirs in zip(levels.analyse(), out["levels"]):
        assert summary.correct[0][0] == theirs["right"]["correct"]["value"]
        endpoint = summary.correct_trials[0].endpoint
        assert endpoint.mean() == pytest.approx(theirs["right"]["correct_trials"]["endpoint_mean"], rel=1e-12)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(levels))[1].choice_rate, levels[1].choice_rate)
    with pytest.raises(rheobase.InputError, match="levels"):
        attractor.simulate(trials=4, levels=[1.0]).analyse()


def test_branches_of_equilibria_are_equilibria_and_meet_where_the_command_line_says(program):
    branches = attractor.bifurcations(low=-1.0, high=6.0)
    out = json.loads(program("attractor", "phase", "--from", "-1", "--to", "6", "--json"))
    found = [one.input for branch in branches for one in branch.bifurcations]
    assert found == [one["input_hz"] for one in out["bifurcations"]] and found
    assert all(one.kind in ("fold", "pitchfork") for branch in branches for one in branch.bifurcations)
    symmetric = branches[0]
    np.testing.assert_allclose(symmetric.state[0], symmetric.state[1], atol=1e-6)


def test_a_model_comes_back_from_other_formats(tmp_path, lif):
    for name in ("m.nir", "m.h5"):
        rheobase.export(lif, tmp_path / name)
        back = rheobase.load(tmp_path / name)
        np.testing.assert_array_equal(back.w, lif.w)
        assert back.scaling_factor == lif.scaling_factor
