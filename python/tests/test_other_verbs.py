"""Verbs of the other systems beside training, each against the command line; files of recorded rates."""

import json

import numpy as np
import pytest

import rheobase
from rheobase import _engine, force, innate
from rheobase import network as networks

from conftest import SOURCE

RECORDED = SOURCE / "tests/data/rls"

TEMPLATES = """
leak_op:
  base: OperatorTemplate
  equations: "v' = -v/tau + k*r_in + I_ext + eta"
  variables: {v: output(0.0), tau: 10.0, k: 1.0, eta: 0.0, r_in: input, I_ext: input}

leaky:
  base: NodeTemplate
  operators: [leak_op]

past_op:
  base: OperatorTemplate
  equations: "v' = -past(v, 1.0)"
  variables: {v: output(0.0)}

late:
  base: NodeTemplate
  operators: [past_op]
"""


def test_a_session_is_read_from_its_file():
    session = force.read_session(RECORDED / "session_small.mat")
    assert session.names[1] == "2 (channel 4)" and session.cell_types == ["fast", "regular"]
    assert [side.tolist() for side in session.trials] == [[0, 2], [1, 3]]  # the fifth was stimulated
    assert session.events["delay"] == 699 and session.mean[0].shape == (2, len(session.edges_s) - 1)
    targets = session.targets(first_bin=100, after_cue=100)
    for unit in range(len(session.names)):
        both = np.concatenate([side[unit] for side in targets.rates])
        assert both.min() == 0.0 and both.max() == 1.0
    with pytest.raises(TypeError, match="smoothing"):
        force.read_session(RECORDED / "session_small.mat", smoothin=11)
    with pytest.raises(rheobase.InputError, match=r"Delay_start.*found nothing"):
        force.read_session(RECORDED / "session_no_delay.mat")
    with pytest.raises(rheobase.InputError, match="field 'unit'"):
        force.read_session(RECORDED / "targets_plain.mat")


def test_targets_are_read_from_their_file_and_trained_as_the_command_line_does(program, tmp_path):
    io = pytest.importorskip("scipy.io")
    path = RECORDED / "targets_plain.mat"
    targets = force.read_targets(path)
    given = io.loadmat(path)["target"]
    low, high = given.min(axis=(1, 2))[:, None], given.max(axis=(1, 2))[:, None]
    for side in (0, 1):
        np.testing.assert_allclose(targets.rates[side], (given[:, :, side] - low) / (high - low), atol=1e-12)
    assert targets.epochs["cue"] == 350 and targets.epochs["steps"] == 400
    program("force", "train", "--targets", path, "--iterations", "2", "--seed", "3", "-o", tmp_path / "f.mat")
    expected = force.load(tmp_path / "f.mat").model
    for what in (targets, path):
        np.testing.assert_array_equal(force.train(what, iterations=2, seed=3).model.w, expected.w)
    with pytest.raises(rheobase.InputError, match="in the file and in the call"):
        force.read_targets(path, cue_step=300)
    with pytest.raises(rheobase.InputError, match="nan at unit 3"):
        force.read_targets(RECORDED / "targets_nan.mat")
    io.savemat(tmp_path / "bare.mat", {"target": given})
    epochs = dict(sample_step=50, delay_step=150, cue_step=350)
    assert force.read_targets(tmp_path / "bare.mat", **epochs).epochs["delay"] == 150
    with pytest.raises(rheobase.InputError, match="sample_step, delay_step and cue_step"):
        force.read_targets(tmp_path / "bare.mat")


