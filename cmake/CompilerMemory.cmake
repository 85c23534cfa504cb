# g++ begins to collect garbage at 128 MB, and spends a tenth of its time on it; here at a quarter of
# a processor's share of the memory. What it writes stays the same.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  cmake_host_system_information(RESULT memory_mb QUERY TOTAL_PHYSICAL_MEMORY)
  cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
  math(EXPR heap_kb "${memory_mb} * 1024 / (4 * ${processors})")
  if(heap_kb GREATER 2097152)
    set(heap_kb 2097152)
  endif()
  if(heap_kb GREATER 131072)
    add_compile_options(--param=ggc-min-heapsize=${heap_kb})
  endif()
endif()
