#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/run_file.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

/// Checks of one run; each names the field as the file does.
class RunCheck {
 public:
  RunCheck(const RunFile& run, const std::string& where)
      : result_(run.result), description_(run.description), where_(where) {}

  void all() const {
    numbers();
    spikes();
    signals();
    stimulation();
  }

 private:
  [[noreturn]] void fail(std::string_view field, std::string_view found,
                         std::string_view required) const {
    throw InputError(where_, fmt::format("field '{}'", field), found, required);
  }
  void positive(std::string_view field, double value) const {
    if (!(value > 0.0) || !std::isfinite(value)) {
      fail(field, fmt::format("{}", value), "must be positive and finite");
    }
  }
  void not_negative(std::string_view field, double value) const {
    if (!(value >= 0.0) || !std::isfinite(value)) {
      fail(field, fmt::format("{}", value), "must be finite and not negative");
    }
  }
  void unit(std::string_view field, Index number) const {
    const Index units = result_.spike_count.size();
    if (number < 0 || number >= units) {
      fail(field, fmt::format("unit {}", number + 1),
           fmt::format("must be within 1 ... {}, the units of spike_count", units));
    }
  }
  void units_once(std::string_view field, std::vector<Index> numbers) const {
    for (const Index number : numbers) {
      unit(field, number);
    }
    std::ranges::sort(numbers);
    const auto twice = std::ranges::adjacent_find(numbers);
    if (twice != numbers.end()) {
      fail(field, fmt::format("unit {} twice", *twice + 1), "must name every unit once");
    }
  }
  /// A matrix that may be missing.
  void signal(std::string_view field, const Eigen::MatrixXd& values, Index rows,
              Index columns) const {
    if (values.size() == 0) {
      return;
    }
    if (values.rows() != rows || values.cols() != columns) {
      fail(field, fmt::format("{} x {}", values.rows(), values.cols()),
           fmt::format("must be {} x {}", rows, columns));
    }
    if (!values.allFinite()) {
      fail(field, "values that are not finite", "must be finite");
    }
  }

  void numbers() const {
    if (result_.spike_count.size() < 1) {
      fail("spike_count", "no unit", "must be the number of spikes of every unit");
    }
    positive("duration_ms", result_.duration_ms);
    positive("dt_ms", result_.dt_ms);
    positive("scaling_factor", description_.scaling_factor);
    not_negative("noise_mv2_per_ms", description_.simulation.noise_intensity);
  }

  /// Units, times and, where spikes were recorded at all, how many there are of every unit.
  void spikes() const {
    const double last = result_.duration_ms + result_.dt_ms;
    Eigen::VectorXi counts = Eigen::VectorXi::Zero(result_.spike_count.size());
    double before = 0.0;
    const std::size_t copies = result_.copies > 1 ? result_.spike_unit.size() : 0;
    if (result_.spike_copy.size() != copies) {
      fail("spike_copy", counted(result_.spike_copy.size(), "value"),
           fmt::format("must be one for each of the {} spikes of units with copies", copies));
    }
    for (const std::int32_t copy : result_.spike_copy) {
      if (copy < 0 || copy >= result_.copies) {
        fail("spike_copy", fmt::format("{}", copy + 1),
             fmt::format("must be within 1 ... {}", result_.copies));
      }
    }
    for (std::size_t k = 0; k < result_.spike_unit.size(); ++k) {
      unit("spike_unit", result_.spike_unit[k]);
      ++counts[result_.spike_unit[k]];
      const double time = result_.spike_time_ms[k];
      if (!(time >= before && time <= last)) {
        fail("spike_time_ms", fmt::format("{} after {}", time, before),
             fmt::format("must increase within 0 ... {} ms", result_.duration_ms));
      }
      before = time;
    }
    for (Index n = 0; n < counts.size() && !result_.spike_unit.empty(); ++n) {
      if (counts[n] != result_.spike_count[n]) {
        fail("spike_count", fmt::format("{} for unit {}", result_.spike_count[n], n + 1),
             fmt::format("must be {}, as many as in spike_unit", counts[n]));
      }
    }
  }

  /// Samples that end with the run.
  void samples(std::string_view field, double last_ms, double step_ms) const {
    if (!(step_ms <= result_.duration_ms + result_.dt_ms) ||
        !(std::abs(last_ms - result_.duration_ms) <= 1.001 * step_ms + result_.dt_ms)) {
      fail(field, fmt::format("samples up to {} ms", last_ms),
           fmt::format("must end with the run, at {} ms", result_.duration_ms));
    }
  }

  void signals() const {
    const SampledSignal& output = result_.output;
    const Index units = result_.spike_count.size();
    const Index count = output.values.size();
    if (count < 1) {
      fail("output", "no sample", "must be the readout, 1 x samples");
    }
    positive("output_step_ms", output.step_ms);
    not_negative("output_start_ms", output.start_ms);
    samples("output", output.time_ms(count - 1), output.step_ms);
    signal("output", result_.all_outputs(), result_.outputs(), count);
    signal("rate", result_.rate, units, count);
    signal("input", result_.input, units, count);
    const std::vector<Index>& recorded = description_.simulation.record.voltage_units;
    units_once("voltage_unit", recorded);
    if (result_.voltage.size() > 0) {
      positive("voltage_step_ms", result_.voltage_step_ms);
      signal("voltage", result_.voltage,
             recorded.empty() ? units : static_cast<Index>(recorded.size()),
             result_.voltage.cols());
      samples("voltage", static_cast<double>(result_.voltage.cols()) * result_.voltage_step_ms,
              result_.voltage_step_ms);
    }
  }

  void stimulation() const {
    if (!description_.simulation.stimulation) {
      return;
    }
    const spiking::Stimulation& stimulation = *description_.simulation.stimulation;
    units_once("stimulation.unit", stimulation.units);
    not_negative("stimulation.start_ms", stimulation.start_ms);
    if (!(stimulation.stop_ms >= stimulation.start_ms) || !std::isfinite(stimulation.stop_ms)) {
      fail("stimulation.stop_ms", fmt::format("{}", stimulation.stop_ms),
           fmt::format("must be finite and not before the start at {} ms", stimulation.start_ms));
    }
  }

  const spiking::SimulationResult& result_;
  const RunDescription& description_;
  const std::string& where_;
};

}  // namespace

void validate(const RunFile& run, const std::string& where) {
  RunCheck(run, where).all();
}

}  // namespace rheobase::io
