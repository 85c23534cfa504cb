# rheobase_simd_kernels(TARGET file.kernel.cpp ...)
#
# Compiles each kernel file once per instruction set with RHEOBASE_SIMD set to the name of the
# namespace its functions live in (portable, avx2, avx512). Which one runs is decided at run time
# by core/dispatch.hpp. Kernel files include nothing but core/simd headers, so that no inline
# function of another library is ever emitted with instructions the CPU may not have.
function(rheobase_simd_kernels target)
  set(variants portable)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    list(APPEND variants avx2 avx512)
  endif()
  # Scheduling before registers are given out hides the latency of long chains: noise takes 10 % less.
  # Inner loops are a few instructions long: one that straddles two cache lines of code takes 10 % longer.
  set(flags_common -O3 -Wno-psabi -falign-loops=64)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND flags_common -fschedule-insns -fsched-pressure)
  endif()
  set(flags_portable "")
  set(flags_avx2 -mavx2 -mfma)
  # GCC 12 warns of its own intrinsics header (bug 105593): undefined pass-through operands.
  set(flags_avx512 -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl
                   -mprefer-vector-width=512 -Wno-maybe-uninitialized -Wno-uninitialized)
  foreach(file IN LISTS ARGN)
    get_filename_component(stem "${file}" NAME_WE)
    file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
    foreach(variant IN LISTS variants)
      set(wrapper "${CMAKE_CURRENT_BINARY_DIR}/${stem}.${variant}.cpp")
      file(CONFIGURE OUTPUT "${wrapper}"
           CONTENT "#define RHEOBASE_SIMD ${variant}\n#include \"${folder}/${file}\"\n")
      target_sources(${target} PRIVATE "${wrapper}")
      set_source_files_properties(
        "${wrapper}" TARGET_DIRECTORY ${target} PROPERTIES COMPILE_OPTIONS
                                                           "${flags_common};${flags_${variant}}")
    endforeach()
    set_property(SOURCE ${file} TARGET_DIRECTORY ${target} PROPERTY HEADER_FILE_ONLY ON)
    target_sources(${target} PRIVATE ${file})
  endforeach()
endfunction()
