# rheobase_optimise(TARGET hot|warm|cold)
#
# How hard the compiler works on a target in a release build: hot is what computes (-O3), warm what
# reads, writes and prints (-O1), cold what only calls the rest (-O0).
#
# Unity builds parse the headers of other projects that nearly every file includes once for each of
# the three, a second an object. Builds file by file do not: they show that every file includes
# what it uses.
set(RHEOBASE_OPTIMISATION_hot "")
set(RHEOBASE_OPTIMISATION_warm "-O1")
set(RHEOBASE_OPTIMISATION_cold "-O0")

function(rheobase_set_optimisation target heat)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:${RHEOBASE_OPTIMISATION_${heat}}>)
  # One kind of code everywhere: parsed headers are shared only where flags are the same.
  target_compile_options(${target} PRIVATE -fPIC)
endfunction()

function(rheobase_optimise target heat)
  rheobase_set_optimisation(${target} ${heat})
  if(NOT CMAKE_UNITY_BUILD)
    return()
  endif()
  set(parsed rheobase_parsed_${heat})
  if(NOT TARGET ${parsed})
    set(source "${PROJECT_BINARY_DIR}/generated/${parsed}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "")
    add_library(${parsed} OBJECT "${source}")
    rheobase_set_optimisation(${parsed} ${heat})
    target_link_libraries(${parsed} PRIVATE Eigen3::Eigen fmt::fmt rheobase_private_flags)
    target_precompile_headers(
      ${parsed}
      PRIVATE
      <algorithm>
      <array>
      <cmath>
      <cstdint>
      <filesystem>
      <fstream>
      <functional>
      <limits>
      <map>
      <memory>
      <numeric>
      <optional>
      <set>
      <span>
      <sstream>
      <string>
      <string_view>
      <utility>
      <vector>
      <Eigen/Core>
      <fmt/format.h>)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${parsed})
  # Of its own std::string, parsed this way, GCC 12 warns (its bug 105651).
  target_compile_options(
    ${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-stringop-overflow>")
endfunction()
