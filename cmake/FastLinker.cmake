# mold or lld where one is installed: linking the tests takes a fraction of the time. GCC knows mold
# from version 12.1 on.
option(RHEOBASE_FAST_LINKER "Link with mold or lld where one is installed" ON)
if(RHEOBASE_FAST_LINKER AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  find_program(RHEOBASE_MOLD mold)
  find_program(RHEOBASE_LLD ld.lld)
  if(RHEOBASE_MOLD AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)
    add_link_options(-fuse-ld=mold)
  elseif(RHEOBASE_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
  mark_as_advanced(RHEOBASE_MOLD RHEOBASE_LLD)
endif()
