# RHEOBASE_PYTHON: whether the Python module is built. On by default where Python's headers, NumPy
# and pybind11 are found; the configuration says which are missing.
#
# Debian's python3, for which its packages are, goes before others that may be on the PATH; -DPython_EXECUTABLE
# names another.
if(NOT Python_EXECUTABLE AND EXISTS /usr/lib/python3/dist-packages/numpy)
  set(Python_EXECUTABLE /usr/bin/python3)
endif()
find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Module)
set(PYBIND11_NOPYTHON ON)  # Python is found here
find_package(pybind11 2.10 QUIET)

set(missing "")
if(NOT Python_Development.Module_FOUND)
  list(APPEND missing "Python's headers (python3-dev)")
endif()
set(without_numpy 1)
if(Python_Interpreter_FOUND)
  execute_process(COMMAND "${Python_EXECUTABLE}" -c "import numpy" RESULT_VARIABLE without_numpy
                  OUTPUT_QUIET ERROR_QUIET)
endif()
if(without_numpy)
  list(APPEND missing "NumPy (python3-numpy)")
endif()
if(NOT pybind11_FOUND)
  list(APPEND missing "pybind11 (pybind11-dev)")
endif()
list(JOIN missing ", " missing_text)

set(default ON)
if(missing)
  set(default OFF)
endif()
option(RHEOBASE_PYTHON "Build the Python module" ${default})
if(RHEOBASE_PYTHON AND missing)
  message(FATAL_ERROR "RHEOBASE_PYTHON is on, but missing: ${missing_text}")
elseif(RHEOBASE_PYTHON)
  message(STATUS "Python module: for ${Python_EXECUTABLE} ${Python_VERSION}")
elseif(missing)
  message(STATUS "No Python module: missing ${missing_text}")
else()
  message(STATUS "No Python module: RHEOBASE_PYTHON is off")
endif()

if(RHEOBASE_PYTHON AND NOT TARGET pybind11::module)
  add_library(pybind11::module INTERFACE IMPORTED)
  target_include_directories(pybind11::module SYSTEM INTERFACE "${pybind11_INCLUDE_DIRS}")
endif()
set(RHEOBASE_PYTHON_SUFFIX "")
if(RHEOBASE_PYTHON)
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -c
            "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))"
    OUTPUT_VARIABLE RHEOBASE_PYTHON_SUFFIX OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  # Where Python looks: Debian's python3 into lib/python3.11/dist-packages of /usr/local, for what is
  # installed by hand, and into lib/python3/dist-packages of /usr. PythonFolder.cmake.in takes the one
  # below the prefix.
  execute_process(COMMAND "${Python_EXECUTABLE}" -c "import site; print(';'.join(site.getsitepackages()))"
                  OUTPUT_VARIABLE RHEOBASE_PYTHON_SITES OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
endif()
