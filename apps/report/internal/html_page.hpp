#pragma once

#include <functional>
#include <string>

#include "apps/report/html_data.hpp"
#include "apps/report/internal/html_assets.hpp"
#include "apps/report/internal/html_json.hpp"

namespace rheobase::report {

/// Draws the figure with this id (PageFigure::id) as SVG; empty text: it cannot be drawn.
using FigureDrawer = std::function<std::string(const std::string& id)>;

/// The page as one HTML text, without references to anything outside it.
/// @param draw  used when assets.charts is empty: the page then holds static figures and says so
std::string report_page(const ReportData& data, const PageAssets& assets, const FigureDrawer& draw,
                        const PageLimits& limits = {});

}  // namespace rheobase::report
