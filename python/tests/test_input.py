"""What a tired user types wrong: one clear error that names argument, found and required."""

import numpy as np
import pytest

import rheobase
from rheobase import InputError


def network(**changes):
    arrays = dict(w=np.zeros((3, 3)), w_in=np.ones((3, 2)), w_out=np.ones(3), tau_ms=20.0)
    return rheobase.RateModel(**{**arrays, **changes})


@pytest.mark.parametrize(
    ("argument", "value", "found"),
    [
        ("w", np.zeros((3, 4)), "(3, 4)"),
        ("w", np.zeros(3), "(3,)"),
        ("w", np.zeros((0, 0)), "(0, 0)"),
        ("w", np.zeros((3, 3), dtype=object), "object"),
        ("w", np.zeros((3, 3), dtype=complex), "complex128"),
        ("w", [["a", "b", "c"]] * 3, "<U1"),
        ("w", [[0, 1, 2], [3, 4], [5]], "no array"),
        ("w", np.full((3, 3), np.nan), "nan at [0, 0]"),
        ("w", None, "object"),
        ("w_in", np.ones((2, 3)), "(2, 3)"),
        ("w_in", np.ones((3, 2, 1)), "(3, 2, 1)"),
        ("w_out", np.ones((1, 4)), "(1, 4)"),
        ("tau_ms", [20.0, np.inf, 20.0], "inf at [1]"),
        ("tau_ms", -5.0, "-5"),
        ("tau_ms", [20.0, 20.0], "(2,)"),
        ("step_ms", -1.0, "-1"),
        ("step_ms", "five", "'five'"),
        ("noise", float("nan"), "nan"),
        ("signs", [1, 1, 2], "2 at [2]"),
        ("mask", np.full((3, 3), 0.5), "other numbers"),
        ("b_out", [0.0, 1.0], "(2,)"),
    ],
)
def test_arrays_of_a_network(argument, value, found):
    with pytest.raises(InputError) as caught:
        network(**{argument: value})
    error = caught.value
    assert error.argument == argument
    assert found in error.found, error
    assert error.required.startswith("must")
    assert "\n" not in str(error)
    assert isinstance(error, ValueError)


def test_every_order_and_kind_of_array_is_taken(small):
    u = np.random.default_rng(0).normal(size=(2, 30))
    expected = small.run(u).r
    wide = np.zeros((4, 60))
    wide[::2, ::2] = u
    for same in (np.asfortranarray(u), u.tolist(), wide[::2, ::2], np.ascontiguousarray(u[::-1])[::-1]):
        np.testing.assert_array_equal(small.run(same).r, expected)
    packed = np.zeros(2 * 30, dtype=[("flag", "i1"), ("u", "f8")])
    packed["u"] = u.ravel()
    unaligned = packed["u"].reshape(2, 30)
    np.testing.assert_array_equal(small.run(unaligned).r, expected)
    single = u.astype(np.float32)
    np.testing.assert_array_equal(small.run(single).r, small.run(single.astype(float)).r)
    np.testing.assert_array_equal(small.run(np.ones((2, 9), dtype=int)).r, small.run(np.ones((2, 9))).r)


@pytest.mark.parametrize("u", [np.ones((3, 9)), np.ones((2, 1)), np.ones((2, 9, 0)), np.ones(9),
                               np.ones((2, 9, 1, 1)), np.full((2, 9), np.nan), "pulse"])
def test_inputs_of_another_shape(small, u):
    with pytest.raises(InputError) as caught:
        small.run(u)
    assert caught.value.argument == "u"


