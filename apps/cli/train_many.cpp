#include "apps/cli/train_many.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/series.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/training_summary.hpp"
#include "core/parallel.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

/// What became of one network.
struct Training : SeriesEntry {
  Seed seed = 0;
  bool trained = false;
  int trials = 0;
  int updates = 0;
  double accuracy = 0.0;
  double mean_loss = 0.0;
  std::string unmet;  ///< criteria that are not met
};

class ManyTrainings {
 public:
  ManyTrainings(const TrainRequest& request, const Beginning& first, const Console& console)
      : request_(request), console_(console), options_(first.options) {
    const std::vector<std::string> shared =
        arguments_without(console.arguments, {"--json"}, {"--seeds", "--jobs", "-o", "--output"});
    for (const Seed seed : request.seeds) {
      Training entry;
      entry.seed = seed;
      const std::string name =
          fmt::format("{}_N{}_seed{}.mat", first.task.name(), request.network.units, seed);
      entry.file = request.output / name;
      entry.arguments = shared;
      entry.arguments.insert(entry.arguments.end(), {"--seed", std::to_string(seed)});
      entry.command = command_text(entry.arguments) + " -o " + shell_quoted(name);
      // What there is to note was said once for all.
      entry.arguments.insert(entry.arguments.end(), {"--json", "--threads", "1", "--quiet"});
      entries_.push_back(entry);
    }
  }

  void check_outputs() const;
  void keep_what_is_done();
  void run();

 private:
  void keep_earlier_rows();
  void write_summary() const;
  void print() const;
  void keep_if_done(Training& entry) const;
  void take(Training& entry, const Json& printed) const;
  bool meets_criteria(double accuracy, double mean_loss) const {
    return rate::is_accurate(options_, accuracy) && mean_loss < options_.stop_loss;
  }
  std::size_t trained() const {
    return static_cast<std::size_t>(std::count_if(
        entries_.begin(), entries_.end(), [](const Training& entry) { return entry.trained; }));
  }

  const TrainRequest& request_;
  const Console& console_;
  rate::TrainingOptions options_;
  std::vector<Training> entries_;
  std::vector<Training> earlier_;  ///< rows of the folder's summary for other networks
};

void ManyTrainings::check_outputs() const {
  const std::vector<fs::path> inputs{file_of(request_.mask), request_.task.trials_file,
                                     request_.task.test_file};
  open_series(request_.output, inputs);
  for (const Training& entry : entries_) {
    check_continued("--output", entry.file, inputs);
  }
}

void ManyTrainings::keep_if_done(Training& entry) const {
  if (!fs::exists(entry.file)) {
    return;
  }
  const io::ModelFile file = io::read_model(entry.file);
  resume(entry, "command", file.provenance.command);
  entry.trials = file.provenance.trials;
  entry.updates = entry.trials / options_.batch;
  entry.accuracy = file.provenance.eval_accuracy;
  entry.mean_loss = file.provenance.eval_loss;
  entry.trained =
      file.provenance.criteria_met.value_or(meets_criteria(entry.accuracy, entry.mean_loss));
  entry.unmet = file.provenance.unmet;
}

void ManyTrainings::keep_what_is_done() {
  std::ranges::for_each(entries_, [this](Training& entry) { keep_if_done(entry); });
}

/// What the folder's summary says of other networks, and how long the resumed networks took. Read
/// again right before writing: another machine may have written meanwhile.
void ManyTrainings::keep_earlier_rows() {
  const fs::path path = request_.output / "summary.csv";
  earlier_.clear();
  if (!fs::exists(path)) {
    return;
  }
  for (const SummaryRow& row : read_summary(path)) {
    const auto own = std::ranges::find_if(entries_, [&row](const Training& entry) {
      return entry.file.filename().string() == row.file;
    });
    if (own == entries_.end()) {
      earlier_.push_back({{row.file, "", {}, true, row.seconds, row.error},
                          row.seed,
                          row.criteria_met,
                          row.trials,
                          row.updates,
                          row.accuracy,
                          row.mean_loss,
                          row.unmet});
    } else if (own->resumed) {
      own->seconds = row.seconds;
    }
  }
}

void ManyTrainings::take(Training& entry, const Json& printed) const {
  entry.trials = printed.at("trials").get<int>();
  entry.updates = entry.trials / options_.batch;
  entry.accuracy = printed.at("accuracy").at("value").get<double>();
  entry.mean_loss = printed.at("mean_loss").get<double>();
  entry.trained = printed.at("trained").get<bool>();
  entry.unmet = joined(printed.at("unmet").get<std::vector<std::string>>(), "; ");
}

