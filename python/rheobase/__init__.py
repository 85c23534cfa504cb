"""Rate networks, their spiking twins, and what both do.

A rate network is trained on a task (or brought from elsewhere), turned one to one into a network of
leaky integrate-and-fire units, and both are seen to do the same:

>>> import rheobase
>>> task = rheobase.Task("go-nogo")
>>> model = rheobase.train(task, units=200, seed=1).model
>>> lif = rheobase.convert(model, task)
>>> rheobase.compare(lif, task, trials=100).report("page.html")

The engine is that of the command line: the same seed and options give the same bits.
docs/python.md is a tour.

Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019).
"""

from . import analysis, attractor, force, innate, motif, network, plot
from ._engine import Error, InputError
from ._engine import version as __version__
from .comparison import Comparison, compare
from .conversion import SpikingModel, convert
from .evaluation import Evaluation, evaluate
from .files import export, load, load_comparison, load_run
from .models import RateModel, RateRun
from .perturbation import Perturbation, perturb
from .simulation import Run, Runs, simulate
from .tasks import Task, Trial
from .torch import from_torch
from .training import TrainingResult, train

__all__ = [
    "Comparison",
    "Error",
    "Evaluation",
    "InputError",
    "Perturbation",
    "RateModel",
    "RateRun",
    "Run",
    "Runs",
    "SpikingModel",
    "Task",
    "TrainingResult",
    "Trial",
    "analysis",
    "attractor",
    "compare",
    "convert",
    "evaluate",
    "export",
    "force",
    "from_torch",
    "innate",
    "load",
    "load_comparison",
    "load_run",
    "motif",
    "network",
    "perturb",
    "plot",
    "simulate",
    "train",
]