def test_options_name_what_was_given(lif):
    u = np.zeros((1, 20))
    for options, argument in [
        (dict(noise=-1), "noise"), (dict(noise="much"), "noise"), (dict(seed=-1), "seed"),
        (dict(seed=1.5), "seed"), (dict(engine="quick"), "engine"), (dict(threshold=np.inf), "threshold"),
        (dict(record="spike"), "record"), (dict(voltage_units=[0]), "voltage_units"),
        (dict(record="voltage", voltage_units=[200]), "voltage_units"),
        (dict(scaling=-3), "scaling"), (dict(noise=0.1, noise_sd=1.0), "noise_sd"),
        (dict(stimulate="exc"), "stimulate"), (dict(engine="event", step=0.5), "step"),
        (dict(initial_voltage=[1.0, 2.0]), "initial_voltage"), (dict(readout_bias="yes"), "readout_bias"),
    ]:
        with pytest.raises(InputError) as caught:
            rheobase.simulate(lif, u, **options)
        assert caught.value.argument == argument, str(caught.value)
        assert "--" not in str(caught.value)


def test_a_misspelt_option_names_the_nearest(lif):
    with pytest.raises(TypeError, match="did you mean 'noise'"):
        rheobase.simulate(lif, np.zeros((1, 20)), nosie=0.1)
    with pytest.raises(TypeError, match="did you mean 'units'"):
        rheobase.train("xor", unit=10)


def test_a_task_of_other_inputs_than_the_model(lif, small):
    with pytest.raises(InputError) as caught:
        rheobase.compare(lif, rheobase.Task("xor"))
    assert caught.value.argument == "task" and "2 input" in caught.value.found
    with pytest.raises(InputError) as caught:
        rheobase.simulate(small, np.zeros((2, 20)))
    assert "scaling" in caught.value.required
    with pytest.raises(InputError, match="task"):
        rheobase.evaluate(small)


def test_trials_that_do_not_fit():
    u, z = np.zeros((1, 20, 4)), np.zeros((1, 20, 4))
    for change, argument in [
        (dict(u=u[:, :, :0]), "u"), (dict(z=z[:, :, :3]), "z"), (dict(z=z[:, :10]), "z"),
        (dict(u=np.full_like(u, np.inf)), "u"), (dict(label=[1, 2]), "label"),
        (dict(score_window_ms=(50, 10)), "score_window_ms"), (dict(u=u[:, :1], z=z[:, :1]), "u"),
        (dict(u=u.astype(complex)), "u"), (dict(step_ms=-5.0), "step_ms"),
    ]:
        with pytest.raises(InputError) as caught:
            rheobase.Task.from_trials(**{"u": u, "z": z, **change})
        assert caught.value.argument == argument, str(caught.value)
    with pytest.raises(InputError, match="interval"):
        rheobase.Task("timing", interval=-4)
    with pytest.raises(InputError, match="go-nogo"):
        rheobase.Task("gonogo")


def test_files_that_are_none(tmp_path, lif):
    with pytest.raises(InputError, match="nothing.mat"):
        rheobase.load(tmp_path / "nothing.mat")
    (tmp_path / "text.mat").write_text("not a model")
    with pytest.raises(InputError, match="text.mat"):
        rheobase.load(tmp_path / "text.mat")
    with pytest.raises(InputError):
        lif.save(tmp_path / "missing" / "model.mat")
    with pytest.raises(ValueError, match="format"):
        rheobase.export(lif, tmp_path / "model.xyz")


def test_numbers_that_leave_the_finite_ones():
    wild = network(w=np.full((3, 3), 1e200), activation="relu", w_in=np.full((3, 2), 1e200))
    with pytest.raises(InputError, match="finite"):
        wild.run(np.ones((2, 50)))


