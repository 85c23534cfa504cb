#include "io/mat/motif_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/whole_number.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/name_list.hpp"
#include "io/mat/internal/rate_network_fields.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr const char* kMotifOptions = "motif_options.";
constexpr const char* kPreparationOptions = "motif_preparation.";
constexpr const char* kPreparationState = "motif_preparation_state.";
constexpr const char* kTrainingOptions = "motif_training.";
constexpr const char* kTrainingState = "motif_state.";
constexpr std::int64_t kMostMotifs = 10000;

std::string joined_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ",") + name;
  }
  return text;
}

/// Samples of motif k without the NaN that fill them up.
Eigen::VectorXd without_end(const MatFile& file, const Eigen::VectorXd& samples, std::size_t k) {
  Index length = samples.size();
  while (length > 0 && std::isnan(samples[length - 1])) {
    --length;
  }
  for (Index n = 0; n < length; ++n) {
    if (!std::isfinite(samples[n])) {
      file.fail("motifs", fmt::format("{} in sample {} of motif {}", samples[n], n + 1, k + 1),
                "must be finite; NaN only fill the ends of shorter motifs");
    }
  }
  if (length == 0) {
    file.fail("motifs", fmt::format("no samples of motif {}", k + 1), "must have samples");
  }
  return samples.head(length);
}

/// Columns of a matrix, or cells of any lengths.
std::vector<Eigen::VectorXd> read_samples(const MatFile& file) {
  std::vector<Eigen::VectorXd> motifs;
  const MatArray* array = file.find("motifs");
  if (array != nullptr && array->class_name == "cell") {
    for (std::size_t k = 0; k < array->element_count().value_or(0); ++k) {
      motifs.push_back(file.vector(fmt::format("motifs{{{}}}", k + 1), -1, "must be samples"));
    }
  } else {
    const Eigen::MatrixXd columns =
        file.matrix("motifs", "must be samples x motifs, or a cell a motif");
    for (Index k = 0; k < columns.cols(); ++k) {
      motifs.emplace_back(columns.col(k));
    }
  }
  if (motifs.empty()) {
    file.fail("motifs", "none", "must be one or more");
  }
  return motifs;
}

/// motif1, motif2, ... where the file has no names.
std::vector<std::string> read_names(const MatFile& file, std::size_t count) {
  constexpr const char* kRequired = "must be names, separated by commas, a row or a cell a motif";
  std::vector<std::string> names;
  const MatArray* array = file.find("names");
  if (array == nullptr) {
    for (std::size_t k = 0; k < count; ++k) {
      names.push_back(fmt::format("motif{}", k + 1));
    }
  } else if (array->class_name == "cell") {
    for (std::size_t k = 0; k < array->element_count().value_or(0); ++k) {
      names.push_back(file.text(fmt::format("names{{{}}}", k + 1), "must be text"));
    }
  } else {
    names = listed_names(file.text("names", kRequired));
  }
  if (names.size() != count) {
    file.fail("names", fmt::format("{} names", names.size()),
              fmt::format("must have one per motif, {}", count));
  }
  for (const std::string& name : names) {
    if (name.empty() || name.find(',') != std::string::npos) {
      file.fail("names", fmt::format("'{}'", name), "must have letters and no comma");
    }
  }
  return names;
}

void add_state(MatFields& fields, const char* prefix, const rate::NamedArrays& state) {
  for (const rate::NamedArray& array : state) {
    fields.column(prefix + array.name, array.values);
  }
}

rate::NamedArrays read_state(const MatFile& file, const std::string& prefix) {
  rate::NamedArrays state;
  for (const MatArray& array : file.arrays()) {
    if (array.name.starts_with(prefix)) {
      state.push_back({array.name.substr(prefix.size()), array.values});
    }
  }
  return state;
}

std::string numbered(const char* part, std::size_t k) {
  return fmt::format("motif_{}_{}", part, k + 1);
}

void add_motif(MatFields& fields, const rate::Motif& motif, std::size_t k) {
  fields.matrix(numbered("target", k), motif.target.samples);
  fields.matrix(numbered("b", k), motif.b);
  if (motif.b2.size() > 0) {
    fields.matrix(numbered("b2", k), motif.b2);
  }
  if (motif.u.size() > 0) {
    fields.matrix(numbered("u", k), motif.u);
    fields.matrix(numbered("v", k), motif.v);
  }
}

rate::Motif read_motif(const MatFile& file, const rate::MotifLibrary& library,
                       const std::string& name, std::size_t k) {
  const Index n = library.units();
  const auto vector = [&](const char* part, Index size) -> Eigen::VectorXd {
    return file.vector(
        numbered(part, k), size,
        size < 0 ? "must be samples" : fmt::format("must be {}", counted(size, "number")));
  };
  rate::Motif motif{{name, vector("target", -1)}, vector("b", n), {}, {}, {}};
  if (library.definition().second_input) {
    motif.b2 = vector("b2", n);
  }
  if (library.definition().loop) {
    motif.u = vector("u", n);
    motif.v = vector("v", n);
  }
  return motif;
}

