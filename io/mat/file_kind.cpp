#include "io/mat/file_kind.hpp"

#include <algorithm>
#include <array>

namespace rheobase::io {

namespace {

/// A file of the kind has all of `fields`.
struct Mark {
  std::array<std::string_view, 2> fields;
  FileKind kind;
};

/// The first one that fits holds: what is in few files comes before what is in many.
constexpr std::array kMarks{
    Mark{{"checkpoint", ""},
         {"a checkpoint of `rheobase train`", "train --resume, and all that take a model", true}},
    Mark{{"learner_state", ""},
         {"a network of `rheobase innate` or `rheobase force` with its state of learning",
          "--resume, and all that take a model", true}},
    Mark{{"innate", ""}, {"a network of `rheobase innate`", "innate run, eval, map", true}},
    Mark{{"force", ""}, {"a network of `rheobase force`", "force test, force compare", true}},
    Mark{{"motif_J", ""},
         {"a library of `rheobase motif`", "motif train, motif chain, motif plot", true}},
    Mark{{"linear_motifs", ""},
         {"a linear motif model of `rheobase motif linear`", "motif chain, motif plot", false}},
    Mark{{"motifs", ""}, {"targets of motifs", "motif train --targets", false}},
    Mark{{"attractor", "level_1"},
         {"trials of `rheobase attractor simulate`", "attractor analyse", false}},
    Mark{{"curve_delay_ms", "mean_r2"}, {"the summary of `rheobase innate capacity`", "", false}},
    Mark{{"capacity", ""}, {"a result of `rheobase innate capacity`", "innate capacity", false}},
    Mark{{"W_rec0", ""},
         {"a start of innate training", "innate timing --from, innate words --from", false}},
    Mark{{"input_side0", ""}, {"a start of FORCE", "force train --from", false}},
    Mark{{"format", "rate_average"},
         {"a comparison of `rheobase compare`", "report, export, compare --baseline", false}},
    Mark{{"trial_condition", "spike_time_ms"},
         {"runs of `rheobase simulate --trials`", "export", false}},
    Mark{{"spike_time_ms", "spike_count"}, {"a run of `rheobase simulate`", "export", false}},
    Mark{{"content", "populations"}, {"a run of `rheobase network run`", "network plot", false}},
    Mark{{"content", "state"}, {"a state of `rheobase network run`", "network run --state", false}},
    Mark{{"unit", ""}, {"a recorded session", "force train --targets", false}},
    Mark{{"seed", "trained"}, {"the summary of `rheobase train --seeds`", "", false}},
    Mark{{"scaling_factor", "seconds"}, {"the summary of `rheobase map`", "", false}},
    Mark{{"u", "z"},
         {"trials of a task",
          "train, map, eval, compare, simulate, perturb and report, with --task file --trials-file",
          false}},
    Mark{{"u", ""}, {"an input", "simulate --input FILE:u", false}},
    Mark{{"target", ""}, {"recorded rates", "force train --targets", false}},
};

}  // namespace

const FileKind* kind_of(const MatFile& file) {
  const bool model = file.has("w") && (file.has("N") || file.has("tau_ms"));
  const bool linear = file.has("linear_motifs");  // its `w` is a readout, not a matrix of weights
  if (!model && !linear && (file.has("w") || file.has("w_in"))) {
    return nullptr;  // a network that lacks something: its reader says what
  }
  for (const Mark& mark : kMarks) {
    const bool all = std::ranges::all_of(
        mark.fields, [&](std::string_view name) { return name.empty() || file.has(name); });
    if (all && mark.kind.is_model == model) {
      return &mark.kind;
    }
  }
  return nullptr;
}

MatFile names_of(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 1> kNothing{""};
  return MatFile(path, kNothing);
}

}  // namespace rheobase::io
