#include "apps/cli/map_many.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/series.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mapped_model.hpp"
#include "mapping/conversion/conversion_notes.hpp"
#include "mapping/conversion/network_fingerprint.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// One network of many.
struct MapEntry : SeriesEntry {
  fs::path model;
  double scaling_factor = kUnknown;
  double accuracy = kUnknown;  ///< of the network that was chosen
  bool rate_fails = false;     ///< the rate network itself; not known of those resumed
};

/// What an earlier run with the same options left. @throws InputError for other options
void resume_if_done(MapEntry& entry) {
  if (!fs::exists(entry.file)) {
    return;
  }
  const io::ModelFile file = io::read_model(entry.file);
  resume(entry, "map_command", file.provenance.map_command);
  if (mapping::network_fingerprint(io::read_model(entry.model).network) !=
      mapping::network_fingerprint(file.network)) {
    throw InputError(entry.file.string(), "network", "that of another model",
                     fmt::format("must be that of {}: name another folder", entry.model.string()));
  }
  entry.scaling_factor = file.scaling_factor.value_or(kUnknown);
  entry.accuracy = io::search_accuracy(file).value_or(kUnknown);
}

/// Such a summary lies beside the networks of `train --seeds` and `map`.
bool is_summary(const fs::path& file) {
  return file.filename() == "summary.mat";
}

std::vector<MapEntry> entries_of(const MapRequest& request, const Console& console) {
  std::vector<std::string> words{"--json", "--"};
  for (const fs::path& model : request.models) {
    words.push_back(model.string());
  }
  const std::vector<std::string> shared =
      arguments_without(console.arguments, words, {"-o", "--output", "--threads"});
  const std::string command = with_seed(command_text(shared), request.seed);
  std::vector<MapEntry> entries;
  for (const fs::path& model : request.models) {
    if (is_summary(model)) {
      note(console,
           model.string() + " is left out: `train --seeds` and `map` write such summaries");
      continue;
    }
    MapEntry entry;
    entry.model = model;
    entry.file = request.output / with_word(model.filename(), "lif");
    entry.command = command + " " + shell_quoted(model.filename().string());
    entry.arguments = shared;
    entry.arguments.insert(
        entry.arguments.end(),
        {"--threads", std::to_string(request.conversion.search.threads), "--json"});
    if (console.quiet) {
      entry.arguments.emplace_back("--quiet");
    }
    entry.arguments.insert(entry.arguments.end(), {"--", model.string()});
    for (const MapEntry& other : entries) {
      if (other.file == entry.file) {
        throw InputError("MODEL", model.string(),
                         "a file of the same name as " + other.model.string(),
                         "must have another name: both results would be " + entry.file.string());
      }
    }
    entries.push_back(entry);
  }
  return entries;
}

/// What the folder's summary says of networks that are not of this call. Those that are resumed get
/// from it what their files do not say.
std::vector<MapEntry> earlier_rows(const fs::path& summary, std::vector<MapEntry>& entries) {
  constexpr std::size_t kColumns = 6;
  std::vector<MapEntry> earlier;
  std::ifstream file(summary);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = csv_cells(line);
    if (cells.size() != kColumns || cells[0] == "model") {
      continue;
    }
    const auto number = [&](std::size_t column) {
      return csv_number<double>(cells[column]).value_or(kUnknown);
    };
    const auto own = std::ranges::find_if(
        entries, [&](const MapEntry& entry) { return entry.file.filename().string() == cells[1]; });
    if (own == entries.end()) {
      earlier.push_back(
          {{cells[1], "", {}, true, number(4), cells[5]}, cells[0], number(2), number(3)});
    } else if (own->resumed) {
      own->seconds = number(4);
      own->accuracy = std::isnan(own->accuracy) ? number(3) : own->accuracy;
    }
  }
  return earlier;
}

