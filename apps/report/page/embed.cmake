# Run by page.cmake: writes the files of the page as string literals.
# PAGE: this folder; CHARTS: bundled script, or empty; LIBRARY: folder of the chart library, or empty.
set(delimiter "rheobase")

function(literal out path)
  set(text "")
  if(path)
    file(READ "${path}" text)
    string(FIND "${text}" ")${delimiter}\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${path} holds the delimiter of the literal")
    endif()
  endif()
  set(${out} "R\"${delimiter}(${text})${delimiter}\"" PARENT_SCOPE)
endfunction()

literal(page "${PAGE}/template.html")
literal(style "${PAGE}/style.css")
literal(copy "${PAGE}/copy.js")
literal(still "${PAGE}/still.js")
literal(charts "${CHARTS}")
if(LIBRARY)
  literal(library_style "${LIBRARY}/dist/uPlot.min.css")
  literal(library_licence "${LIBRARY}/LICENSE")
else()
  literal(library_style "")
  literal(library_licence "")
endif()

file(WRITE "${OUTPUT}" "// Generated from apps/report/page: do not edit.
#include \"apps/report/internal/html_assets.hpp\"

namespace rheobase::report {

const PageAssets& page_assets() {
  static constexpr PageAssets assets{
      .page = ${page},
      .style = ${style},
      .copy = ${copy},
      .still = ${still},
      .charts = ${charts},
      .library_style = ${library_style},
      .library_licence = ${library_licence}};
  return assets;
}

}  // namespace rheobase::report
")