std::vector<rate::MotifEvaluationPoint> read_course(const MatFile& file, std::size_t k) {
  std::vector<rate::MotifEvaluationPoint> course;
  if (file.has(numbered("course", k))) {
    const Eigen::MatrixXd points =
        file.matrix(numbered("course", k), -1, 2, "must be evaluations x 2: batches, RMSE");
    for (Index i = 0; i < points.rows(); ++i) {
      course.push_back({to_integer<int>(points(i, 0)), points(i, 1)});
    }
  }
  return course;
}

void add_course(MatFields& fields, const std::vector<rate::MotifEvaluationPoint>& course,
                std::size_t k) {
  if (course.empty()) {
    return;
  }
  Eigen::MatrixXd points(static_cast<Index>(course.size()), 2);
  for (std::size_t i = 0; i < course.size(); ++i) {
    points.row(static_cast<Index>(i)) << course[i].batch, course[i].rmse;
  }
  fields.matrix(numbered("course", k), points);
}

/// The network of the chain of all motifs, or of as many as a file holds the loops of.
rate::RateNetwork stored_network(const rate::MotifLibrary& library) {
  const std::size_t motifs = std::min(library.motifs.size(), longest_chain(library.definition()));
  std::vector<rate::ChainLink> links;
  for (std::size_t k = 0; k < motifs; ++k) {
    links.push_back({k});
  }
  rate::RateNetwork network = rate::chain_network(library, links);
  if (network.inputs() == 0) {
    network.w_in = Eigen::MatrixXd::Zero(library.units(), 1);
  }
  return network;
}

void add_motif_training(MatFields& fields, const MotifTrainingFile& training) {
  add_values(fields, kTrainingOptions, rate::motif_training_fields(), training.options);
  std::vector<double> motifs;
  for (const std::size_t motif : training.motifs) {
    motifs.push_back(static_cast<double>(motif + 1));
  }
  fields.column(std::string(kTrainingState) + "motifs", motifs);
  add_state(fields, kTrainingState, training.state);
}

MotifTrainingFile read_training(const MatFile& file, std::size_t motifs) {
  MotifTrainingFile training;
  read_values(file, kTrainingOptions, rate::motif_training_fields(), training.options);
  for (rate::NamedArray& array : read_state(file, kTrainingState)) {
    if (array.name != "motifs") {
      training.state.push_back(std::move(array));
      continue;
    }
    for (const double motif : array.values) {
      if (!(motif >= 1.0 && motif <= static_cast<double>(motifs)) || motif != std::floor(motif)) {
        file.fail(kTrainingState + array.name, fmt::format("{}", motif),
                  fmt::format("must be 1 to {}", motifs));
      }
      training.motifs.push_back(static_cast<std::size_t>(motif) - 1);
    }
  }
  return training;
}

}  // namespace

std::size_t longest_chain(const rate::MotifArchitectureDefinition& definition) {
  const std::size_t loops = (definition.preparation ? 1U : 0U) + (definition.loop ? 1U : 0U);
  return loops == 0 ? std::numeric_limits<std::size_t>::max() : kMostLoops / loops;
}

MotifTargets read_motif_targets(const std::filesystem::path& path) {
  const MatFile file(path);
  const std::vector<Eigen::VectorXd> motifs = read_samples(file);
  const std::vector<std::string> names = read_names(file, motifs.size());
  MotifTargets read;
  if (file.has("step_tau")) {
    read.step_tau = file.number("step_tau", "must be the sampling step in time constants");
    if (!(read.step_tau > 0.0 && read.step_tau <= 1.0)) {
      file.fail("step_tau", fmt::format("{}", read.step_tau), "must be above 0 and at most 1");
    }
  }
  for (std::size_t k = 0; k < motifs.size(); ++k) {
    read.targets.push_back({names[k], without_end(file, motifs[k], k)});
  }
  return read;
}

void write_motif_targets(const std::filesystem::path& path, const MotifTargets& targets) {
  Index longest = 0;
  std::vector<std::string> names;
  for (const rate::MotifTarget& target : targets.targets) {
    longest = std::max(longest, target.samples.size());
    names.push_back(target.name);
  }
  Eigen::MatrixXd motifs =
      Eigen::MatrixXd::Constant(longest, static_cast<Index>(targets.targets.size()), std::nan(""));
  for (std::size_t k = 0; k < targets.targets.size(); ++k) {
    const Eigen::VectorXd& samples = targets.targets[k].samples;
    motifs.col(static_cast<Index>(k)).head(samples.size()) = samples;
  }
  MatFields fields;
  fields.matrix("motifs", motifs);
  fields.text("names", joined_names(names));
  fields.number("step_tau", targets.step_tau);
  write_mat(path, fields, MatVersion::level5);
}

