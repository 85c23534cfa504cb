"""The other systems: against the command line and what is known of them."""

import json
import pickle

import numpy as np
import pytest

import rheobase
from rheobase import attractor, force, innate, motif


def test_innate_training_is_that_of_the_command_line(program, tmp_path):
    options = dict(units=80, delay=100, seed=3)
    result = innate.timing(recurrent_trials=4, readout_trials=2, **options)
    out = json.loads(program("innate", "timing", "--units", "80", "--delay", "100", "--seed", "3",
                             "--recurrent-trials", "4", "--readout-trials", "2", "--no-lyapunov", "--json",
                             "-o", tmp_path / "t.mat"))
    expected = rheobase.load(tmp_path / "t.mat")
    np.testing.assert_array_equal(result.model.w, expected.w)
    np.testing.assert_array_equal(result.model.w_out, expected.w_out)
    assert len(result.recurrent_loss) == 4 and out
    assert result.target.shape[0] == 1 and result.window_ms[1] > result.window_ms[0]
    result.save(tmp_path / "p.mat")
    np.testing.assert_array_equal(rheobase.load(tmp_path / "p.mat").w, expected.w)
    with pytest.raises(rheobase.InputError) as caught:
        innate.timing(units=-1)
    assert caught.value.argument == "units"


def test_attractor_trials_are_those_of_the_command_line(program, tmp_path):
    levels = attractor.simulate(trials=40, seed=2, levels=[0, 1.5])
    out = json.loads(program("attractor", "simulate", "--trials", "40", "--seed", "2", "--levels", "0,1.5",
                             "--json", "-o", tmp_path / "a.mat"))
    for ours, theirs in zip(levels, out["levels"]):
        assert ours.photoinhibition == theirs["photoinhibition"]
        assert ours.correct[ours.side == 0].mean() == theirs["right"]["correct"]["value"]
        assert ours.correct[ours.side == 1].mean() == theirs["left"]["correct"]["value"]
    assert len(levels[0].rates) == 40 and levels[0].rates[0].shape[0] == 2
    with pytest.raises(rheobase.InputError, match="type"):
        attractor.simulate("three-hemispheres")


def test_two_stable_states_with_a_saddle_between():
    points = attractor.fixed_points(ramp=1.0)
    assert [point.stable for point in points].count(True) >= 2
    for point in points:
        assert point.stable == bool((point.eigenvalues.real <= 0).all())


def test_a_motif_library_is_that_of_the_command_line(program, tmp_path):
    network = ["--N", "40", "--P", "10", "--seed", "3"]
    program("motif", "targets", "-o", tmp_path / "t.mat", "--count", "2", "--samples", "150", "--longest", "100")
    program("motif", "prepare", *network, "--batches", "5", "--batch", "8", "-o", tmp_path / "n.mat")
    program("motif", "train", tmp_path / "n.mat", "--targets", tmp_path / "t.mat", "--batches", "10",
            "-o", tmp_path / "l.mat")
    expected = motif.load(tmp_path / "l.mat")
    library = motif.prepare(units=40, preparation_rank=10, seed=3, batches=5, batch=8)
    targets = motif.targets(count=2, samples=150, longest_interval=100)
    trained = library.train(targets, batches=10)
    assert not library.motifs and list(trained.motifs) == ["step1", "step2"] == list(expected.motifs)
    for name in targets:
        np.testing.assert_array_equal(trained.motifs[name], expected.motifs[name])
        np.testing.assert_array_equal(trained.courses[name], expected.courses[name])
    chain, other = trained.chain(["step2", "step1"]), expected.chain(["step2", "step1"])
    np.testing.assert_array_equal(chain.output, other.output)
    assert chain.start == [0, len(targets["step2"])] and chain.rmse.shape == (2,)
    back = pickle.loads(pickle.dumps(trained))
    np.testing.assert_array_equal(back.chain(["step1"]).output, trained.chain(["step1"]).output)


