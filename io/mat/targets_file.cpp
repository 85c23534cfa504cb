#include "io/mat/targets_file.hpp"

#include <array>
#include <cmath>
#include <sstream>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr std::array kTargetFields = std::to_array<std::string_view>(
    {"target", "sample_step", "delay_step", "cue_step", "unit_names"});

std::optional<rate::TrialEpochs> read_epochs(const MatFile& file, Index steps) {
  constexpr std::array kNames =
      std::to_array<std::string_view>({"sample_step", "delay_step", "cue_step"});
  int there = 0;
  for (const std::string_view name : kNames) {
    there += file.has(name) ? 1 : 0;
  }
  if (there == 0) {
    return std::nullopt;
  }
  const auto step = [&](std::string_view name) {
    return static_cast<Index>(file.integer(
        name, 0, steps - 1,
        fmt::format("must be a step counted from 0, below the {} of the target", steps)));
  };
  return rate::TrialEpochs{step(kNames[0]), step(kNames[1]), step(kNames[2]), steps};
}

void require_numbers(const MatFile& file, const Eigen::MatrixXd& rates, std::size_t condition) {
  for (Index t = 0; t < rates.cols(); ++t) {
    for (Index unit = 0; unit < rates.rows(); ++unit) {
      if (!std::isfinite(rates(unit, t))) {
        file.fail("target",
                  fmt::format("{} at unit {}, time {}, condition {} (counted from 1)",
                              rates(unit, t), unit + 1, t + 1, condition + 1),
                  "must hold finite rates");
      }
    }
  }
}

}  // namespace

PlainTargets read_plain_targets(const std::filesystem::path& path) {
  const MatFile file(path, kTargetFields);
  constexpr const char* kRequired =
      "must be units x time x conditions, with two conditions (right, left)";
  const MatArray* target = file.find("target");
  if (target == nullptr) {
    file.fail("target", "nothing", kRequired);
  }
  if (!target->numeric() || target->dims.size() != 3 || target->dims[2] != 2 ||
      target->dims[0] < 2 || target->dims[1] < 2) {
    file.fail("target", target->describe(), kRequired);
  }
  const auto units = static_cast<Index>(target->dims[0]);
  const auto steps = static_cast<Index>(target->dims[1]);
  PlainTargets plain;
  for (std::size_t condition = 0; condition < target->dims[2]; ++condition) {
    plain.rate.emplace_back(Eigen::Map<const Eigen::MatrixXd>(
        target->values.data() + static_cast<Index>(condition) * units * steps, units, steps));
    require_numbers(file, plain.rate.back(), condition);
  }
  plain.epochs = read_epochs(file, steps);
  if (file.has("unit_names")) {
    std::istringstream lines(file.text("unit_names", "must be text, a line a unit"));
    for (std::string line; std::getline(lines, line);) {
      plain.names.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
    }
    if (static_cast<Index>(plain.names.size()) != units) {
      file.fail("unit_names", counted(plain.names.size(), "line"),
                fmt::format("must have one for each of the {} units", units));
    }
  }
  return plain;
}

}  // namespace rheobase::io
