#include "io/mat/linear_motif_file.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/field_table.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/internal/name_list.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

Eigen::MatrixXd two_columns(const Eigen::VectorXcd& values) {
  Eigen::MatrixXd parts(values.size(), 2);
  parts << values.real(), values.imag();
  return parts;
}

constexpr std::int64_t kMostLinearMotifs = 10000;

Eigen::VectorXcd from_two_columns(const MatFile& file, const std::string& name, int terms) {
  const Eigen::MatrixXd parts =
      file.matrix(name, terms, 2, fmt::format("must be {} x 2: real and imaginary parts", terms));
  Eigen::VectorXcd values(terms);
  values.real() = parts.col(0);
  values.imag() = parts.col(1);
  return values;
}

rate::LinearMotif read_linear_motif(const MatFile& file, const rate::LinearOptions& options,
                                    const std::string& motif, std::size_t k) {
  const auto name = [k](const char* part) { return fmt::format("{}_{}", part, k + 1); };
  const auto vector = [&](const char* part) {
    return file.vector(name(part), options.units,
                       fmt::format("must be {}", counted(options.units, "number")));
  };
  rate::LinearMotif read;
  read.target = {motif, file.vector(name("target"), -1, "must be samples")};
  read.fit = {from_two_columns(file, name("lambda"), options.terms),
              from_two_columns(file, name("alpha"), options.terms),
              file.number(name("fit_rmse"), "must be a number")};
  read.u = vector("u");
  read.v = vector("v");
  read.x_init = vector("x_init");
  read.random_cost = file.number(name("random_cost"), "must be a number");
  read.cost = file.number(name("cost"), "must be a number");
  return read;
}

}  // namespace

void write_linear_model(const std::filesystem::path& path, const rate::LinearModel& model,
                        const std::string& command, const std::function<bool()>& stop) {
  MatFields fields;
  add_values(fields, "options.", rate::linear_fields(), model.options);
  fields.matrix("A", model.a);
  fields.matrix("w", model.w);
  fields.matrix("U", model.preparation_u);
  fields.matrix("V", model.preparation_v);
  fields.number("preparation_cost", model.preparation_cost);
  fields.number("random_preparation_cost", model.random_preparation_cost);
  fields.integer("linear_motifs", static_cast<std::int64_t>(model.motifs.size()));
  std::string names;
  for (std::size_t k = 0; k < model.motifs.size(); ++k) {
    const rate::LinearMotif& motif = model.motifs[k];
    const auto name = [k](const char* part) { return fmt::format("{}_{}", part, k + 1); };
    names += (k == 0 ? "" : ",") + motif.target.name;
    fields.matrix(name("target"), motif.target.samples);
    fields.matrix(name("lambda"), two_columns(motif.fit.lambda));
    fields.matrix(name("alpha"), two_columns(motif.fit.alpha));
    fields.matrix(name("u"), motif.u);
    fields.matrix(name("v"), motif.v);
    fields.matrix(name("x_init"), motif.x_init);
    fields.number(name("fit_rmse"), motif.fit.rmse);
    fields.number(name("random_cost"), motif.random_cost);
    fields.number(name("cost"), motif.cost);
  }
  fields.text("names", names);
  fields.text("command", command);
  write_mat(path, fields, MatVersion::level5, {}, {}, stop);
}

bool holds_linear_model(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 1> kWanted{"linear_motifs"};
  return MatFile(path, kWanted).has("linear_motifs");
}

rate::LinearModel read_linear_model(const std::filesystem::path& path) {
  const MatFile file(path);
  if (!file.has("linear_motifs")) {
    file.fail("linear_motifs", "nothing", "must be there: this is no linear model of motifs");
  }
  rate::LinearModel model;
  read_values(file, "options.", rate::linear_fields(), model.options);
  const Eigen::Index n = model.options.units;
  const Eigen::Index p = model.options.preparation_rank;
  model.a = file.matrix("A", n, n, fmt::format("must be {} x {}", n, n));
  model.w = file.vector("w", n, fmt::format("must be {}", counted(n, "number")));
  model.preparation_u = file.matrix("U", n, p, fmt::format("must be {} x {}", n, p));
  model.preparation_v = file.matrix("V", n, p, fmt::format("must be {} x {}", n, p));
  model.preparation_cost = file.number("preparation_cost", "must be a number");
  model.random_preparation_cost = file.number("random_preparation_cost", "must be a number");
  const auto count = static_cast<std::size_t>(
      file.integer("linear_motifs", 1, kMostLinearMotifs, "must be the number of motifs"));
  const std::vector<std::string> names =
      listed_names(file.text("names", "must be names, separated by commas"));
  if (names.size() != count) {
    file.fail("names", fmt::format("{} names", names.size()),
              fmt::format("must have one per motif, {}", count));
  }
  for (std::size_t k = 0; k < count; ++k) {
    model.motifs.push_back(read_linear_motif(file, model.options, names[k], k));
  }
  rate::validate(model, path.string());
  return model;
}

}  // namespace rheobase::io