/// Nothing for what is not known.
std::string csv_figure(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

void write_summary(const fs::path& folder, const std::vector<MapEntry>& entries,
                   const std::string& command) {
  std::string text = "model,file,scaling_factor,accuracy,seconds,error\n";
  const auto count = static_cast<Eigen::Index>(entries.size());
  Eigen::MatrixXd values(count, 3);
  for (Eigen::Index i = 0; i < count; ++i) {
    const MapEntry& entry = entries[static_cast<std::size_t>(i)];
    text += fmt::format("{},{},", csv_text(entry.model.string()),
                        csv_text(entry.file.filename().string()));
    // What broke has no figures, and how long a network took that came without a summary is not
    // known.
    text +=
        entry.error.empty()
            ? fmt::format("{},{},{},", csv_figure(entry.scaling_factor), csv_figure(entry.accuracy),
                          std::isnan(entry.seconds) ? "" : fmt::format("{:.3f}", entry.seconds))
            : ",,,";
    text += csv_text(entry.error) + '\n';
    values.row(i) << entry.scaling_factor, entry.accuracy, entry.seconds;
    if (!entry.error.empty()) {
      values.row(i).setConstant(kUnknown);
    }
  }
  save_result(folder / "summary.csv",
              [&](const fs::path& path) { io::write_atomically(path, text); });
  io::MatFields fields;
  fields.matrix("scaling_factor", values.col(0));
  fields.matrix("accuracy", values.col(1));
  fields.matrix("seconds", values.col(2));
  fields.text("command", command);
  io::write_mat(folder / "summary.mat", fields, io::MatVersion::level5);
}

Json json_figure(double value) {
  return std::isnan(value) ? Json() : Json(value);
}

void print_entries(const MapRequest& request, const std::vector<MapEntry>& entries,
                   const Console& console) {
  if (request.json) {
    Json list = Json::array();
    for (const MapEntry& entry : entries) {
      list.push_back({{"model", entry.model.string()},
                      {"output", entry.file.string()},
                      {"kept", entry.resumed},
                      {"scaling_factor", json_figure(entry.scaling_factor)},
                      {"accuracy", json_figure(entry.accuracy)},
                      {"rate_network_fails", entry.resumed ? Json() : Json(entry.rate_fails)},
                      {"seconds", json_figure(entry.seconds)},
                      {"error", entry.error}});
    }
    print_json(console, {{"command", console.command_line}, {"networks", list}});
    return;
  }
  TextTable table({"model", "scaling", "accuracy", "time"});
  int converted = 0;
  for (const MapEntry& entry : entries) {
    converted += entry.accuracy >= mapping::kConverted && !entry.rate_fails ? 1 : 0;
    if (entry.error.empty()) {
      table.add_row({entry.model.filename().string(), fmt::format("{:g}", entry.scaling_factor),
                     (std::isnan(entry.accuracy) ? "-" : percent(entry.accuracy)) +
                         (entry.rate_fails ? ", rate network fails" : ""),
                     entry.resumed ? "resumed" : seconds_text(entry.seconds)});
    } else {
      table.add_row({entry.model.filename().string(), "failed", "-", "-"});
    }
  }
  console.out << table.text()
              << fmt::format("{} of {} reach 95 %, in {} (summary.csv, summary.mat)\n", converted,
                             entries.size(), request.output.string());
}

void check_many(const MapRequest& request) {
  if (request.in_place) {
    throw InputError("--in-place", "", "several models", "must come with one");
  }
  if (!request.plot.empty()) {
    throw InputError("--plot", request.plot.string(), "several models", "must come with one");
  }
  if (std::ranges::all_of(request.models, is_summary)) {
    throw InputError(
        "MODEL", "", "summaries alone",
        "must be networks: `train --seeds` and `map` write such summaries beside them");
  }
  open_series(request.output, request.task.files());
}

}  // namespace

void map_many(const MapRequest& request, const Console& console) {
  check_many(request);
  std::vector<MapEntry> entries = entries_of(request, console);
  std::vector<fs::path> inputs = request.models;
  inputs.push_back(request.task.trials_file);
  inputs.push_back(request.task.test_file);
  for (MapEntry& entry : entries) {
    check_continued("--output", entry.file, inputs);
    resume_if_done(entry);
  }
  std::vector<SeriesEntry*> series;
  for (MapEntry& entry : entries) {
    series.push_back(&entry);
  }
  run_series({.title = "scaling search",
              .command_field = "map_command",
              .jobs = 1,  // a search has threads of its own
              .keep_if_done = [&](std::size_t i) { resume_if_done(entries[i]); },
              .take =
                  [&](std::size_t i, const Json& printed) {
                    const Json& best = printed.at("best");
                    entries[i].scaling_factor = best.at("scaling_factor").get<double>();
                    entries[i].accuracy = best.at("accuracy").at("value").get<double>();
                    entries[i].rate_fails = printed.at("rate_network_fails").get<bool>();
                  }},
             series, console, [&] {
               std::vector<MapEntry> rows = earlier_rows(request.output / "summary.csv", entries);
               std::ranges::copy_if(entries, std::back_inserter(rows), &MapEntry::ended);
               write_summary(request.output, rows, console.command_line);
             });
  print_entries(request, entries, console);
  require_unbroken({series.begin(), series.end()}, request.output);
}

}  // namespace rheobase::cli
