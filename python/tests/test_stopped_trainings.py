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


QUICK = dict(units=6, trials=64, batch=8, evaluate_every=16, evaluation_trials=4, seed=2)


def stopped_training(task, checkpoint):
    with pytest.raises(Enough):
        rheobase.train(task, progress=stop, checkpoint=checkpoint, **QUICK)
    return checkpoint


def test_a_training_goes_on_with_the_task_of_its_checkpoint(tmp_path):
    long = rheobase.Task("timing", interval=800)
    whole = rheobase.train(long, **QUICK).model
    checkpoint = stopped_training(long, tmp_path / "c.mat")
    for other, found in ((rheobase.Task("timing"), 500), (rheobase.Task("timing", interval=900), 900)):
        with pytest.raises(rheobase.InputError, match="that of the checkpoint") as caught:
            rheobase.train(other, resume=checkpoint)
        assert (caught.value.argument, caught.value.found) == ("interval", str(found))
    with pytest.raises(rheobase.InputError, match="balanced.*found 1; must be 0"):
        rheobase.train(rheobase.Task("timing", interval=800, balanced=1), resume=checkpoint)
    with pytest.raises(rheobase.InputError, match="must be timing, that of the checkpoint"):
        rheobase.train("xor", resume=checkpoint)
    kept = checkpoint.read_bytes()
    for same in ("timing", rheobase.Task("timing", interval=800)):
        checkpoint.write_bytes(kept)
        resumed = rheobase.train(same, resume=checkpoint).model
        np.testing.assert_array_equal(resumed.w, whole.w)
        assert rheobase.conversion.task_of(resumed, None).parameters == {"interval": 800}
        assert "seed=2" in resumed.command and "resume" not in resumed.command


def test_a_training_goes_on_with_the_trials_of_its_checkpoint(tmp_path):
    io = pytest.importorskip("scipy.io")
    u, z = np.random.default_rng(1).normal(size=(1, 20, 20)), np.ones((1, 20, 20))
    for name, inputs in (("t.mat", u), ("other.mat", -u)):
        io.savemat(tmp_path / name, {"u": inputs, "z": z})
    from_file, from_trials = rheobase.Task.from_file, rheobase.Task.from_trials
    whole = rheobase.train(from_file(tmp_path / "t.mat"), **QUICK).model
    checkpoint = stopped_training(from_file(tmp_path / "t.mat"), tmp_path / "c.mat")
    for other, argument, words in (
        (from_file(tmp_path / "other.mat"), "task", "must hold the trials that the checkpoint was made with"),
        (from_file(tmp_path / "t.mat", test_fraction=0.5), "test_fraction", "found 0.5; must be 0.2"),
        (from_file(tmp_path / "t.mat", rms_limit=0.1), "rms_limit", "found 0.1; must be 0.3"),
        (from_trials(u[:, :, :10], z[:, :, :10]), "task", "found 8 training trials and 2 held out"),
    ):
        with pytest.raises(rheobase.InputError, match=words) as caught:
            rheobase.train(other, resume=checkpoint)
        assert caught.value.argument == argument
    resumed = rheobase.train(from_file(tmp_path / "t.mat"), resume=checkpoint).model
    np.testing.assert_array_equal(resumed.w, whole.w)


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
