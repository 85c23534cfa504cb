"""Files of comparisons, read again."""

import json
import pickle

import numpy as np
import pytest

import rheobase

from conftest import MODEL


@pytest.fixture(scope="module")
def comparison(lif):
    return rheobase.compare(lif, trials=6)


@pytest.mark.parametrize("ending", ["mat", "json"])
def test_a_saved_comparison_is_read_as_it_was(comparison, tmp_path, ending):
    comparison.save(tmp_path / f"c.{ending}")
    read = rheobase.load_comparison(tmp_path / f"c.{ending}")
    assert read.figures == comparison.figures and repr(read) == repr(comparison)
    assert read.task is None and read.model is None
    samples = comparison.traces["rate_output"].shape
    assert read.traces["rate_output"].shape == (samples if ending == "mat" else (0, 0))
    if ending == "mat":
        np.testing.assert_array_equal(read.traces["spiking_output"], comparison.traces["spiking_output"])
    again = pickle.loads(pickle.dumps(read))
    assert again.figures == comparison.figures
    assert again.traces["rate_output"].shape == read.traces["rate_output"].shape
    with pytest.raises(rheobase.InputError, match="from a file") as caught:
        read.report(tmp_path / "page.html")
    assert caught.value.argument == "task"


def test_a_baseline_is_a_file_of_an_earlier_comparison(comparison, program, tmp_path):
    program("compare", MODEL, "--trials", "6", "-o", tmp_path / "c.json")
    earlier = rheobase.load_comparison(tmp_path / "c.json")
    assert earlier.rate_accuracy == comparison.rate_accuracy and earlier.output_rmse == comparison.output_rmse
    assert comparison.check(baseline=earlier) == []
    better = json.loads((tmp_path / "c.json").read_text())
    better["all"]["output_rmse"] = 0.01
    (tmp_path / "better.json").write_text(json.dumps(better))
    (line,) = comparison.check(baseline=rheobase.load_comparison(tmp_path / "better.json"))
    assert "0.01" in line


@pytest.mark.parametrize("ending", ["mat", "json"])
def test_a_comparison_on_a_task_of_ones_own_is_read(hold, small, tmp_path, ending):
    network = rheobase.RateModel(w=small.w, w_in=np.ones((3, 1)), w_out=small.w_out, tau_ms=20.0, activation="softplus")
    made = rheobase.compare(network, hold, trials=4, scaling=40.0)
    made.save(tmp_path / f"c.{ending}")
    assert rheobase.load_comparison(tmp_path / f"c.{ending}").figures == made.figures


def test_what_is_no_comparison_is_told(comparison, tmp_path):
    (tmp_path / "broken.json").write_text("{}")
    for path, found in ((tmp_path / "none.json", "no such file"), (MODEL, "no comparison"),
                        (tmp_path / "broken.json", "broken.json"), (tmp_path / "c.csv", "must be .mat or .json")):
        with pytest.raises(rheobase.InputError, match=found):
            rheobase.load_comparison(path)
    comparison.save(tmp_path / "c.json")
    without = rheobase.load_comparison(tmp_path / "c.json")
    with pytest.raises(rheobase.InputError, match="must end in .json"):
        without.save(tmp_path / "c.mat")
    assert not (tmp_path / "c.mat").exists()
