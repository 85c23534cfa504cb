"""Docstrings, stubs, and the pages and examples as they stand."""

import ast
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import rheobase
from rheobase import _engine, force, innate

from conftest import SOURCE

PACKAGE = pathlib.Path(rheobase.__file__).parent


def public_objects():
    """Every public function, class, method and property of the package, by name."""
    found = {}

    def visit(name, thing):
        if name in found:
            return
        found[name] = thing
        if inspect.isclass(thing):
            for key, member in vars(thing).items():
                documented = isinstance(member, (property, classmethod, staticmethod)) or inspect.isfunction(member)
                if not key.startswith("_") and documented:
                    found[f"{name}.{key}"] = getattr(member, "__func__", member)

    for path in sorted(PACKAGE.glob("[a-z]*.py")):
        module = sys.modules.get(f"rheobase.{path.stem}") or __import__(f"rheobase.{path.stem}", fromlist=["x"])
        for key, thing in vars(module).items():
            own = getattr(thing, "__module__", "") == module.__name__
            if not key.startswith("_") and own and (inspect.isclass(thing) or inspect.isfunction(thing)):
                visit(f"{path.stem}.{key}", thing)
    return found


OBJECTS = public_objects()


def test_the_list_of_objects_is_not_empty():
    assert {"training.train", "models.RateModel.run", "plot.raster", "analysis.pca"} <= set(OBJECTS)


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_everything_public_is_documented_and_typed(name):
    thing = OBJECTS[name]
    doc = inspect.getdoc(thing)
    assert doc and len(doc) > 10, "no docstring"
    if isinstance(thing, property):
        assert "return" in thing.fget.__annotations__, "no type"
        return
    if not inspect.isfunction(thing):
        return
    parameters = [p for p in inspect.signature(thing).parameters if p not in ("self", "cls")]
    annotations = thing.__annotations__
    assert "return" in annotations, "no type of what it returns"
    assert set(parameters) <= set(annotations), "an argument without a type"
    for parameter in parameters:
        if parameter != "options":
            assert re.search(rf"\b{parameter}\b", doc), f"{parameter} is not described"


@pytest.mark.parametrize("function", ["train", "convert", "compare", "evaluate", "simulate"])
def test_every_option_stands_in_the_docstring(function):
    doc = getattr(rheobase, function).__doc__
    assert "{options}" not in doc and not re.search(r"--[a-z]", doc)
    for option in _engine.option_table(function):
        assert re.search(rf"^{option['keyword']} :", doc, re.M), option["keyword"]
    for section in ("Parameters", "Returns", "Raises", "Notes"):
        assert re.search(rf"^{section}$\n^-+$", doc, re.M), section


def test_defaults_are_told_as_they_are():
    for function in (rheobase.train, innate.timing, innate.words):
        assert re.search(r"^threads : int, default 0$", function.__doc__, re.M), function
    trials = dict(response=[1, 2, 1, 2], sample=[0.1] * 4, delay=[0.2] * 4, cue=[0.4] * 4,
                  edges=[k / 100 for k in range(51)], smoothing=11)
    times = [k / 20 for k in range(1, 10)]
    unit = {"spike_times": times * 4, "spike_trials": [k for k in range(4) for _ in times], "spike_width": 0.6,
            "trials": (0, 3)}
    other = {**unit, "spike_times": [t**2 for t in times] * 4}
    told = [re.search(r"^trial_range : .*, default '(\w+)'$", one.__doc__, re.M)[1]
            for one in (force.Session, force.read_session)]
    assert told == ["exact", "published"]
    shown = [repr(force.Session([unit, other], **trials, **given).delay_mean)
             for given in ({}, {"trial_range": "exact"}, {"trial_range": "published"})]
    assert shown[0] == shown[1] != shown[2]


def test_the_stub_of_the_engine_names_all_of_it():
    tree = ast.parse((PACKAGE / "_engine.pyi").read_text())
    names = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names[node.name] = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            names[node.name] = set()
        elif isinstance(node, ast.AnnAssign):
            names[node.target.id] = set()
    for name, thing in vars(_engine).items():
        if name.startswith("__"):
            continue
        assert name in names, f"{name} is not in _engine.pyi"
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            members = {key for key in vars(thing) if not key.startswith("_")}
            assert members == names[name] - {"__init__"}, name
            assert thing.__doc__
    assert not {name for name in names if not hasattr(_engine, name)}
    assert (PACKAGE / "py.typed").exists()


def blocks(page):
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.M | re.S)


def test_the_page_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scope = {"__name__": "__main__", "models": SOURCE / "data/models"}
    for block in blocks(SOURCE / "docs/python.md"):
        exec(compile(block, "docs/python.md", "exec"), scope)
    assert scope["held"].trained and scope["held_lif"].reached  # a task of Python's own is learnt, with spikes too
    assert scope["held_lif"].spiking.copies == 1
    assert {path.name for path in tmp_path.iterdir()} >= {"page.html", "model.mat", "model.nir"}


def test_the_networks_of_the_front_page_are_one(tmp_path, monkeypatch):
    """The example in Python is that of the file, bit for bit, and as long as it says."""
    monkeypatch.chdir(tmp_path)
    page = SOURCE / "README.md"
    (file,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text(), re.M | re.S)
    (tmp_path / "net.toml").write_text(file)
    (example,) = [block for block in blocks(page) if "rheobase.network" in block]
    scope = {}
    exec(compile(example, "README.md", "exec"), scope)
    voltages = scope["run"]["rnn.v"]
    assert voltages.shape == (100, 10000)
    assert (voltages == scope["Network"].load(tmp_path / "net.toml").run()["rnn.v"]).all()
    assert voltages[:, 0].tolist() == [0.0] * 100 and abs(voltages[:, -1]).max() > 10.0


def test_the_front_page_reads_a_run(lif, tmp_path, monkeypatch):
    pytest.importorskip("scipy.io")
    monkeypatch.chdir(tmp_path)
    run = rheobase.simulate(lif, condition="go")
    run.save("run.mat")
    (example,) = [block for block in blocks(SOURCE / "README.md") if "run.mat" in block]
    scope = {}
    exec(compile(example, "README.md", "exec"), scope)
    assert scope["units"].min() >= 1 and len(scope["times"]) == len(scope["units"]) == run.spike_count.sum()
    time, output = scope["readout"]
    assert time.shape == output.shape and time[0] > 0


def test_the_page_says_what_stands_for_every_command():
    commands = re.findall(r"^## rheobase (.+)$", (SOURCE / "docs/command-line.md").read_text(), re.M)
    groups = {one.split()[0] for one in commands if " " in one}
    table = (SOURCE / "docs/python.md").read_text().split("## Every command")[1].split("\n## ")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([a-z ]+)`", row.split("|")[1] if "|" in row else "")}
    assert set(commands) - groups == named


@pytest.mark.parametrize("example", sorted((SOURCE / "python/examples").glob("*.py")), ids=lambda p: p.stem)
def test_an_example_runs(example, tmp_path):
    run = subprocess.run([sys.executable, example, "--quick"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert list(tmp_path.glob("*.png")), run.stdout
