"""Tasks by name, from trials and from classes."""

import pickle
import warnings

import numpy as np
import pytest

import rheobase


def test_registered_tasks_make_the_trials_they_say():
    assert "timing" in rheobase.Task.names()
    for name in rheobase.Task.names():
        task = rheobase.Task(name)
        trial = task.trial(2, seed=5)
        assert trial.input.shape == (task.inputs, task.steps)
        assert trial.target.shape == (task.outputs, task.steps)
        assert 0 <= trial.condition < len(task.conditions)
        np.testing.assert_array_equal(task.trial(2, seed=5).input, trial.input)
        for index, condition in enumerate(task.conditions):
            assert task.trial(condition=condition).condition == index
        if task.outputs == 1:
            assert task.correct(trial, trial.target[:, :-1]) or name in ("oscillation", "timing")
    assert rheobase.Task("timing", interval=800).parameters["interval"] == 800


def test_recorded_trials_keep_labels_targets_and_window():
    u = np.arange(2 * 20 * 3, dtype=float).reshape(2, 20, 3)
    z = np.tile([0.0, 1.0, 2.0], (20, 1))
    task = rheobase.Task.from_trials(u, z, label=["b", "a", "b"], score_window_ms=(50, 100), step_ms=5)
    assert task.conditions == ("a", "b") and (task.inputs, task.outputs, task.steps) == (2, 1, 20)
    np.testing.assert_array_equal(task.trial(condition="a").input, u[:, :, 1])
    trial = task.trial(condition="a")
    output = np.full((1, 19), 7.0)
    assert not task.correct(trial, output)
    output[0, 9:] = 1.2  # 50 ms on
    assert task.correct(trial, output)


def test_a_class_is_a_task_with_reproducible_trials(hold):
    task = rheobase.Task.from_class(hold)
    assert (task.name, task.conditions, task.steps) == ("hold", ("down", "up"), 60)
    assert task.stimulus_ms == ((50.0, 100.0),)
    seen = {task.trial(k).condition for k in range(20)}
    assert seen == {0, 1}
    np.testing.assert_array_equal(task.trial(3).input, task.trial(3).input)
    assert task.trial(0, condition="up").condition == 1
    right = np.zeros((1, 59))
    right[0, 30:] = 0.8
    assert task.correct(task.trial(condition="up"), right)
    assert not task.correct(task.trial(condition="down"), right)


def test_several_tasks_are_one(hold):
    both = rheobase.Task.combined("go-nogo", hold)
    assert (both.name, both.inputs, both.steps) == ("go-nogo+hold", 3, 200)
    assert both.conditions == ("go-nogo: go", "go-nogo: nogo", "hold: down", "hold: up")
    first, second = both.trial(4), both.trial(5)
    np.testing.assert_array_equal(first.input[:1], rheobase.Task("go-nogo").trial(4).input)
    assert (first.input[1] == 1).all() and not first.input[2].any()
    own = rheobase.Task.from_class(hold).trial(5)
    np.testing.assert_array_equal(second.input[:1, :60], own.input)
    assert (second.input[2, :60] == 1).all() and not second.input[:, 60:].any()
    assert np.isnan(second.target[:, 60:]).all()
    np.testing.assert_array_equal(second.target[:, :60], own.target)
    short = rheobase.Task("xor+dms", dms_delay=40)
    assert short.parameters == {"xor_delay": 10, "dms_delay": 40}
    again = pickle.loads(pickle.dumps(rheobase.Task.combined("xor", "dms", dms_delay=40)))
    assert again.parameters == short.parameters
    with pytest.raises(rheobase.InputError, match="twice"):
        rheobase.Task.combined("xor", "xor")
    with pytest.raises(rheobase.InputError, match="tasks"):
        rheobase.Task.combined("xor", 3)
    result = rheobase.train(both, units=20, trials=8, evaluation_trials=10, seed=1)
    assert result.model.task == "go-nogo+hold"
    evaluation = rheobase.evaluate(result.model, both, trials=10)
    assert sorted(np.bincount(evaluation.rate.conditions >= 2)) == [5, 5]


