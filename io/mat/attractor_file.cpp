#include "io/mat/attractor_file.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/version.hpp"
#include "io/mat/internal/field_values.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr const char* kModelPrefix = "attractor.";
constexpr const char* kProtocolPrefix = "protocol.";
constexpr const char* kTrialPrefix = "trials.";

std::string level_field(std::size_t level, std::string_view part) {
  return fmt::format("level_{}.{}", level + 1, part);
}

/// Rates of all trials side by side: populations x (samples trials).
Eigen::MatrixXd joined_rates(const rate::AttractorTrials& trials) {
  const Index samples = trials.rate.empty() ? 0 : trials.rate[0].cols();
  Eigen::MatrixXd joined(trials.choice_rate.rows(),
                         samples * static_cast<Index>(trials.rate.size()));
  for (std::size_t i = 0; i < trials.rate.size(); ++i) {
    joined.middleCols(static_cast<Index>(i) * samples, samples) = trials.rate[i];
  }
  return joined;
}

void add_level(MatFields& fields, std::size_t level, double photoinhibition,
               const rate::AttractorTrials& trials) {
  fields.number(level_field(level, "photoinhibition"), photoinhibition);
  const std::vector<double> sides(trials.side.begin(), trials.side.end());
  fields.row(level_field(level, "side"), sides);
  fields.matrix(level_field(level, "cue"), trials.cue.transpose());
  fields.logical_column(level_field(level, "correct"), trials.correct);
  fields.matrix(level_field(level, "choice_rate"), trials.choice_rate);
  fields.matrix(level_field(level, "endpoint_rate"), trials.endpoint_rate);
  fields.matrix(level_field(level, "smoothed_endpoint_rate"), trials.smoothed_endpoint_rate);
  fields.number(level_field(level, "sample_every_ms"), trials.sample_every_ms);
  fields.matrix(level_field(level, "rate"), joined_rates(trials));
}

rate::AttractorTrials read_level(const MatFile& file, std::size_t level, Index populations) {
  const auto name = [&](std::string_view part) { return level_field(level, part); };
  rate::AttractorTrials trials;
  const Eigen::VectorXd sides = file.vector(name("side"), -1, "must be 0 or 1 for each trial");
  const Index count = sides.size();
  const std::string each = fmt::format("must be one for each of the {} trials", count);
  const Eigen::VectorXd correct = file.vector(name("correct"), count, each);
  for (Index i = 0; i < count; ++i) {
    if ((sides[i] != 0.0 && sides[i] != 1.0) || (correct[i] != 0.0 && correct[i] != 1.0)) {
      file.fail(name("side"), fmt::format("{} and {}", sides[i], correct[i]),
                "must be 0 or 1, side and whether it was correct");
    }
    trials.side.push_back(static_cast<int>(sides[i]));
    trials.correct.push_back(correct[i] == 1.0);
  }
  trials.cue = file.vector(name("cue"), count, each);
  const std::string required =
      fmt::format("must be {} x {} trials", counted(populations, "population"), count);
  trials.choice_rate = file.matrix(name("choice_rate"), populations, count, required);
  trials.endpoint_rate = file.matrix(name("endpoint_rate"), populations, count, required);
  trials.smoothed_endpoint_rate =
      file.matrix(name("smoothed_endpoint_rate"), populations, count, required);
  trials.sample_every_ms = file.number(name("sample_every_ms"), "must be one number");
  const Eigen::MatrixXd joined =
      file.matrix(name("rate"), populations, -1, "must be populations x (samples trials)");
  const Index samples = count > 0 ? joined.cols() / count : 0;
  if (count == 0 || samples < 2 || samples * count != joined.cols() || !joined.allFinite()) {
    file.fail(name("rate"), fmt::format("{} x {}", joined.rows(), joined.cols()),
              fmt::format("must be finite, as many samples for each of the {} trials", count));
  }
  for (Index i = 0; i < count; ++i) {
    trials.rate.emplace_back(joined.middleCols(i * samples, samples));
  }
  return trials;
}

}  // namespace

void write_attractor(const std::filesystem::path& path, const AttractorFile& file,
                     const std::function<bool()>& stop) {
  MatFields fields;
  fields.text("attractor.name", file.model.name);
  add_values(fields, kModelPrefix, rate::attractor_fields(), file.model);
  fields.matrix("attractor.effective_weights", effective_weights(file.model));
  add_values(fields, kProtocolPrefix, rate::attractor_protocol_fields(), file.protocol);
  add_values(fields, kTrialPrefix, rate::attractor_trial_fields(), file.options);
  fields.row("levels", file.levels);
  for (std::size_t level = 0; level < file.trials.size(); ++level) {
    add_level(fields, level, file.levels.at(level), file.trials[level]);
  }
  fields.text("command", file.command);
  fields.text("rheobase_version", kVersion);
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

AttractorFile read_attractor(const std::filesystem::path& path) {
  const MatFile file(path);
  if (!file.has("attractor") || !file.has("level_1")) {
    file.fail("attractor", "a file without it",
              "must be trials of the structured model (rheobase attractor simulate)");
  }
  AttractorFile result;
  result.model.name = file.text("attractor.name", "must be text");
  read_values(file, kModelPrefix, rate::attractor_fields(), result.model);
  read_values(file, kProtocolPrefix, rate::attractor_protocol_fields(), result.protocol);
  read_values(file, kTrialPrefix, rate::attractor_trial_fields(), result.options);
  try {
    validate(result.model);
    validate(result.protocol, result.model);
  } catch (const InputError& error) {
    throw InputError(file.where(), error.field(), error.found(), error.required());
  }
  const Eigen::VectorXd levels = file.vector("levels", -1, "must be a row of numbers");
  if (levels.size() < 1 || levels.size() > kMostAttractorLevels) {
    file.fail("levels", fmt::format("{} levels", levels.size()),
              fmt::format("must be 1 to {}", kMostAttractorLevels));
  }
  result.levels.assign(levels.begin(), levels.end());
  for (std::size_t level = 0; level < result.levels.size(); ++level) {
    result.trials.push_back(read_level(file, level, result.model.populations()));
  }
  return result;
}

}  // namespace rheobase::io
