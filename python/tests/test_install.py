"""A wheel in a fresh virtual environment, and what cmake --install leaves."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import MODEL, SOURCE

SCRIPT = (
    "import rheobase, numpy; lif = rheobase.load({model!r}); "
    "run = rheobase.simulate(lif, numpy.zeros((1, 20))); print(rheobase.__file__); "
    "assert run.duration_ms == 95 and rheobase.__version__"
)


def clean_environment(**more):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return {**environment, **more}


def pip():
    """pip from its wheel, as Debian has it: a new one a test would take seconds."""
    wheels = sorted(pathlib.Path("/usr/share/python-wheels").glob("pip-*.whl"))
    return [wheels[-1] / "pip"] if wheels else ["-m", "pip"]


def imported_from(python, folder, environment):
    run = subprocess.run([python, "-c", SCRIPT.format(model=str(MODEL))], cwd=folder, env=environment,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return pathlib.Path(run.stdout.strip())


def test_a_wheel_works_in_a_fresh_environment_and_another_folder(tmp_path):
    pytest.importorskip("build")
    engine = os.environ.get("RHEOBASE_ENGINE")
    if not engine:
        pytest.skip("RHEOBASE_ENGINE names no built extension")
    source = tmp_path / "source"
    shutil.copytree(SOURCE / "python", source / "python", ignore=shutil.ignore_patterns("__pycache__", "build", "dist"))
    shutil.copy(SOURCE / "CMakeLists.txt", source)
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation"], cwd=source / "python",
                   env=clean_environment(RHEOBASE_ENGINE=engine), check=True, capture_output=True)
    (wheel,) = (source / "python/dist").glob("*.whl")
    assert "none-any" not in wheel.name
    python = tmp_path / "venv/bin/python"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", tmp_path / "venv"],
                   check=True)
    subprocess.run([python, *pip(), "install", "--quiet", "--no-index", "--no-deps", wheel], check=True,
                   env=clean_environment())
    (tmp_path / "elsewhere").mkdir()
    place = imported_from(python, tmp_path / "elsewhere", clean_environment())
    assert place.is_relative_to(tmp_path / "venv")
    assert (place.parent / "_engine.pyi").exists() and (place.parent / "py.typed").exists()


def test_cmake_install_puts_the_package_where_python_finds_it(tmp_path):
    folder = os.environ.get("RHEOBASE_BUILD")
    if not folder:
        pytest.skip("RHEOBASE_BUILD names no build folder")
    subprocess.run(["cmake", "--install", folder, "--component", "python", "--prefix", tmp_path / "usr"],
                   check=True, capture_output=True)
    (package,) = (tmp_path / "usr").glob("lib/python3*/*-packages/rheobase")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert package.parent.parent.name in (version, "python3")
    place = imported_from(sys.executable, tmp_path, clean_environment(PYTHONPATH=str(package.parent)))
    assert place.parent == package