def test_random_arrays_are_taken_or_refused_and_never_crash(lif, small):
    """A fuzz of the bindings; the sanitizers' build runs it too."""
    rng = np.random.default_rng(7)
    dtypes = [float, np.float32, int, bool, complex, object, "U3", "S2", "M8[s]", np.float16]

    def value():
        kind = rng.integers(8)
        if kind == 0:
            return [None, "x", 3, 1e308, {}, [], b"", float("nan")][rng.integers(8)]
        shape = tuple(rng.integers(0, 5, size=rng.integers(0, 5)))
        array = (rng.normal(size=shape) * 10.0 ** rng.integers(-3, 4)).astype(float)
        if array.size and kind == 1:
            array.flat[rng.integers(array.size)] = [np.nan, np.inf, -np.inf][rng.integers(3)]
        with np.errstate(all="ignore"):
            array = array.astype(dtypes[rng.integers(len(dtypes))] if kind < 6 else float)
        array = np.asarray(array)
        return array[..., ::-1] if array.ndim and kind % 2 else np.asfortranarray(array)

    calls = [
        lambda: network(**{["w", "w_in", "w_out", "tau_ms", "signs", "mask", "bias"][rng.integers(7)]: value()}),
        lambda: small.run(value()),
        lambda: rheobase.simulate(lif, value(), initial_voltage=value()),
        lambda: rheobase.Task.from_trials(value(), value()),
        lambda: rheobase.analysis.pca(value()),
        lambda: rheobase.analysis.principal_angles(value(), value()),
        lambda: rheobase.analysis.targeted_reduction(value(), value(), value()),
        lambda: rheobase.analysis.firing_rates(value(), value(), count=3, duration_ms=10),
        lambda: rheobase.analysis.isi_statistics(value()),
        lambda: rheobase.analysis.mixed_selectivity(value(), value()),
        lambda: rheobase.analysis.spectrum(value()),
        lambda: rheobase.analysis.signed_rank(value(), value()),
    ]
    refused = 0
    for _ in range(3000):
        try:
            calls[rng.integers(len(calls))]()
        except (ValueError, TypeError, rheobase.Error):
            refused += 1
    assert 1000 < refused < 3000


def test_a_drive_that_reaches_no_step_is_refused(lif):
    with pytest.raises(rheobase.InputError, match="hold the start of a step of 5 ms") as caught:
        rheobase.simulate(lif, condition="go", drive="exc", drive_window=(0.25, 0.375))
    assert caught.value.argument == "drive_window"
    with pytest.raises(rheobase.InputError, match="hold the start of a step") as caught:
        rheobase.simulate(lif, np.zeros((1, 20)), drive="exc", drive_window=(200, 300))
    assert caught.value.argument == "drive_window"
    with pytest.raises(rheobase.InputError, match="must come with drive") as caught:
        rheobase.simulate(lif, condition="go", drive_strength=2.0)
    assert caught.value.argument == "drive_strength"
    with pytest.raises(rheobase.InputError, match="flatnonzero") as caught:
        rheobase.simulate(lif, condition="go", lesion=np.ones(200, dtype=bool))
    assert caught.value.argument == "lesion"


def test_bounds_of_a_share_are_shares(lif):
    compared = rheobase.compare(lif, trials=2)
    with pytest.raises(rheobase.InputError, match="at most 1") as caught:
        compared.check(min_accuracy=95)
    assert caught.value.argument == "min_accuracy"


def test_a_model_is_no_run(lif, tmp_path):
    lif.save(tmp_path / "m.mat")
    with pytest.raises(rheobase.InputError, match=r"found a model; must be a run, as Run.save\(\) writes it"):
        rheobase.load_run(tmp_path / "m.mat")


def test_messages_and_notes_are_in_pythons_words(lif, tmp_path):
    with pytest.raises(rheobase.InputError, match=r"run convert\(\) first"):
        rheobase.export(rheobase.RateModel(w=np.zeros((3, 3)), w_in=np.ones((3, 1)), w_out=np.ones(3), tau_ms=20), tmp_path / "m.nir")
    notes = " ".join(rheobase.export(lif, tmp_path / "m.nir"))
    assert "spike_step" in notes and "--" not in notes


def test_a_training_says_which_criterion_it_missed():
    short = rheobase.train("go-nogo", units=10, trials=20, evaluate_every=20, seed=1)
    assert not short.trained and short.unmet and "must be" in short.unmet[0]
    assert f"not met: {short.unmet[0]}" in repr(short)
