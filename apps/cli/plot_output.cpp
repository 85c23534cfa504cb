#include "apps/cli/plot_output.hpp"

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

std::string saved_plot(const std::filesystem::path& plot) {
  return plot.empty() ? "" : "\nfigure  " + visible(plot.string()) + '\n';
}

Json with_plot(Json json, const std::filesystem::path& plot) {
  json["plot"] = plot.empty() ? Json() : Json(plot.string());
  return json;
}

}  // namespace rheobase::cli
