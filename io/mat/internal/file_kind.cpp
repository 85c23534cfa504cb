#include "io/mat/internal/file_kind.hpp"

#include <array>
#include <string_view>

#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

/// A kind of file, and two fields (or one twice) that no other kind has together.
struct FileKind {
  std::string_view field, other;
  std::string_view name;
};

constexpr std::array kFileKinds = std::to_array<FileKind>({
    {"content", "content", "a run or state of a built network, from `network run`"},
    {"spike_trial", "trial_number", "runs of many trials, from `simulate --trials`"},
    {"spike_unit", "spike_time_ms", "a run, from `simulate`"},
    {"format", "summary", "a comparison, from `compare`"},
    {"attractor", "levels", "trials of an attractor model, from `attractor simulate`"},
    {"linear_motifs", "A", "a linear model of motifs, from `motif linear`"},
    {"motifs", "motifs", "targets of motifs, from `motif targets`"},
    {"W_rec0", "W_in", "a start of innate training"},
    {"learner_state", "learner_arrays", "the state of a learner, no network"},
    {"u", "z", "trials of a task, for --trials-file"},
});

constexpr auto kKindFields = [] {
  std::array<std::string_view, 2 * kFileKinds.size()> names{};
  for (std::size_t i = 0; i < kFileKinds.size(); ++i) {
    names[2 * i] = kFileKinds[i].field;
    names[2 * i + 1] = kFileKinds[i].other;
  }
  return names;
}();

}  // namespace

std::string kind_of_other_file(std::span<const std::byte> bytes, const std::string& where) {
  const MatFile file(bytes, where, kKindFields);
  for (const FileKind& kind : kFileKinds) {
    if (file.has(kind.field) && file.has(kind.other)) {
      return std::string(kind.name);
    }
  }
  return {};
}

}  // namespace rheobase::io
