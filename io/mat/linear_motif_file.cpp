#include "io/mat/linear_motif_file.hpp"

#include <fmt/format.h>

#include "core/field_table.hpp"
#include "io/mat/internal/field_values.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

Eigen::MatrixXd two_columns(const Eigen::VectorXcd& values) {
  Eigen::MatrixXd parts(values.size(), 2);
  parts << values.real(), values.imag();
  return parts;
}

}  // namespace

void write_linear_model(const std::filesystem::path& path, const rate::LinearModel& model,
                        const std::string& command) {
  MatFields fields;
  add_values(fields, "options.", rate::linear_fields(), model.options);
  fields.matrix("A", model.a);
  fields.matrix("w", model.w);
  fields.matrix("U", model.preparation_u);
  fields.matrix("V", model.preparation_v);
  fields.number("preparation_cost", model.preparation_cost);
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
    fields.number(name("cost"), motif.cost);
  }
  fields.text("names", names);
  fields.text("command", command);
  write_mat(path, fields, MatVersion::level5);
}

}  // namespace rheobase::io