def test_adding_a_motif_changes_no_bit_of_another():
    library = motif.prepare(architecture="additive", units=30, seed=2)
    targets = motif.targets(count=3, samples=120, longest_interval=80)
    names = list(targets)
    two = library.train({name: targets[name] for name in names[:2]}, batches=6)
    three = two.train({names[2]: targets[names[2]]}, batches=6)
    np.testing.assert_array_equal(two.chain(names[:2]).output, three.chain(names[:2]).output)
    scores = three.scores(trials=2, fractions=[0.5, 1.0])
    assert scores.pair.shape == (3, 3) and scores.interrupted.shape == (3, 2)
    with pytest.raises(rheobase.InputError, match="step1, step2, step3"):
        three.chain(["step9"])
    with pytest.raises(rheobase.InputError, match="targets"):
        library.train()


def test_force_training_is_that_of_the_command_line(program, tmp_path):
    program("force", "train", "--N", "30", "--iterations", "2", "--seed", "4", "-o", tmp_path / "f.mat")
    expected = force.load(tmp_path / "f.mat")
    network = force.train(units=30, iterations=2, seed=4)
    np.testing.assert_array_equal(network.model.w, expected.model.w)
    np.testing.assert_array_equal(network.pvar, expected.pvar)
    assert network.pvar.shape == (2, 2) and network.targets[0].shape == network.inputs[1].shape
    test = network.test()
    assert test.rates[0].shape == network.targets[0].shape and len(test.pvar) == 2
    noisy = network.robustness(0.2, trials=10, seed=2)
    np.testing.assert_array_equal(noisy.projection[0],
                                  pickle.loads(pickle.dumps(network)).robustness(0.2, trials=10, seed=2).projection[0])


def test_force_targets_of_ones_own():
    rng = np.random.default_rng(5)
    rates = [np.cumsum(rng.normal(size=(12, 400)), axis=1) for _ in range(2)]
    network = force.train(rates, iterations=3, sample_step=20, delay_step=120, cue_step=350)
    assert network.targets[0].shape == (12, 400) and network.epochs["cue"] == 350
    low = np.minimum(rates[0].min(axis=1), rates[1].min(axis=1))
    high = np.maximum(rates[0].max(axis=1), rates[1].max(axis=1))
    np.testing.assert_allclose(network.targets[1], (rates[1] - low[:, None]) / (high - low)[:, None], atol=1e-12)
    for bad, words in [([rates[0]], "right and left"), ([rates[0], rates[1][:, :9]], r"targets\[1\]"),
                       ([np.ones((3, 400)), np.ones((3, 400))], "spikes")]:
        with pytest.raises(rheobase.InputError, match=words):
            force.train(bad, sample_step=20, delay_step=120, cue_step=350)


@pytest.mark.parametrize("call, argument, words", [
    (lambda: innate.timing(units=20, step=20), "step", "20 ms; must be above 0 and at most tau, 10"),
    (lambda: innate.timing(units=1), "units", "found 1; must be an integer, 2 to"),
    (lambda: innate.timing(units=20, delay=5000, window=300), "delay", "must lie inside the window"),
    (lambda: innate.capacity([100], 1, units=20, step=20), "step", "at most tau, 10"),
    (lambda: attractor.simulate(tau=10, step=20, trials=2), "step", "must be above 0 and at most tau, 10"),
    (lambda: attractor.simulate(levels=np.linspace(0, 1, 101), trials=2), "levels", "must be 1 to 100"),
    (lambda: attractor.simulate(levels=[], trials=2), "levels", "must be 1 to 100"),
    (lambda: innate.timing(start="s.mat", units=80), "units", "must be left out: the file has network"),
    (lambda: innate.timing(start="s.mat", delay=80), "delay", "must be left out: the file has network"),
    (lambda: innate.words(["chaos"], start="s.mat"), "words", "must be left out: the file has network"),
    (lambda: rheobase.load(b"caf\xe9.mat"), "path", "must be a path in UTF-8"),
    (lambda: attractor.simulate(cue_on=900, cue_off=800, trials=2), "cue_off", "cue_on"),
    (lambda: force.train(units=10, sample_step=50, delay_step=40), "delay_step", "must come after the sample"),
])
def test_faults_are_told_in_the_arguments_names(call, argument, words):
    with pytest.raises(rheobase.InputError) as caught:
        call()
    assert caught.value.argument == argument and words in str(caught.value)
    assert "_ms" not in str(caught.value)
