#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/force_file.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr Index kFirstBin = 1000;  // of a session, becomes step 0

/// Reads matrices that may be there as whole numbers with a scale.
class StartReader {
 public:
  explicit StartReader(const std::filesystem::path& path) : file_(path) {}

  const MatFile& file() const { return file_; }

  /// @param kind  names the scale that all matrices of a kind share
  Eigen::MatrixXd matrix(const std::string& name, const std::string& kind, Index rows,
                         Index cols) const {
    const std::string required = fmt::format("must be {} x {} numbers", rows, cols);
    const std::string whole = name + "_q";
    if (file_.has(name) || !file_.has(whole)) {
      return file_.matrix(name, rows, cols, required);
    }
    const std::string own_scale = whole + "_scale";
    const std::string scale = file_.has(own_scale) ? own_scale : kind + "_q_scale";
    return file_.matrix(whole, rows, cols, required) *
           file_.number(scale, fmt::format("must be the scale of {}", whole));
  }
  double number(std::string_view name, double otherwise) const {
    return file_.has(name) ? file_.number(name, "must be one number") : otherwise;
  }
  /// A bin of the session as a step of the trial.
  Index step(std::string_view name) const {
    return static_cast<Index>(
               file_.integer(name, kFirstBin, 100'000'000,
                             fmt::format("must be a bin, counted from the session's first, at "
                                         "least {}",
                                         kFirstBin))) -
           kFirstBin;
  }

 private:
  MatFile file_;
};

std::vector<Eigen::MatrixXd> read_inputs(const StartReader& reader, const rate::TrialEpochs& epochs,
                                         Index units, double h0) {
  const Index steps = epochs.steps;
  if (reader.file().has("input_side0")) {
    return {reader.matrix("input_side0", "input", units, steps),
            reader.matrix("input_side1", "input", units, steps)};
  }
  const rate::ForceInputOptions options{.amplitude = h0,
                                        .correlation_steps = reader.number("tau_WN", 1000.0)};
  return rate::frozen_inputs(epochs, reader.matrix("noise_common", "noise", units, steps),
                             {reader.matrix("noise_side0", "noise", units, steps),
                              reader.matrix("noise_side1", "noise", units, steps)},
                             options);
}

}  // namespace

ForceStart read_force_start(const std::filesystem::path& path) {
  const StartReader reader(path);
  const MatFile& file = reader.file();
  const Index units = file.integer("N", 2, 20000, "must be the number of units, 2 to 20000");
  const Index steps = file.integer("T", 2, 100'000'000, "must be the number of steps of a trial");
  ForceStart start;
  start.h0 = reader.number("h0", start.h0);
  start.network.recurrent = reader.matrix("J0", "J0", units, units);
  start.network.tau_ms = reader.number("tau", start.network.tau_ms);
  start.network.step_ms = reader.number("dt", start.network.step_ms);
  start.task.epochs = {.sample = reader.step("start_sample"),
                       .delay = reader.step("start_delay"),
                       .cue = reader.step("start_cue"),
                       .steps = steps};
  try {
    validate(start.network);
    validate(start.task.epochs);
    start.task.input = read_inputs(reader, start.task.epochs, units, start.h0);
    start.task.target = {reader.matrix("target0", "target", units, steps),
                         reader.matrix("target1", "target", units, steps)};
    validate(start.task);
  } catch (const InputError& error) {
    throw InputError(file.where(), error.field(), error.found(), error.required());
  }
  return start;
}

}  // namespace rheobase::io
