#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "apps/report/html_data.hpp"
#include "apps/report/internal/html_figure_script.hpp"
#include "apps/report/palette.hpp"

namespace rheobase::report {

inline constexpr std::array kConditionColours{"#D88A00", "#2F9FE0", "#00966C", "#B3589A",
                                              "#666666"};
inline constexpr const char* kTargetColour = "#8D949C";
inline constexpr double kFigureWidthMm = 180.0;  ///< two columns of a journal
inline constexpr double kColumnWidthMm = 85.0;   ///< one column

/// What a figure function needs to begin its script.
struct FigureTarget {
  std::filesystem::path folder;
  FigureFormat format = FigureFormat::svg;
  std::string image;
};

// One function a figure of the page; each returns the script. They expect that there are data.
std::string outputs_figure(const ReportData& data, const FigureTarget& target);
std::string trial_figure(const ReportData& data, const FigureTarget& target);
std::string rates_figure(const ReportData& data, const FigureTarget& target);
std::string units_figure(const ReportData& data, const FigureTarget& target);
std::string distribution_figure(const ReportData& data, const FigureTarget& target);
std::string tau_figure(const ReportData& data, const FigureTarget& target);
std::string trajectories_figure(const ReportData& data, const FigureTarget& target);
std::string curve_figure(const ReportData& data, const FigureTarget& target);
std::string scaling_figure(const ReportData& data, const FigureTarget& target);
std::string loss_figure(const ReportData& data, const FigureTarget& target);
std::string accuracy_figure(const ReportData& data, const FigureTarget& target);
std::string weights_figure(const ReportData& data, const FigureTarget& target);
std::string spectrum_figure(const ReportData& data, const FigureTarget& target);

}  // namespace rheobase::report