void ManyTrainings::run() {
  std::vector<SeriesEntry*> series;
  for (Training& entry : entries_) {
    series.push_back(&entry);
  }
  run_series({.title = "training",
              .command_field = "command",
              .jobs = request_.jobs > 0 ? request_.jobs : hardware_threads(),
              .keep_if_done = [this](std::size_t i) { keep_if_done(entries_[i]); },
              .take = [this](std::size_t i, const Json& printed) { take(entries_[i], printed); }},
             series, console_, [this] {
               keep_earlier_rows();
               write_summary();
             });
  print();
  require_unbroken({series.begin(), series.end()}, request_.output);
}

void ManyTrainings::write_summary() const {
  std::vector<Training> all = earlier_;
  std::ranges::copy_if(entries_, std::back_inserter(all), &Training::ended);
  std::ranges::sort(all, {}, [](const Training& entry) {
    return std::pair(entry.seed, entry.file.filename().string());
  });
  std::vector<SummaryRow> rows;
  for (const Training& entry : all) {
    rows.push_back({entry.seed, entry.file.filename().string(), entry.trained, entry.trials,
                    entry.updates, entry.accuracy, entry.mean_loss, entry.seconds, entry.unmet,
                    entry.error});
  }
  save_result(request_.output / "summary.csv",
              [&](const fs::path& path) { io::write_atomically(path, summary_text(rows)); });
  const auto column = [&rows](const auto& value) {
    Eigen::VectorXd values(static_cast<Eigen::Index>(rows.size()));
    std::ranges::transform(rows, values.data(), [&](const SummaryRow& row) {
      return row.error.empty() ? static_cast<double>(value(row))
                               : std::numeric_limits<double>::quiet_NaN();
    });
    return values;
  };
  Eigen::VectorXd seeds(static_cast<Eigen::Index>(rows.size()));
  std::ranges::transform(rows, seeds.data(),
                         [](const SummaryRow& row) { return static_cast<double>(row.seed); });
  io::MatFields fields;
  fields.matrix("seed", seeds);
  fields.matrix("trained", column([](const SummaryRow& row) { return row.criteria_met; }));
  fields.matrix("trials", column([](const SummaryRow& row) { return row.trials; }));
  fields.matrix("accuracy", column([](const SummaryRow& row) { return row.accuracy; }));
  fields.matrix("mean_loss", column([](const SummaryRow& row) { return row.mean_loss; }));
  fields.matrix("seconds", column([](const SummaryRow& row) { return row.seconds; }));
  fields.text("command", console_.command_line);
  io::write_mat(request_.output / "summary.mat", fields, io::MatVersion::level5);
}

void ManyTrainings::print() const {
  if (request_.json) {
    Json list = Json::array();
    const auto figure = [](const Training& entry, auto value) {
      return entry.error.empty() ? Json(value) : Json();
    };
    for (const Training& entry : entries_) {
      list.push_back({{"seed", entry.seed},
                      {"model", entry.file.string()},
                      {"kept", entry.resumed},
                      {"trained", entry.trained},
                      {"unmet", entry.unmet},
                      {"trials", figure(entry, entry.trials)},
                      {"accuracy", figure(entry, entry.accuracy)},
                      {"mean_loss", figure(entry, entry.mean_loss)},
                      {"seconds", std::isnan(entry.seconds) ? Json() : Json(entry.seconds)},
                      {"error", entry.error}});
    }
    print_json(console_, {{"command", console_.command_line}, {"networks", list}});
    return;
  }
  TextTable table({"seed", "trained", "trials", "accuracy", "mean loss", "time"});
  for (const Training& entry : entries_) {
    if (!entry.error.empty()) {
      table.add_row({std::to_string(entry.seed), "failed", "-", "-", "-", "-"});
      continue;
    }
    table.add_row({std::to_string(entry.seed), yes_no(entry.trained), std::to_string(entry.trials),
                   percent(entry.accuracy), short_number(entry.mean_loss),
                   entry.resumed ? "resumed" : seconds_text(entry.seconds)});
  }
  console_.out << table.text();
  for (const Training& entry : entries_) {
    if (!entry.unmet.empty()) {
      console_.out << fmt::format("seed {}: criteria not met: {}\n", entry.seed, entry.unmet);
    }
  }
  console_.out << fmt::format("{} of {} trained, in {} (summary.csv, summary.mat)\n", trained(),
                              entries_.size(), request_.output.string());
}

}  // namespace

void train_many(const TrainRequest& request, const Beginning& first, const Console& console) {
  ManyTrainings trainings(request, first, console);
  trainings.check_outputs();
  trainings.keep_what_is_done();
  trainings.run();
}

}  // namespace rheobase::cli
