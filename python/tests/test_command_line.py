"""The same seed and options give the same bits as the command line."""

import json

import numpy as np
import pytest

import rheobase

from conftest import MODEL


def same_network(one, other):
    for name in ("w", "w_in", "w_out", "bias", "b_out", "tau_ms", "w_initial"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.fingerprint == other.fingerprint
    assert one.activation == other.activation


def test_train_gives_the_model_of_the_command_line(program, tmp_path):
    program("train", "--task", "xor", "--delay", "20", "-N", "30", "--trials", "48", "--batch", "8",
            "--evaluate-every", "16", "--evaluation-trials", "10", "--taus", "4", "15", "--seed", "5",
            "--dale", "true", "-o", tmp_path / "m.mat")
    result = rheobase.train(rheobase.Task("xor", delay=20), units=30, trials=48, batch=8,
                            evaluate_every=16, evaluation_trials=10, taus=(4, 15), seed=5, dale=True)
    expected = rheobase.load(tmp_path / "m.mat")
    same_network(result.model, expected)
    np.testing.assert_array_equal(result.losses, expected.losses)
    assert len(result.losses) == 48 and np.isfinite(result.losses).all()
    result.model.save(tmp_path / "p.mat")
    same_network(rheobase.load(tmp_path / "p.mat"), expected)


def test_convert_gives_the_table_of_the_command_line(program, tmp_path):
    out = json.loads(program("map", MODEL, "-o", tmp_path / "l.mat", "--scaling", "30,45,60",
                             "--trials", "24", "--seed", "7", "--json"))
    converted = rheobase.convert(rheobase.load(MODEL), scaling=[30, 45, 60], trials=24, seed=7)
    points = out["points"]
    assert len(converted.table) == len(points) == 3
    for row, point in zip(converted.table, points):
        assert row.scaling_factor == point["scaling_factor"]
        assert row.accuracy == point["accuracy"]["value"]
        assert row.mean_rate_hz == point["mean_rate_hz"]
        assert row.output_rmse == point["output_rmse"]
    assert converted.scaling_factor == out["best"]["scaling_factor"]
    loaded = rheobase.load(tmp_path / "l.mat")
    same_network(converted, loaded)
    assert loaded.scaling_factor == converted.scaling_factor
    assert loaded.spiking.parameters == converted.spiking.parameters


@pytest.mark.parametrize("engine", ["auto", "clock"])
def test_simulate_gives_the_spikes_of_the_command_line(program, tmp_path, lif, engine):
    program("simulate", MODEL, "--condition", "go", "--seed", "3", "--trial", "4", "--noise", "0.3",
            "--engine", engine, "--record", "spikes,voltage,rate", "--voltage-units", "1,5", "--output-step", "1",
            "-o", tmp_path / "run.mat")
    run = rheobase.simulate(lif, condition="go", seed=3, trial=4, noise=0.3, engine=engine,
                            record=("spikes", "voltage", "rate"), voltage_units=[0, 4], output_step=1)
    expected = rheobase.load_run(tmp_path / "run.mat")
    assert len(run.spike_units) > 100
    for name in ("spike_units", "spike_times_ms", "spike_count", "output", "voltage", "rate"):
        np.testing.assert_array_equal(getattr(run, name), getattr(expected, name), err_msg=name)
    assert run.correct is expected.correct and run.engine == expected.engine


def test_compare_gives_the_figures_of_the_command_line(program, tmp_path, lif):
    program("compare", MODEL, "--trials", "12", "--seed", "9", "-o", tmp_path / "c.json")
    expected = json.loads((tmp_path / "c.json").read_text())
    figures = rheobase.compare(lif, trials=12, seed=9).figures
    apart = {"command", "model", "seconds", "rheobase_version"}
    assert {k: v for k, v in figures.items() if k not in apart} == {
        k: v for k, v in expected.items() if k not in apart
    }


def test_evaluate_gives_the_accuracies_of_the_command_line(program, lif):
    out = json.loads(program("eval", MODEL, "--trials", "16", "--seed", "2", "--json"))
    evaluation = rheobase.evaluate(lif, trials=16, seed=2)
    assert evaluation.rate.accuracy == out["rate"]["accuracy"]["value"]
    assert evaluation.rate.mean_loss == out["rate"]["mean_loss"]
    assert evaluation.spiking.accuracy == out["spiking"]["accuracy"]["value"]
    assert evaluation.spiking.mean_rate_hz.mean() == pytest.approx(out["spiking"]["mean_rate_hz"], rel=1e-12)
