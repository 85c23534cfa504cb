"""Trainings of the other systems that are stopped and go on, here or on the command line."""

import time

import numpy as np
import pytest

import rheobase
from rheobase import force, innate, motif

from conftest import SOURCE
from interrupts import interrupt, least_lateness


class Enough(Exception):
    """Raised by a progress function: stops as Ctrl-C does."""


def stop(fraction, status):
    """At the first report."""
    raise Enough


@pytest.fixture(scope="module")
def targets():
    return motif.targets(count=2, samples=150, longest_interval=100)


@pytest.fixture(scope="module")
def network():
    return motif.prepare(architecture="additive", units=60, seed=2)


def test_force_training_goes_on_bit_for_bit(tmp_path, program):
    targets = SOURCE / "tests/data/rls/targets_plain.mat"
    options = dict(iterations=5, threshold=1.0, seed=4)
    whole = force.train(targets, **options)
    checkpoint = tmp_path / "c.mat"
    with pytest.raises(Enough):
        force.train(targets, progress=stop, checkpoint=checkpoint, **options)
    stopped = force.load(checkpoint)
    assert 1 <= len(stopped.pvar) < 5 and (stopped.pvar == whole.pvar[:len(stopped.pvar)]).all()
    program("force", "train", "--resume", checkpoint, "-o", tmp_path / "by_program.mat")
    resumed = force.train(resume=checkpoint)
    for one in (resumed, force.load(tmp_path / "by_program.mat")):
        np.testing.assert_array_equal(one.model.w, whole.model.w)
        np.testing.assert_array_equal(one.pvar, whole.pvar)
    longer = force.train(resume=checkpoint, iterations=6)
    assert len(longer.pvar) == 6 and (longer.pvar[:5] == whole.pvar).all()
    resumed.save(tmp_path / "done.mat")
    with pytest.raises(rheobase.InputError, match="learner_state"):
        force.train(resume=tmp_path / "done.mat")
    with pytest.raises(rheobase.InputError, match="targets"):
        force.train([np.eye(3), np.eye(3)], resume=checkpoint)


def test_force_training_goes_on_from_the_iteration_before(tmp_path):
    """Ctrl-C within an iteration, whose changes of weights and P are given up."""
    rng = np.random.default_rng(5)
    rates = [np.cumsum(rng.normal(size=(100, 1500)), axis=1) for _ in range(2)]
    options = dict(iterations=6, threshold=1.0, sample_step=20, delay_step=200, cue_step=1400)
    start = time.monotonic()
    whole = force.train(rates, **options)
    seconds = time.monotonic() - start
    checkpoint = tmp_path / "c.mat"

    def train():
        checkpoint.unlink(missing_ok=True)
        force.train(rates, checkpoint=checkpoint, **options)

    interrupt(train, 0.4 * seconds)
    assert len(force.load(checkpoint).pvar) < 6
    resumed = force.train(resume=checkpoint)
    np.testing.assert_array_equal(resumed.model.w, whole.model.w)
    np.testing.assert_array_equal(resumed.pvar, whole.pvar)


def test_innate_training_goes_on_from_the_trial_before(tmp_path):
    options = dict(units=300, delay=1000, recurrent_trials=6, readout_trials=2, seed=3)
    whole = innate.timing(**options)
    checkpoint = tmp_path / "c.mat"
    with pytest.raises(Enough):
        innate.timing(progress=stop, checkpoint=checkpoint, **options)
    kept = checkpoint.read_bytes()

    def train():
        checkpoint.write_bytes(kept)
        innate.timing(resume=checkpoint)

    interrupt(train, 0.2 * whole.seconds)
    assert 0 < len(innate.load(checkpoint).recurrent_loss) <= 6
    resumed = innate.timing(resume=checkpoint)
    np.testing.assert_array_equal(resumed.model.w, whole.model.w)
    np.testing.assert_array_equal(resumed.model.w_out, whole.model.w_out)
    np.testing.assert_array_equal(resumed.recurrent_loss, whole.recurrent_loss)


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4])
@pytest.mark.parametrize("work", ["train", "innate", "force"])
def test_the_beginning_of_a_training_can_be_stopped(work, seconds):
    """Drawing a network and laying it out in memory, before the first trial."""
    jobs = {
        "train": lambda: rheobase.train("xor", units=2000, trials=100000),
        "innate": lambda: innate.timing(units=2000, delay=1000),
        "force": lambda: force.train(units=1200, iterations=1000, threshold=1),
    }
    assert least_lateness(jobs[work], seconds) < 0.1


def test_motif_training_goes_on_bit_for_bit(tmp_path, program, network, targets):
    options = dict(batches=400, batch=8, seed=5)
    whole = network.train(targets, **options)
    checkpoint = tmp_path / "c.mat"
    with pytest.raises(Enough):
        network.train(targets, progress=stop, checkpoint=checkpoint, **options)
    assert all(len(course) < 40 for course in motif.load(checkpoint).courses.values())
    program("motif", "train", checkpoint, "--resume", "-o", tmp_path / "by_program.mat")
    resumed = motif.resume(checkpoint)
    chain = list(targets)
    for one in (resumed, motif.load(tmp_path / "by_program.mat")):
        np.testing.assert_array_equal(one.chain(chain).output, whole.chain(chain).output)
        for name in targets:
            np.testing.assert_array_equal(one.courses[name], whole.courses[name])
    resumed.save(tmp_path / "done.mat")
    with pytest.raises(rheobase.InputError, match="none that was stopped"):
        motif.resume(tmp_path / "done.mat")


def test_preparation_goes_on_bit_for_bit(tmp_path, program):
    options = dict(units=60, preparation_rank=10, seed=3, batches=80, batch=8)
    whole = motif.prepare(**options)
    checkpoint = tmp_path / "c.mat"
    with pytest.raises(Enough):
        motif.prepare(progress=stop, checkpoint=checkpoint, checkpoint_every=5, **options)
    done = len(motif.load(checkpoint).preparation_losses)
    assert 0 < done < 80
    with pytest.raises(rheobase.InputError, match="batches"):
        motif.resume(checkpoint, batches=1)
    program("motif", "prepare", "--resume", checkpoint, "-o", tmp_path / "by_program.mat")
    for one in (motif.resume(checkpoint), motif.load(tmp_path / "by_program.mat")):
        np.testing.assert_array_equal(one.preparation_losses, whole.preparation_losses)
