#include "apps/report/internal/html_json.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/internal/html_encoding.hpp"
#include "apps/report/internal/html_raster.hpp"
#include "core/counted.hpp"

namespace rheobase::report {

namespace {

constexpr int kSchema = 1;
constexpr double kPopulationBins = 100.0;

/// Builds the JSON; every part of the page is one member function.
class PageWriter {
 public:
  PageWriter(const ReportData& data, const PageLimits& limits) : data_(data), limits_(limits) {}

  PageJson write();

 private:
  Json windows() const;
  Json outputs() const;
  Json trials();
  Json rasters();
  Json unit_rates();
  Json state_space() const;
  Json scaling() const;
  Json rate_curve() const;
  Json training();
  Json weights();
  Json spectrum(const analysis::Spectrum& spectrum) const;
  std::vector<int> shown_units(const char* figure);
  Eigen::MatrixXd grouped(const Eigen::MatrixXd& values, Eigen::Index group) const;
  Json units_matrix(const Eigen::MatrixXd& values, const std::vector<int>& units,
                    Eigen::Index group, double low, double high) const;

  const ReportData& data_;
  const PageLimits& limits_;
  std::vector<std::string> notes_;
};

Json band_json(const OutputBand& band) {
  return {{"mean", rounded_array(band.mean.values)}, {"sd", rounded_array(band.sd, 3)}};
}

Eigen::MatrixXd rows_of(const Eigen::MatrixXd& values, const std::vector<int>& rows) {
  Eigen::MatrixXd chosen(static_cast<Eigen::Index>(rows.size()), values.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    chosen.row(static_cast<Eigen::Index>(i)) = values.row(rows[i]);
  }
  return chosen;
}

/// Means of `group` neighbours; the last group may be smaller.
Eigen::MatrixXd column_means(const Eigen::MatrixXd& values, Eigen::Index group) {
  if (group <= 1) {
    return values;
  }
  const Eigen::Index groups = (values.cols() + group - 1) / group;
  Eigen::MatrixXd means(values.rows(), groups);
  for (Eigen::Index g = 0; g < groups; ++g) {
    const Eigen::Index first = g * group;
    const Eigen::Index size = std::min(group, values.cols() - first);
    means.col(g) = values.middleCols(first, size).rowwise().mean();
  }
  return means;
}

Eigen::Index group_size(Eigen::Index given, Eigen::Index allowed) {
  return std::max<Eigen::Index>(1, (given + allowed - 1) / allowed);
}

Json PageWriter::windows() const {
  Json array = Json::array();
  for (const std::vector<TimeWindow>& windows : data_.stimulus) {
    Json condition = Json::array();
    for (const TimeWindow& window : windows) {
      condition.push_back({window.start_ms, window.end_ms});
    }
    array.push_back(condition);
  }
  return array;
}

Json PageWriter::outputs() const {
  Json array = Json::array();
  for (const ReportOutputs& outputs : data_.outputs) {
    Json fewer = Json::array();
    for (const FewerTrials& step : outputs.fewer) {
      fewer.push_back({step.from_ms, step.trials});
    }
    array.push_back({{"condition", outputs.condition},
                     {"trials", outputs.trials},
                     {"fewer", fewer},
                     {"start", outputs.rate.mean.start_ms},
                     {"step", outputs.rate.mean.step_ms},
                     {"rate", band_json(outputs.rate)},
                     {"spiking", band_json(outputs.spiking)},
                     {"target", rounded_array(outputs.target)},
                     {"output", outputs.output}});
  }
  return array;
}

Json PageWriter::trials() {
  const ReportTrials& trials = data_.trials;
  const Eigen::Index count = std::min(trials.rate.rows(), limits_.trials);
  if (count < trials.rate.rows()) {
    notes_.push_back(fmt::format("Single trials: the first {} of {} are in this page.", count,
                                 trials.rate.rows()));
  }
  const auto first = [count](const auto& values) {
    Json array = Json::array();
    for (Eigen::Index i = 0; i < count; ++i) {
      array.push_back(static_cast<int>(values[static_cast<std::size_t>(i)]));
    }
    return array;
  };
  return {{"start", trials.start_ms},
          {"step", trials.step_ms},
          {"name", std::vector<std::string>(trials.name.begin(), trials.name.begin() + count)},
          {"condition", first(trials.condition)},
          {"rate_correct", first(trials.rate_correct)},
          {"spiking_correct", first(trials.spiking_correct)},
          {"outputs", trials.outputs},
          {"rate", packed(trials.rate.topRows(count), Packing::bits16)},
          {"spiking", packed(trials.spiking.topRows(count), Packing::bits16)},
          {"target", packed(trials.target.topRows(count), Packing::bits16)}};
}

Json PageWriter::rasters() {
  Json array = Json::array();
  if (data_.rasters.empty()) {
    return array;
  }
  const std::size_t budget = limits_.spikes / data_.rasters.size();
  const double bin_ms = std::max(5.0, std::round(data_.duration_ms / kPopulationBins));
  bool thinned = false;
  for (const ReportRaster& raster : data_.rasters) {
    const PageRaster page = page_raster(raster, data_.unit_type, budget);
    thinned = thinned || !page.thinning.empty();
    const Eigen::Map<const Eigen::RowVectorXd> times(
        page.time_ms.data(), static_cast<Eigen::Index>(page.time_ms.size()));
    const Eigen::MatrixXd rate =
        population_rate(raster, data_.unit_type, data_.copies, trial_end_ms(data_, raster), bin_ms);
    Json rates = Json::array();
    for (Eigen::Index type = 0; type < rate.rows(); ++type) {
      rates.push_back(rounded_array(Eigen::VectorXd(rate.row(type).transpose()), 3));
    }
    array.push_back({{"trial", raster.trial},
                     {"spikes", raster.unit.size()},
                     {"thinning", page.thinning},
                     {"unit", page.unit},
                     {"count", page.count},
                     {"time", packed(times, Packing::bits16, 0.0, data_.duration_ms)},
                     {"bin", bin_ms},
                     {"population", rates}});
  }
  if (thinned) {
    notes_.push_back(
        fmt::format("Spike rasters are thinned to {} a trial so that this page stays small; "
                    "population rates and all other figures use every spike.",
                    counted(budget, "spike")));
  }
  return array;
}

std::vector<int> PageWriter::shown_units(const char* figure) {
  std::vector<int> order = order_by_type(data_.unit_type);
  const auto stride =
      static_cast<std::size_t>(group_size(static_cast<Eigen::Index>(order.size()), limits_.units));
  if (stride == 1) {
    return order;
  }
  std::vector<int> shown;
  for (std::size_t i = 0; i < order.size(); i += stride) {
    shown.push_back(order[i]);
  }
  notes_.push_back(fmt::format("{}: {} of {} are drawn, at even distances.", figure, shown.size(),
                               counted(order.size(), "unit")));
  return shown;
}

Json PageWriter::units_matrix(const Eigen::MatrixXd& values, const std::vector<int>& units,
                              Eigen::Index group, double low, double high) const {
  return packed(column_means(rows_of(values, units), group), Packing::bits8, low, high);
}

Json PageWriter::unit_rates() {
  if (data_.unit_rates.empty()) {
    return nullptr;
  }
  const std::vector<int> units = shown_units("Heat maps");
  const Eigen::Index samples = data_.unit_rates.front().rate.cols();
  const Eigen::Index group = group_size(samples, limits_.samples);
  if (group > 1) {
    notes_.push_back(fmt::format("Heat maps: each column is the mean of {} ms.",
                                 static_cast<double>(group) * data_.average_step_ms));
  }
  double low = 0.0;
  double high = 0.0;
  for (const ReportUnitRates& rates : data_.unit_rates) {
    for (const Eigen::MatrixXd* activity : {&rates.rate, &rates.spiking}) {
      const auto [least, largest] = number_range(*activity);
      low = std::min(low, least);
      high = std::max(high, largest);
    }
  }
  Json conditions = Json::array();
  for (const ReportUnitRates& rates : data_.unit_rates) {
    conditions.push_back({{"condition", rates.condition},
                          {"rate", units_matrix(rates.rate, units, group, low, high)},
                          {"spiking", units_matrix(rates.spiking, units, group, low, high)}});
  }
  const double step = static_cast<double>(group) * data_.average_step_ms;
  const double first_edge = data_.average_start_ms - 0.5 * data_.average_step_ms;
  return {{"unit", units}, {"start", first_edge}, {"step", step}, {"conditions", conditions}};
}

Json PageWriter::state_space() const {
  const ReportStateSpace& space = data_.state_space;
  if (space.trajectories.empty()) {
    return nullptr;
  }
  Json trajectories = Json::array();
  for (const ReportTrajectory& trajectory : space.trajectories) {
    trajectories.push_back({{"condition", trajectory.condition},
                            {"rate", packed(trajectory.rate.transpose(), Packing::bits16)},
                            {"spiking", packed(trajectory.spiking.transpose(), Packing::bits16)}});
  }
  return {{"start", space.start_ms},
          {"step", space.step_ms},
          {"rate_variance", rounded_array(space.rate_variance)},
          {"spiking_variance", rounded_array(space.spiking_variance)},
          {"angles", rounded_array(space.angles_deg)},
          {"trajectories", trajectories}};
}

Json PageWriter::scaling() const {
  Json array = Json::array();
  for (const ScalingMark& mark : data_.scaling) {
    array.push_back({{"s", mark.scaling_factor},
                     {"accuracy", rounded(mark.accuracy)},
                     {"low", rounded(mark.low)},
                     {"high", rounded(mark.high)},
                     {"copies", mark.copies},
                     {"predicted", mark.predicted ? Json(rounded(*mark.predicted)) : Json()}});
  }
  return array;
}

Json PageWriter::rate_curve() const {
  if (!data_.rate_curve) {
    return nullptr;
  }
  const RateCurves& curves = data_.rate_curve->curves;
  return {{"title", data_.rate_curve->title},
          {"function", data_.rate_curve->transfer_function},
          {"visited", {rounded(curves.low), rounded(curves.high)}},
          {"x", rounded_array(curves.table.col(0), 6)},
          {"rate", rounded_array(curves.table.col(1))},
          {"spiking", rounded_array(curves.table.col(2))}};
}

Json PageWriter::training() {
  const ReportTraining& training = data_.training;
  if (training.losses.empty() && training.evaluations.empty()) {
    return nullptr;
  }
  const auto count = static_cast<Eigen::Index>(training.losses.size());
  const Eigen::Map<const Eigen::RowVectorXd> losses(training.losses.data(), count);
  const Eigen::Index group = group_size(count, static_cast<Eigen::Index>(limits_.losses));
  if (group > 1) {
    notes_.push_back(
        fmt::format("Training loss: each point is the mean of {}.", counted(group, "trial")));
  }
  Json evaluations = Json::array();
  for (const TrainingMark& mark : training.evaluations) {
    evaluations.push_back({mark.trial, rounded(mark.loss), rounded(mark.accuracy)});
  }
  return {{"group", group},
          {"losses", rounded_array(Eigen::VectorXd(column_means(losses, group).transpose()), 3)},
          {"evaluations", evaluations},
          {"stop_loss", training.stop_loss},
          {"stop_accuracy", training.stop_accuracy}};
}

Json PageWriter::weights() {
  if (data_.weights.size() == 0) {
    return nullptr;
  }
  const std::vector<int> units = shown_units("Weight matrix");
  const Eigen::MatrixXd sorted =
      rows_of(rows_of(data_.weights, units).transpose(), units).transpose();
  const double bound = sorted.cwiseAbs().maxCoeff();
  return {{"unit", units}, {"matrix", packed(sorted, Packing::bits16, -bound, bound)}};
}

Json PageWriter::spectrum(const analysis::Spectrum& spectrum) const {
  const auto& values = spectrum.eigenvalues;
  return {{"re", rounded_array(Eigen::VectorXd(values.real()))},
          {"im", rounded_array(Eigen::VectorXd(values.imag()))},
          {"radius", rounded(spectrum.spectral_radius)},
          {"random_radius", rounded(spectrum.random_radius)}};
}

PageJson PageWriter::write() {
  std::vector<int> types;
  std::transform(data_.unit_type.begin(), data_.unit_type.end(), std::back_inserter(types),
                 [](rate::UnitType type) { return static_cast<int>(type); });
  Json page = {{"schema", kSchema},
               {"title", data_.title},
               {"duration", data_.duration_ms},
               {"conditions", data_.conditions},
               {"stimulus", windows()},
               {"unit_type", types},
               {"scaling_factor", data_.scaling_factor},
               {"signed_rates", data_.signed_rates},
               {"copies", data_.copies},
               {"output_names", data_.output_names}};
  page["outputs"] = outputs();
  page["trials"] = data_.trials.rate.rows() > 0 ? trials() : Json(nullptr);
  page["rasters"] = rasters();
  page["unit_rates"] = unit_rates();
  page["mean_rate"] = rounded_array(data_.mean_rate);
  page["mean_hz"] = rounded_array(data_.mean_hz);
  page["state_space"] = state_space();
  page["scaling"] = scaling();
  page["rate_curve"] = rate_curve();
  page["training"] = training();
  page["weights"] = weights();
  page["spectrum"] = data_.spectrum ? spectrum(*data_.spectrum) : Json(nullptr);
  page["initial_spectrum"] =
      data_.initial_spectrum ? spectrum(*data_.initial_spectrum) : Json(nullptr);
  page["tau"] = rounded_array(data_.tau_ms);
  // Names of files need not be UTF-8.
  return {page.dump(-1, ' ', false, Json::error_handler_t::replace), notes_};
}

}  // namespace

PageJson report_json(const ReportData& data, const PageLimits& limits) {
  return PageWriter(data, limits).write();
}

}  // namespace rheobase::report
