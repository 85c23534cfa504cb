# rheobase_page_source(OUT_VARIABLE)
#
# The parts of the report's page as one C++ source. The interactive charts are in it when
# `npm ci` was run in this folder (scripts/install_dependencies.sh does); without them the
# page holds static figures. Nothing here needs a network.
set(page_folder "${CMAKE_CURRENT_LIST_DIR}")

function(rheobase_page_source out)
  set(modules "${page_folder}/node_modules")
  set(built "${CMAKE_CURRENT_BINARY_DIR}/page")
  file(GLOB scripts CONFIGURE_DEPENDS "${page_folder}/src/*.js"
       "${page_folder}/src/figures/*.js")
  find_program(RHEOBASE_NODE NAMES node nodejs)
  set(inputs "${page_folder}/template.html" "${page_folder}/style.css" "${page_folder}/copy.js"
             "${page_folder}/still.js"
             "${page_folder}/embed.cmake")
  set(charts "")
  set(library "")
  set(node_version "")
  if(RHEOBASE_NODE)
    execute_process(COMMAND "${RHEOBASE_NODE}" --version OUTPUT_VARIABLE node_version
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    string(REGEX REPLACE "^v" "" node_version "${node_version}")
  endif()
  # npm writes .package-lock.json last: a half-finished installation is not used.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${page_folder}/package-lock.json")
  if(node_version VERSION_GREATER_EQUAL 18 AND EXISTS "${modules}/.package-lock.json"
     AND EXISTS "${modules}/uplot/dist/uPlot.esm.js" AND EXISTS "${modules}/esbuild/package.json")
    set(charts "${built}/charts.js")
    set(library "${modules}/uplot")
    add_custom_command(
      OUTPUT "${charts}"
      COMMAND "${RHEOBASE_NODE}" "${page_folder}/bundle.mjs" "${charts}"
      DEPENDS ${scripts} "${page_folder}/bundle.mjs" "${modules}/.package-lock.json"
      COMMENT "Bundling the charts of the report page"
      VERBATIM)
    list(APPEND inputs "${charts}" "${library}/dist/uPlot.min.css" "${library}/LICENSE")
    message(STATUS "Report page: interactive charts")
  else()
    message(STATUS "Report page: static figures (for interactive ones: npm ci in apps/report/page)")
  endif()
  add_custom_command(
    OUTPUT "${built}/html_assets.cpp"
    COMMAND "${CMAKE_COMMAND}" "-DPAGE=${page_folder}" "-DCHARTS=${charts}" "-DLIBRARY=${library}"
            "-DOUTPUT=${built}/html_assets.cpp" -P "${page_folder}/embed.cmake"
    DEPENDS ${inputs}
    COMMENT "Embedding the report page"
    VERBATIM)
  if(charts)
    set(interactive TRUE)
  else()
    set(interactive FALSE)
  endif()
  set(RHEOBASE_PAGE_INTERACTIVE ${interactive} CACHE INTERNAL "Does the report page have charts?")
  set(${out} "${built}/html_assets.cpp" PARENT_SCOPE)
endfunction()
