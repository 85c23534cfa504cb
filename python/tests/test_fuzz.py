"""Every public function with arguments that are nearly right, random or nonsense (fuzz.py)."""

import warnings

import numpy as np

import fuzz

from conftest import MODEL
from test_docs import OBJECTS

# What draws, shows or describes without the engine; Network.load and to_neo have tests of their own.
WITHOUT = ("plot.", "neo.", "class_task.TaskClass", "class_task.ClassAdapter")

# Given files that are others or not there: what they read is fuzzed by the readers' own tests.
NEVER = {"tasks.Task.from_file", "network.Network.load", "network_templates.import_templates", "motif.resume",
         "force_sessions.read_session", "force_sessions.read_targets", "class task"}


def test_nothing_that_is_given_breaks_a_function(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(11)
    table = fuzz.cases(tmp_path, MODEL, rng)
    functions = {name for name, thing in OBJECTS.items()
                 if callable(thing) and not isinstance(thing, type) and not name.startswith(WITHOUT)}
    assert functions <= set(table), sorted(functions - set(table))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in set(table) - NEVER:  # a case that is refused as it stands tries nothing
            table[name].call(*table[name].positional, **table[name].named)
    done, refused = fuzz.fuzz(table, rng, calls=6)
    assert done == 6 and 200 < sum(refused.values()) < 6 * len(table)