def test_a_class_trains_converts_and_compares(hold):
    options = dict(units=60, trials=1200, batch=8, seed=2, stop_loss=3.0, spike_noise=0, minimum_trials=0)
    result = rheobase.train(hold, **options)
    assert result.trained and result.model.task == "hold"
    again = rheobase.train(hold, threads=1, **options)
    np.testing.assert_array_equal(result.model.w, again.model.w)
    lif = rheobase.convert(result.model, hold, mapping="published", scaling=[20, 40], trials=20)
    assert list(lif.table.scaling_factor) == [20, 40]
    comparison = rheobase.compare(lif, hold, trials=10)
    assert comparison.conditions == ("down", "up")
    assert comparison.rate_accuracy >= 0.9
    runs = rheobase.simulate(lif, task=hold, trials=4)
    assert runs.correct.shape == (4,)


def test_what_a_class_raises_comes_out(hold):
    class Broken(type(hold)):
        def trial(self, rng):
            self.calls = getattr(self, "calls", 0) + 1
            if self.calls > 5:
                raise LookupError("trial 6")
            return super().trial(rng)

    with pytest.raises(LookupError, match="trial 6"):
        rheobase.train(Broken(), units=10, trials=64)


@pytest.mark.parametrize(
    ("made", "message"),
    [(3, "must return"), ((np.zeros((1, 5)), np.zeros((1, 6))), "columns"),
     ((np.zeros((1, 5)), np.zeros((1, 5)), 7), "must be one of"),
     ((np.zeros((1, 5)), np.zeros((1, 5)), 0.5), "must be one of"),
     ((np.zeros((1, 5)), np.zeros((1, 5)), np.nan), "must be one of"),
     ((np.array(["a", "b"]), np.zeros(2)), "numbers")],
)
def test_a_class_with_wrong_trials(made, message):
    class Wrong:
        def trial(self, rng):
            return made

        def correct(self, trial, output):
            return True

    with pytest.raises(rheobase.InputError, match=message):
        rheobase.Task.from_class(Wrong()).trial()
    with pytest.raises(rheobase.InputError, match="trial"):
        rheobase.train(object())


@pytest.mark.parametrize("answer", ["no", np.nan, 2, None])
def test_a_class_answers_right_or_wrong_and_nothing_else(hold, answer):
    class Vague(type(hold)):
        def correct(self, trial, output):
            return answer

    with pytest.raises(rheobase.InputError, match=r"correct\(\).*True or False"):
        rheobase.train(Vague(), units=10, trials=20, evaluate_every=10, evaluation_trials=4)


def test_a_file_is_split_as_the_model_knows_it(tmp_path):
    rng = np.random.default_rng(1)
    scipy_io = pytest.importorskip("scipy.io")
    u = rng.normal(size=(1, 20, 20))
    scipy_io.savemat(tmp_path / "t.mat", {"u": u, "z": np.ones((1, 20, 20))})
    file = tmp_path / "t.mat"
    model = rheobase.train(rheobase.Task.from_file(file), units=10, trials=20, seed=1).model
    model.save(tmp_path / "m.mat")
    loaded = rheobase.load(tmp_path / "m.mat")
    assert len(rheobase.evaluate(loaded, rheobase.Task.from_file(file)).rate.correct) == 4
    with pytest.raises(rheobase.InputError, match="found 0.5; must be 0.2: the model learnt from the other trials") as caught:
        rheobase.evaluate(loaded, rheobase.Task.from_file(file, test_fraction=0.5))
    assert caught.value.argument == "test_fraction"
    with pytest.raises(rheobase.InputError, match="must be left out") as caught:
        scipy_io.savemat(tmp_path / "other.mat", {"u": -u, "z": np.ones((1, 20, 20))})
        rheobase.evaluate(loaded, rheobase.Task.from_file(file, test_file=tmp_path / "other.mat"))
    assert caught.value.argument == "test_file"
    with pytest.raises(rheobase.InputError, match="must hold others than the trials to learn from"):
        rheobase.Task.from_file(file, test_file=file)


