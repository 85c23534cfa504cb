#include "io/mat/motif_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/rate_network_fields.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;

constexpr const char* kMotifOptions = "motif_options.";
constexpr const char* kPreparationOptions = "motif_preparation.";
constexpr const char* kTrainingOptions = "motif_training.";
constexpr const char* kTrainingState = "motif_state.";
/// A model file holds as many loops.
constexpr std::size_t kLoopsOfFile = 16;
constexpr std::int64_t kMostMotifs = 10000;

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  std::size_t first = 0;
  while (!text.empty() && first <= text.size()) {
    const std::size_t end = std::min(text.find(',', first), text.size());
    names.push_back(text.substr(first, end - first));
    first = end + 1;
  }
  return names;
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ",") + name;
  }
  return text;
}

/// A column without the NaN that fill it up.
Eigen::VectorXd without_end(const MatFile& file, const Eigen::MatrixXd& motifs, Index column) {
  Index length = motifs.rows();
  while (length > 0 && std::isnan(motifs(length - 1, column))) {
    --length;
  }
  for (Index n = 0; n < length; ++n) {
    if (!std::isfinite(motifs(n, column))) {
      file.fail("motifs",
                fmt::format("{} in sample {} of motif {}", motifs(n, column), n + 1, column + 1),
                "must be finite; NaN only fill the ends of shorter motifs");
    }
  }
  if (length == 0) {
    file.fail("motifs", fmt::format("no samples of motif {}", column + 1), "must have samples");
  }
  return motifs.col(column).head(length);
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
    return file.vector(numbered(part, k), size,
                       size < 0 ? "must be samples" : fmt::format("must be {} numbers", size));
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

/// The chain of all motifs, or of as many as fit.
rate::MotifChain stored_chain(const rate::MotifLibrary& library) {
  std::vector<rate::ChainLink> links;
  rate::MotifChain chain = rate::chain_of(library, links);
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    links.push_back({k});
    rate::MotifChain longer = rate::chain_of(library, links);
    if (longer.network.loops.size() > kLoopsOfFile) {
      break;
    }
    chain = std::move(longer);
  }
  if (chain.network.inputs() == 0) {
    chain.network.w_in = Eigen::MatrixXd::Zero(library.units(), 1);
  }
  return chain;
}

void add_motif_training(MatFields& fields, const MotifTrainingFile& training) {
  add_values(fields, kTrainingOptions, rate::motif_training_fields(), training.options);
  std::vector<double> motifs;
  for (const std::size_t motif : training.motifs) {
    motifs.push_back(static_cast<double>(motif + 1));
  }
  fields.column(std::string(kTrainingState) + "motifs", motifs);
  for (const rate::NamedArray& array : training.state) {
    fields.column(kTrainingState + array.name, array.values);
  }
}

MotifTrainingFile read_training(const MatFile& file, std::size_t motifs) {
  MotifTrainingFile training;
  read_values(file, kTrainingOptions, rate::motif_training_fields(), training.options);
  for (const MatArray& array : file.arrays()) {
    if (!array.name.starts_with(kTrainingState)) {
      continue;
    }
    const std::string name = array.name.substr(std::string(kTrainingState).size());
    if (name != "motifs") {
      training.state.push_back({name, array.values});
      continue;
    }
    for (const double motif : array.values) {
      if (!(motif >= 1.0 && motif <= static_cast<double>(motifs)) || motif != std::floor(motif)) {
        file.fail(array.name, fmt::format("{}", motif), fmt::format("must be 1 to {}", motifs));
      }
      training.motifs.push_back(static_cast<std::size_t>(motif) - 1);
    }
  }
  return training;
}

}  // namespace

MotifTargets read_motif_targets(const std::filesystem::path& path) {
  const MatFile file(path);
  const Eigen::MatrixXd motifs = file.matrix("motifs", "must be samples x motifs");
  MotifTargets read;
  if (file.has("step_tau")) {
    read.step_tau = file.number("step_tau", "must be the sampling step in time constants");
    if (!(read.step_tau > 0.0 && read.step_tau <= 1.0)) {
      file.fail("step_tau", fmt::format("{}", read.step_tau), "must be above 0 and at most 1");
    }
  }
  std::vector<std::string> names;
  if (file.has("names")) {
    names = split_names(file.text("names", "must be names, separated by commas"));
    if (names.size() != static_cast<std::size_t>(motifs.cols())) {
      file.fail("names", fmt::format("{} names", names.size()),
                fmt::format("must have one per motif, {}", motifs.cols()));
    }
  }
  for (Index k = 0; k < motifs.cols(); ++k) {
    const std::string name =
        names.empty() ? fmt::format("motif{}", k + 1) : names[static_cast<std::size_t>(k)];
    read.targets.push_back({name, without_end(file, motifs, k)});
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
  library.w = file.vector("motif_w", n, fmt::format("must be {} numbers", n));
  if (library.definition().preparation) {
    const Index p = library.options.preparation_rank;
    library.preparation_u = file.matrix("motif_U", n, p, fmt::format("must be {} x {}", n, p));
    library.preparation_v = file.matrix("motif_V", n, p, fmt::format("must be {} x {}", n, p));
    read_values(file, kPreparationOptions, rate::preparation_fields(), read.preparation);
    const Eigen::VectorXd losses =
        file.vector("motif_preparation_losses", -1, "must be one number a batch");
    read.preparation_losses.assign(losses.begin(), losses.end());
  }
  const auto count = static_cast<std::size_t>(
      file.integer("motif_count", 0, kMostMotifs, "must be the number of motifs"));
  const std::vector<std::string> names =
      split_names(file.text("motif_names", "must be names, separated by commas"));
  if (names.size() != count) {
    file.fail("motif_names", fmt::format("{} names", names.size()),
              fmt::format("must have one per motif, {}", count));
  }
  for (std::size_t k = 0; k < count; ++k) {
    library.motifs.push_back(read_motif(file, library, names[k], k));
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

void write_motif_library(const std::filesystem::path& path, const MotifLibraryFile& file) {
  const rate::MotifLibrary& library = file.library;
  MatFields fields;
  add_rate_network(fields, stored_chain(library).network);
  add_values(fields, kMotifOptions, rate::motif_fields(), library.options);
  fields.matrix("motif_J", library.j);
  fields.matrix("motif_w", library.w);
  if (library.definition().preparation) {
    fields.matrix("motif_U", library.preparation_u);
    fields.matrix("motif_V", library.preparation_v);
    add_values(fields, kPreparationOptions, rate::preparation_fields(), file.preparation);
    fields.column("motif_preparation_losses", file.preparation_losses);
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    add_motif(fields, library.motifs[k], k);
    names.push_back(library.motifs[k].name());
  }
  fields.integer("motif_count", static_cast<std::int64_t>(names.size()));
  fields.text("motif_names", joined_names(names));
  if (file.training) {
    add_motif_training(fields, *file.training);
  }
  fields.text("command", file.command);
  write_mat(path, fields, MatVersion::level5);
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
