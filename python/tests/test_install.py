"""A wheel in a fresh virtual environment, and what cmake --install leaves."""

import os
import pathlib
import re
import shutil
import site
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


def installed(prefix, **more):
    """The package that cmake --install leaves of the build, and what it says on standard error."""
    folder = os.environ.get("RHEOBASE_BUILD")
    if not folder:
        pytest.skip("RHEOBASE_BUILD names no build folder")
    run = subprocess.run(["cmake", "--install", folder, "--component", "python", "--prefix", prefix], check=True,
                         capture_output=True, text=True, env=clean_environment(**more))
    (package,) = pathlib.Path(f"{more.get('DESTDIR', '')}{prefix}").glob("**/rheobase/__init__.py")
    return package.parent, run.stderr


def test_cmake_install_puts_the_package_where_python_finds_it(tmp_path):
    local = clean_environment(PYTHONUSERBASE=str(tmp_path / "local"))
    package, said = installed(tmp_path / "local", PYTHONUSERBASE=local["PYTHONUSERBASE"])
    if not site.ENABLE_USER_SITE:
        pytest.skip("this Python does not look into the user's folder")
    assert imported_from(sys.executable, tmp_path, local).parent == package
    assert "PYTHONPATH" not in said


def test_cmake_install_says_what_python_needs_to_find_the_package(tmp_path):
    package, said = installed(tmp_path / "elsewhere")
    assert package.parent.name == "site-packages"
    (needed,) = re.findall(r'export PYTHONPATH="(.*)\$\{PYTHONPATH', said)
    assert imported_from(sys.executable, tmp_path, clean_environment(PYTHONPATH=needed)).parent == package


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local"])
def test_a_staged_package_goes_where_python_looks_below_its_prefix(tmp_path, prefix):
    looked_into = [pathlib.Path(one) for one in site.getsitepackages()]
    below = [one for one in looked_into if one.is_relative_to(prefix) and one.relative_to(prefix).parts[0].startswith("lib")]
    if not below:
        pytest.skip(f"this Python looks for packages nowhere in {prefix}/lib")
    package, said = installed(prefix, DESTDIR=str(tmp_path))
    assert package.parent == tmp_path / below[0].relative_to("/")
    assert "PYTHONPATH" not in said


@pytest.mark.parametrize(("given", "expected"), [("own/prefix", "{start}/own/prefix"), ("/opt/rheobase", "/opt/rheobase")])
def test_the_prefix_of_the_script_is_one_from_where_it_was_started(tmp_path, given, expected):
    tree, start, programs = tmp_path / "tree", tmp_path / "start", tmp_path / "programs"
    for folder in (tree / "scripts", start, programs):
        folder.mkdir(parents=True)
    shutil.copy(SOURCE / "scripts/install.sh", tree / "scripts")
    for name, text in ((tree / "scripts/install_dependencies.sh", ""), (tree / "scripts/install_page.sh", ""),
                       (programs / "cmake", f'mkdir -p build/install\necho "$@" >> {tmp_path}/calls\n')):
        name.write_text("#!/bin/sh\n" + text)
        name.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", tree / "scripts/install.sh", given], cwd=start, check=True, capture_output=True,
                   env={**os.environ, "PATH": path})
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[-1] == f"--install build/install --prefix {expected.format(start=start)}"