def test_the_structured_model_beside_a_network_is_that_of_the_command_line(program, tmp_path):
    network = force.train(units=30, iterations=2, seed=4)
    network.save(tmp_path / "f.mat")
    out = json.loads(program("force", "compare", tmp_path / "f.mat", "--trials", "20", "--photoinhibition", "0.2",
                             "--levels", "1", "--seed", "3", "--json"))
    found = network.compare(levels=[1.0], fractions=[0.2], trials=20, seed=3)
    for ours, theirs in ((found.model, out["structured_model"]), (found.network, out["trained_network"])):
        assert len(ours) == len(theirs) == 2
        for point, expected in zip(ours, theirs):
            for side, name in enumerate(("right", "left")):
                assert point.correct[side] == expected[name]["correct"]["value"]
                np.testing.assert_array_equal(point.endpoints[side], expected[name]["endpoints"])
                assert point.switched[side] == expected[name]["other_side"]
    assert "structured model, 1" in repr(found) and found.network[1].photoinhibition == 0.2
    for bad, argument in ((dict(type="none"), "type"), (dict(fractions=[1.5]), "fractions"), (dict(trials=1), "trials")):
        with pytest.raises(rheobase.InputError) as caught:
            network.compare(**bad)
        assert caught.value.argument == argument


def test_robustness_of_innate_networks_is_that_of_the_command_line(program, tmp_path):
    result = innate.timing(units=60, delay=100, recurrent_trials=2, readout_trials=2, seed=3)
    result.save(tmp_path / "t.mat")
    out = json.loads(program("innate", "run", tmp_path / "t.mat", "--noise-levels", "0,0.01", "--amplitudes", "0,0.5",
                             "--trials", "3", "--seed", "2", "--json"))
    table = result.robustness([0, 0.01], [0, 0.5], trials=3, seed=2)
    assert len(table) == len(out["robustness"]) == 4
    for ours, theirs in zip(table, out["robustness"]):
        assert ours.trajectory + 1 == theirs["trajectory"] and ours.perturbation == theirs["amplitude"]
        for name in ("noise", "mean_r2", "sd_r2", "path_rmse"):
            assert ours[name] == theirs[name]
    assert len(result.robustness()) == 1 and result.robustness(threads=1)[0] == result.robustness(threads=2)[0]
    with pytest.raises(rheobase.InputError, match="noise"):
        result.robustness(noise=[-1])


def test_templates_are_those_of_the_command_line(program):
    expected = json.loads(program("network", "templates", "--json"))["templates"]
    found = networks.templates()
    assert list(found) == [one["name"] for one in expected]
    for one in expected:
        ours = found[one["name"]]
        assert ours.source == one["citation"] and ours.spikes == one["spikes"]
        for kind in ("parameters", "variables", "inputs", "outputs"):
            assert getattr(ours, kind) == one[kind]
        assert one["name"] in repr(ours)


def test_imported_templates_are_those_of_the_command_line(program, tmp_path):
    (tmp_path / "cells.yaml").write_text(TEMPLATES)
    options = ["--size", "3", "--step", "0.5", "--templates", "leaky"]
    program("network", "import", tmp_path / "cells.yaml", *options, "-o", tmp_path / "theirs.toml")
    made = networks.import_templates(tmp_path / "cells.yaml", tmp_path / "ours.toml", templates="leaky", size=3, step=0.5)
    lines = [path.read_text().splitlines()[1:] for path in (tmp_path / "ours.toml", tmp_path / "theirs.toml")]
    assert lines[0] == lines[1] and made.imported == ["leaky"]
    network = networks.Network.load(made.path)
    assert network.populations == {"leaky": 3} and network.step == 0.5
    timed = networks.import_templates(tmp_path / "cells.yaml", tmp_path / "timed.toml", templates="leaky", time_unit="ms")
    assert networks.Network.load(timed.path).time_unit == "ms"
    whole = networks.import_templates(tmp_path / "cells.yaml", tmp_path / "all.toml")
    assert whole.imported == ["leaky"] and len(whole.left_out) == 1 and "late" in whole.left_out[0]
    with pytest.raises(rheobase.InputError, match="size"):
        networks.import_templates(tmp_path / "cells.yaml", tmp_path / "no.toml", size=0)
    assert not (tmp_path / "no.toml").exists()


def test_colours_are_those_of_the_page():
    style = (SOURCE / "apps/report/page/style.css").read_text()
    colours = _engine.palette()
    for name, variable in (("E", "type-e"), ("I", "type-i"), ("SOM", "type-som"), ("mixed", "type-mixed")):
        assert f"--{variable}: {colours[name].lower()};" in style
