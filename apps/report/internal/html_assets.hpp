#pragma once

#include <string_view>

namespace rheobase::report {

/// The parts of the page that are embedded when the program is built (report/page).
struct PageAssets {
  std::string_view page;    ///< HTML with {{placeholders}}
  std::string_view style;   ///< CSS
  std::string_view copy;    ///< script of the copy button
  std::string_view still;   ///< script of a page without charts: its colours, and its printing
  std::string_view charts;  ///< bundled scripts with the chart library; empty: not installed
  std::string_view library_style;
  std::string_view library_licence;
};

/// What was embedded; `charts` is empty when the library was not there at build time.
const PageAssets& page_assets();

}  // namespace rheobase::report