def test_a_misspelt_label_or_field_is_warned_of(tmp_path):
    u, z = np.ones((1, 30, 6)), np.zeros((30, 6))
    words = ["left", "right"] * 3
    with pytest.warns(UserWarning, match="condition 'lfet' has one trial, none to hold out; did you mean 'left'"):
        rheobase.Task.from_trials(u, z, label=["left", "right", "left", "right", "lfet", "right"])
    with pytest.warns(UserWarning, match="condition 'lefft' has no trial to learn from; did you mean 'left'"):
        rheobase.Task.from_trials(u, z, label=words, test=(u, z, ["lefft", "right"] * 3))
    io = pytest.importorskip("scipy.io")
    network = dict(w=np.eye(3), w_in=np.ones((3, 1)), w_out=np.ones((1, 3)), tau_ms=20.0, activaton="tanh")
    io.savemat(tmp_path / "net.mat", network)
    with pytest.warns(UserWarning, match="net.mat: field 'activaton' .* did you mean 'activation'"):
        rheobase.load(tmp_path / "net.mat")


def test_held_out_trials_that_are_learnt_are_warned_of():
    u, z = np.random.default_rng(1).normal(size=(1, 30, 6)), np.zeros((30, 6))
    with pytest.warns(UserWarning, match="2 of 2 held-out trials are also among those to learn from"):
        rheobase.Task.from_trials(u, z, test=(u[:, :, :2], z[:, :2]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rheobase.Task.from_trials(u, z, test=(-u[:, :, :2], z[:, :2]))


def test_a_model_of_several_tasks_knows_them():
    both = rheobase.Task("xor+dms", dms_delay=40)
    model = rheobase.train(both, units=6, trials=4, evaluation_trials=2).model
    assert rheobase.conversion.task_of(model, None).parameters == both.parameters
    assert len(rheobase.evaluate(model, trials=2).rate.correct) == 2


def own_conditions():
    """Twenty trials of two conditions; four of each are held out."""
    u = np.random.default_rng(0).normal(size=(1, 20, 20))
    return rheobase.Task.from_trials(u, np.ones((1, 20, 20)), label=["a", "b"] * 10, test_fraction=0.4)


def test_distance_from_the_targets_of_own_trials():
    target = 0.25
    z = np.full((40, 1), target)
    z[:20] = np.nan  # not scored
    task = rheobase.Task.from_trials(np.ones((1, 40, 1)), z)
    model = rheobase.RateModel(w=np.zeros((3, 3)), w_in=np.ones((3, 1)), w_out=np.ones(3) / 5, tau_ms=20.0)
    evaluation = rheobase.evaluate(model, task, network="both", scaling=40.0)
    compared = rheobase.compare(model, task, scaling=40.0, trials=1, analysis_start=0)
    for name, part in (("rate", evaluation.rate), ("spiking", evaluation.spiking)):
        output = compared.traces[name + "_output"][0, 20:]
        rmse = np.sqrt(np.mean((output - target) ** 2))
        assert part.target_rmse == pytest.approx(rmse, rel=1e-3) and "RMSE to target" in str(part)
        assert compared.figures["all"][name + "_target_rmse"] == pytest.approx(rmse, rel=1e-9)
    assert rheobase.evaluate(model, Hold(), trials=2).rate.target_rmse is None


@pytest.mark.parametrize("among", [False, True])
def test_held_out_trials_of_a_condition_are_given_once(among):
    task = rheobase.Task.combined(own_conditions(), "go-nogo") if among else own_conditions()
    condition = "file: a" if among else "a"
    network = rheobase.RateModel(w=np.zeros((3, 3)), w_in=np.ones((3, task.inputs)), w_out=np.ones(3), tau_ms=20.0)
    runs = rheobase.simulate(network, task=task, condition=condition, trials=9, scaling=30.0)
    assert len(runs) == 4 and {run.condition for run in runs} == {condition}
    assert len({task.trial(k, condition=condition).input.tobytes() for k in range(4)}) == 4
    assert len(rheobase.simulate(network, task=task, condition=condition, trials=2, scaling=30.0)) == 2
    if among:
        assert len(rheobase.simulate(network, task=task, condition="go-nogo: go", trials=9, scaling=30.0)) == 9


def test_runs_of_trials_of_different_lengths_are_filled_up():
    lengths = [9, 14]
    task = rheobase.Task.from_trials([np.ones((1, n)) for n in lengths], [np.zeros((2, n)) for n in lengths],
                                     test_fraction=0)
    network = rheobase.RateModel(w=np.zeros((3, 3)), w_in=np.ones((3, 1)), w_out=np.ones((2, 3)), tau_ms=20.0)
    runs = rheobase.simulate(network, task=task, trials=2, scaling=30.0, drive=[0], drive_window=(50.0, 60.0))
    assert len({len(run.time_ms) for run in runs}) == 2
    assert len(runs.time_ms) == max(len(run.time_ms) for run in runs)
    assert runs.outputs.shape == (2, 2, len(runs.time_ms)) and runs.output.shape == (2, len(runs.time_ms))
    for k, run in enumerate(runs):
        samples = len(run.time_ms)
        np.testing.assert_array_equal(runs.time_ms[:samples], run.time_ms)
        np.testing.assert_array_equal(runs.outputs[k, :, :samples], run.outputs)
        np.testing.assert_array_equal(runs.output[k, :samples], run.output)
        assert np.isnan(runs.outputs[k, :, samples:]).all() and np.isnan(runs.output[k, samples:]).all()


def test_tasks_in_another_order_than_the_models_are_refused():
    trained = rheobase.train("go-nogo+xor", units=6, trials=4, evaluation_trials=2)
    with pytest.raises(rheobase.InputError, match="must be go-nogo\\+xor, the order in which the model"):
        rheobase.evaluate(trained.model, rheobase.Task("xor+go-nogo"))


@pytest.mark.filterwarnings("ignore:100 inputs")
def test_trials_that_may_be_transposed_or_in_seconds_are_warned_of(tmp_path):
    rng = np.random.default_rng(2)
    with pytest.warns(UserWarning, match="20 inputs, as many outputs and 1 trial: u is inputs x T x trials"):
        rheobase.Task.from_trials(rng.normal(size=(20, 30, 1)), np.ones((20, 30, 1)))
    with pytest.warns(UserWarning, match="step_ms is 0.005, in milliseconds"):
        rheobase.Task.from_trials(rng.normal(size=(1, 30, 4)), np.ones((1, 30, 4)), step_ms=0.005)
    io = pytest.importorskip("scipy.io")
    trials = {"u": rng.normal(size=(1, 30, 4)), "z": np.ones((1, 30, 4)), "step_ms": 0.005}
    io.savemat(tmp_path / "trials.mat", trials)
    with pytest.warns(UserWarning, match="trials.mat: step_ms is 0.005, in milliseconds"):
        rheobase.Task.from_file(tmp_path / "trials.mat")
    with pytest.raises(rheobase.InputError, match="5 arrays of one axis") as caught:
        rheobase.Task.from_trials([np.ones(30)] * 5, [np.ones(30)] * 5)
    assert caught.value.argument == "u"
    with pytest.raises(rheobase.InputError, match="100 x 1 in a trial"):
        rheobase.Task.from_trials(np.ones((100, 1, 20)), np.ones((100, 1, 20)))


class Hold:
    """Holds its input."""

    def trial(self, rng):
        u = np.full((1, 20), rng.choice([0.2, 0.8]))
        return u, u

    def correct(self, trial, output):
        return bool(abs(output[0, -1] - trial.target[0, -1]) < 0.3)


def test_comparisons_of_a_class_are_pickled():
    model = rheobase.RateModel(w=np.zeros((4, 4)), w_in=np.ones((4, 1)), w_out=np.ones(4) / 4, tau_ms=20)
    compared = rheobase.compare(model, Hold(), trials=4, scaling=50.0, analysis_start=0)
    again = pickle.loads(pickle.dumps(compared))
    assert again.figures == compared.figures and again.figures["task"]["name"] == "Hold"
    np.testing.assert_array_equal(again.traces["spiking_output"], compared.traces["spiking_output"])


def test_classes_that_are_no_objects_or_ask_for_nothing_are_refused():
    with pytest.raises(rheobase.InputError, match=r"must be an object of it: Hold\(\)"):
        rheobase.train(Hold)

    class Silent(Hold):
        def trial(self, rng):
            return np.ones((1, 20)), np.full((1, 20), np.nan)

    with pytest.raises(rheobase.InputError, match="nothing but not-a-number"):
        rheobase.train(Silent())