MotifLibraryFile read_motif_library(const std::filesystem::path& path) {
  const MatFile file(path);
  if (!file.has("motif_J")) {
    file.fail("motif_J", "nothing", "must be there: this is no library of motifs");
  }
  MotifLibraryFile read;
  rate::MotifLibrary& library = read.library;
  read_values(file, kMotifOptions, rate::motif_fields(), library.options);
  const Index n = library.options.network_units();
  library.j = file.matrix("motif_J", n, n, fmt::format("must be {} x {}", n, n));
  library.w = file.vector("motif_w", n, fmt::format("must be {}", counted(n, "number")));
  if (library.definition().preparation) {
    const Index p = library.options.preparation_rank;
    library.preparation_u = file.matrix("motif_U", n, p, fmt::format("must be {} x {}", n, p));
    library.preparation_v = file.matrix("motif_V", n, p, fmt::format("must be {} x {}", n, p));
    read_values(file, kPreparationOptions, rate::preparation_fields(), read.preparation);
    const Eigen::VectorXd losses =
        file.vector("motif_preparation_losses", -1, "must be one number a batch");
    read.preparation_losses.assign(losses.begin(), losses.end());
    if (rate::NamedArrays state = read_state(file, kPreparationState); !state.empty()) {
      read.preparation_state = std::move(state);
    }
  }
  const auto count = static_cast<std::size_t>(
      file.integer("motif_count", 0, kMostMotifs, "must be the number of motifs"));
  const std::vector<std::string> names =
      listed_names(file.text("motif_names", "must be names, separated by commas"));
  if (names.size() != count) {
    file.fail("motif_names", fmt::format("{} names", names.size()),
              fmt::format("must have one per motif, {}", count));
  }
  for (std::size_t k = 0; k < count; ++k) {
    library.motifs.push_back(read_motif(file, library, names[k], k));
    read.courses.push_back(read_course(file, k));
  }
  rate::validate(library, path.string());
  if (file.has(std::string(kTrainingState) + "motifs")) {
    read.training = read_training(file, count);
  }
  if (file.has("command")) {
    read.command = file.text("command", "must be text");
  }
  return read;
}

void take_preparation(MotifLibraryFile& file, const rate::PreparationLearner& learner, bool open) {
  file.library = learner.library();
  file.preparation_losses = learner.course().losses;
  file.preparation_state.reset();
  if (open) {
    file.preparation_state = learner.state();
  }
}

void take_training(MotifLibraryFile& file, const rate::MotifLearner& learner,
                   const rate::MotifTrainingOptions& options, bool open) {
  file.library = learner.library();
  file.courses.resize(file.library.motifs.size());
  for (std::size_t i = 0; i < learner.motifs().size(); ++i) {
    // The control network has one course for all.
    const std::size_t course = std::min(i, learner.courses().size() - 1);
    file.courses[learner.motifs()[i]] = learner.courses()[course].evaluations;
  }
  file.training.reset();
  if (open) {
    file.training = MotifTrainingFile{options, learner.motifs(), learner.state()};
  }
}

void write_motif_library(const std::filesystem::path& path, const MotifLibraryFile& file,
                         const std::function<bool()>& stop) {
  const rate::MotifLibrary& library = file.library;
  MatFields fields;
  add_rate_network(fields, stored_network(library));
  add_values(fields, kMotifOptions, rate::motif_fields(), library.options);
  fields.matrix("motif_J", library.j);
  fields.matrix("motif_w", library.w);
  if (library.definition().preparation) {
    fields.matrix("motif_U", library.preparation_u);
    fields.matrix("motif_V", library.preparation_v);
    add_values(fields, kPreparationOptions, rate::preparation_fields(), file.preparation);
    fields.column("motif_preparation_losses", file.preparation_losses);
    if (file.preparation_state) {
      add_state(fields, kPreparationState, *file.preparation_state);
    }
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    add_motif(fields, library.motifs[k], k);
    if (k < file.courses.size()) {
      add_course(fields, file.courses[k], k);
    }
    names.push_back(library.motifs[k].name());
  }
  fields.integer("motif_count", static_cast<std::int64_t>(names.size()));
  fields.text("motif_names", joined_names(names));
  if (file.training) {
    add_motif_training(fields, *file.training);
  }
  fields.text("command", file.command);
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

void write_chain_network(const std::filesystem::path& path, const rate::MotifChain& chain,
                         const std::string& command) {
  MatFields fields;
  add_rate_network(fields, chain.network);
  fields.text("command", command);
  write_mat(path, fields, MatVersion::level5);
}

void write_chain_trial(const std::filesystem::path& path, const rate::MotifChain& chain) {
  // Column i of a task's target belongs to the output of step i + 1.
  const Index steps = chain.target.cols();
  Eigen::VectorXd z(steps + 1);
  z.head(steps - 1) = chain.target.row(0).tail(steps - 1);
  z.tail(2).setConstant(chain.target(0, steps - 1));
  MatFields fields;
  fields.matrix("u", chain.input);
  fields.matrix("z", z);
  fields.number("step_ms", chain.network.step_ms);
  write_mat(path, fields, MatVersion::level5);
}

}  // namespace rheobase::io
