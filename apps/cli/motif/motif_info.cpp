#include "apps/cli/motif/motif_info.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/whole_number.hpp"
#include "rate/learning/named_arrays.hpp"

namespace rheobase::cli {

namespace {

/// The last training of a motif.
struct MotifProgress {
  std::optional<int> batches;  ///< done; none: it was never trained
  std::optional<int> wanted;   ///< of a training that was stopped
  std::optional<double> rmse;  ///< the lowest of its evaluations, which is kept
};

/// Batches done of motif `place` of a training that was stopped.
int batches_when_stopped(const io::MotifLibraryFile& file, std::size_t place) {
  // The control network has one course for all motifs.
  const std::size_t course = file.library.definition().shared ? 0 : place;
  const std::string name = fmt::format("counts_{}", course + 1);
  return to_integer<int>(rate::named_array(file.training->state, name, 2).front());
}

MotifProgress progress_of_motif(const io::MotifLibraryFile& file, std::size_t motif) {
  MotifProgress progress;
  if (motif < file.courses.size() && !file.courses[motif].empty()) {
    const std::vector<rate::MotifEvaluationPoint>& course = file.courses[motif];
    progress.batches = course.back().batch;
    progress.rmse = std::ranges::min(course, {}, &rate::MotifEvaluationPoint::rmse).rmse;
  }
  if (file.training) {
    const std::vector<std::size_t>& trained = file.training->motifs;
    const auto found = std::ranges::find(trained, motif);
    if (found != trained.end()) {
      progress.batches =
          batches_when_stopped(file, static_cast<std::size_t>(found - trained.begin()));
      progress.wanted = file.training->options.batches;
    }
  }
  return progress;
}

/// "none", "done", "stopped".
std::string training_state(const io::MotifLibraryFile& file) {
  if (file.training) {
    return "stopped";
  }
  const bool any = std::ranges::any_of(file.courses, [](const auto& c) { return !c.empty(); });
  return any ? "done" : "none";
}

/// "stopped at batch 40 of 1500", "done, of 2 of 3 motifs".
std::string motif_training_text(const io::MotifLibraryFile& file) {
  std::string state = training_state(file);
  if (file.training && !file.training->motifs.empty()) {
    std::vector<int> done;
    for (std::size_t place = 0; place < file.training->motifs.size(); ++place) {
      done.push_back(batches_when_stopped(file, place));
    }
    const auto [least, most] = std::ranges::minmax(done);
    const std::string where = least == most ? fmt::format("batch {}", least)
                                            : fmt::format("batches {} to {}", least, most);
    return fmt::format("{} at {} of {}, of {}; motif train --resume goes on", state, where,
                       file.training->options.batches,
                       counted(file.training->motifs.size(), "motif"));
  }
  const auto trained =
      std::ranges::count_if(file.courses, [](const auto& c) { return !c.empty(); });
  const std::size_t motifs = file.library.motifs.size();
  return trained > 0 && static_cast<std::size_t>(trained) < motifs
             ? fmt::format("{}, of {} of {}", state, trained, counted(motifs, "motif"))
             : state;
}

std::string preparation_text(const io::MotifLibraryFile& file) {
  const std::size_t done = file.preparation_losses.size();
  if (file.preparation_state) {
    return fmt::format("stopped at batch {} of {}; motif prepare --resume goes on", done,
                       file.preparation.batches);
  }
  return done > 0 ? "trained, " + counted(done, "batch") : std::string("not trained");
}

Json preparation_json(const io::MotifLibraryFile& file) {
  if (!file.library.definition().preparation) {
    return {};
  }
  const std::size_t done = file.preparation_losses.size();
  return {{"training", file.preparation_state ? "stopped"
                       : done > 0             ? "done"
                                              : "none"},
          {"batches", done},
          {"batches_wanted", file.preparation_state ? Json(file.preparation.batches) : Json()}};
}

template <class Value>
Json value_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

void add_motif_library(Summary& summary, const io::MotifLibraryFile& file) {
  summary.add("architecture", std::string(file.library.definition().name));
  summary.add("motifs", std::to_string(file.library.motifs.size()));
  if (file.library.definition().preparation) {
    summary.add("preparation", preparation_text(file));
  }
  summary.add("training", motif_training_text(file));
}

std::string motif_library_table(const io::MotifLibraryFile& file) {
  const rate::MotifLibrary& library = file.library;
  if (library.motifs.empty()) {
    return "";
  }
  TextTable table({"motif", "samples", "rms", "batches", "lowest RMSE"});
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    const MotifProgress progress = progress_of_motif(file, k);
    std::string batches = progress.batches ? std::to_string(*progress.batches) : "-";
    if (progress.wanted) {
      batches += fmt::format(" of {}", *progress.wanted);
    }
    table.add_row({library.motifs[k].name(), std::to_string(library.motifs[k].length()),
                   fmt::format("{:.3f}", rate::rms(library.motifs[k].target)), batches,
                   progress.rmse ? fmt::format("{:.4f}", *progress.rmse) : "-"});
  }
  return table.text();
}

Json motif_library_json(const io::MotifLibraryFile& file) {
  const rate::MotifLibrary& library = file.library;
  Json motifs = Json::array();
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    const MotifProgress progress = progress_of_motif(file, k);
    motifs.push_back({{"name", library.motifs[k].name()},
                      {"samples", library.motifs[k].length()},
                      {"rms", rate::rms(library.motifs[k].target)},
                      {"batches", value_or_null(progress.batches)},
                      {"batches_wanted", value_or_null(progress.wanted)},
                      {"rmse", value_or_null(progress.rmse)}});
  }
  return {{"architecture", std::string(library.definition().name)},
          {"preparation", preparation_json(file)},
          {"training", training_state(file)},
          {"motifs", motifs}};
}

}  // namespace rheobase::cli
