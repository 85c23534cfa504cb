# rheobase_module(NAME [WARM] [SOURCES a.cpp ...] [LINK public targets]
#                 [PRIVATE_LINK private targets] [BATCH files])
#
# One static library a module, alias rheobase::NAME. Headers are included from the root of the
# project ("rate/learning/train.hpp"), in the build tree as in an installed package. Sub-folders add
# their files with rheobase_sources. WARM: nothing in it is hot.
function(rheobase_module name)
  cmake_parse_arguments(ARG "WARM" "BATCH" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  set(target rheobase_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  if(ARG_BATCH)
    set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE ${ARG_BATCH})
  endif()
  add_library(rheobase::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  if(ARG_WARM)
    rheobase_optimise(${target} warm)
  else()
    rheobase_optimise(${target} hot)
  endif()
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(
    ${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/rheobase>)
  target_link_libraries(${target} PUBLIC ${ARG_LINK})
  foreach(library IN LISTS ARG_PRIVATE_LINK)
    target_link_libraries(${target} PRIVATE ${library})
  endforeach()
  target_link_libraries(${target} PRIVATE fmt::fmt $<BUILD_INTERFACE:rheobase_private_flags>)
  set_property(GLOBAL APPEND PROPERTY RHEOBASE_MODULES ${target})
endfunction()

# rheobase_sources(MODULE a.cpp ...): files of the current folder for a module.
function(rheobase_sources module)
  target_sources(rheobase_${module} PRIVATE ${ARGN})
endfunction()
