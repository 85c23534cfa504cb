"""Builds the extension with CMake; all else is in pyproject.toml."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parent.parent


def version():
    found = re.search(r"VERSION (\d+\.\d+\.\d+)", (ROOT / "CMakeLists.txt").read_text())
    return found.group(1)


class BuildEngine(build_ext):
    """Copies the engine that RHEOBASE_ENGINE names, or builds it."""

    def build_extension(self, extension):
        target = pathlib.Path(self.get_ext_fullpath(extension.name)).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.environ.get("RHEOBASE_ENGINE") or self.build_engine(), target)

    def build_engine(self):
        folder = ROOT / "build" / "wheel"
        subprocess.run(
            ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=10", "-DRHEOBASE_BUILD_TESTS=OFF",
             "-DRHEOBASE_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}"],
            check=True,
        )
        subprocess.run(["cmake", "--build", folder, "--target", "rheobase_python"], check=True)
        return folder / "python" / "rheobase" / ("_engine" + sysconfig.get_config_var("EXT_SUFFIX"))


setup(
    version=version(),
    ext_modules=[Extension("rheobase._engine", [])],
    cmdclass={"build_ext": BuildEngine},
)
