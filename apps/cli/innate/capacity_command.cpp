#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/cli/innate/innate_commands.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/innate_picture.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/option_names.hpp"
#include "core/parallel.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/capacity_file.hpp"
#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/innate_capacity.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kCapacityExamples =
    "Examples:\n"
    "  rheobase innate capacity -o capacity --plot capacity.pdf\n"
    "  rheobase innate capacity --delays 250,1000 --networks 3 -o short\n"
    "  rheobase innate capacity --units 400 --gain 1.6 --jobs 1 --json -o small";

/// What `innate capacity` was asked for.
struct CapacityRequest {
  rate::CapacityOptions options;
  std::string delays = "250,500,1000,2000,3000,4000,5000,6000,7000,8000";  ///< ms
  std::filesystem::path output, plot;                                      ///< a folder, a figure
  int jobs = 0;
  bool json = false;
};

/// A network at a delay.
struct CapacityCell {
  rate::CapacityRow row;
  fs::path file;
  bool kept = false;  ///< was in the folder before
  bool done = false;
  std::string error;
};

class CapacityRun {
 public:
  CapacityRun(const CapacityRequest& request, const Console& console)
      : request_(request), console_(console) {
    for (const double delay : request.options.delays_ms) {
      for (int network = 0; network < request.options.networks; ++network) {
        cells_.push_back(cell_of(delay, network));
      }
    }
    progress_ = std::vector<std::atomic<double>>(cells_.size());
  }

  void check_outputs() const;
  void keep_what_is_done();
  void run(const InterruptGuard& guard, const RunControl& bar);
  void write_summary() const;
  void print() const;
  std::vector<rate::CapacityPoint> points() const { return points_of(cells_); }
  std::size_t broken() const {
    return static_cast<std::size_t>(
        std::count_if(cells_.begin(), cells_.end(),
                      [](const CapacityCell& cell) { return !cell.error.empty(); }));
  }

 private:
  CapacityCell cell_of(double delay_ms, int network) const;
  bool keep_if_done(CapacityCell& cell) const;
  std::vector<CapacityCell> all_cells() const;
  static std::vector<rate::CapacityPoint> points_of(const std::vector<CapacityCell>& cells);
  void compute(std::size_t index, const RunControl& control);
  double fraction_done() const;

  const CapacityRequest& request_;
  const Console& console_;
  std::vector<CapacityCell> cells_;
  std::vector<CapacityCell> others_;  ///< of the folder's summary: other delays or networks
  std::vector<std::atomic<double>> progress_;
  std::mutex writing_;
};

void CapacityRun::check_outputs() const {
  for (const char* summary : {"summary.csv", "summary.mat"}) {
    check_continued("--output", request_.output / summary);
  }
  if (!request_.plot.empty()) {
    check_output(console_, "--plot", request_.plot);
  }
}

CapacityCell CapacityRun::cell_of(double delay_ms, int network) const {
  CapacityCell cell;
  cell.row.delay_ms = delay_ms;
  cell.row.network = network;
  cell.file = request_.output / fmt::format("delay_{}_network_{}.mat", delay_ms, network + 1);
  return cell;
}

/// Whether its file is there. @throws InputError where that is of other options
bool CapacityRun::keep_if_done(CapacityCell& cell) const {
  if (fs::exists(cell.file)) {
    cell.row =
        io::read_capacity_row(cell.file, cell.row.delay_ms, cell.row.network, request_.options);
    cell.kept = cell.done = true;
  }
  return cell.done;
}

void CapacityRun::keep_what_is_done() {
  std::ranges::for_each(cells_, [this](CapacityCell& cell) { keep_if_done(cell); });
  std::ifstream summary(request_.output / "summary.csv");
  for (std::string line; std::getline(summary, line);) {
    const std::vector<std::string> words = csv_cells(line);
    const auto delay_ms = csv_number<double>(words.front());
    const auto network = words.size() > 1 ? csv_number<int>(words[1]) : std::nullopt;
    if (!delay_ms || !network) {
      continue;  // the header
    }
    CapacityCell other = cell_of(*delay_ms, *network - 1);
    if (std::ranges::find(cells_, other.file, &CapacityCell::file) != cells_.end()) {
      continue;
    }
    if (!keep_if_done(other)) {
      other.error = words.back();
    }
    if (other.done || !other.error.empty()) {
      others_.push_back(std::move(other));
    }
  }
}

void CapacityRun::compute(std::size_t index, const RunControl& control) {
  CapacityCell& cell = cells_[index];
  try {
    const rate::CapacityRow row =
        rate::capacity_row(request_.options, cell.row.delay_ms, cell.row.network, control);
    // Writing forks a process: one at a time.
    const std::lock_guard lock(writing_);
    save_result(cell.file,
                [&](const fs::path& path) { io::write_capacity_row(path, row, request_.options); });
    cell.row = row;
    cell.done = true;
  } catch (const Cancelled&) {
    // What is done is in the folder.
  } catch (const std::exception& error) {
    cell.error = failure_text(error);
  }
}

/// By the length of the trials: those of long delays take longer.
double CapacityRun::fraction_done() const {
  double done = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const double weight = cells_[i].row.delay_ms + 150.0;
    done += weight * progress_[i];
    all += weight;
  }
  return done / all;
}

void CapacityRun::run(const InterruptGuard& guard, const RunControl& bar) {
  const std::thread::id caller = std::this_thread::get_id();
  const auto one = [&](std::size_t i) {
    RunControl control;
    control.cancelled = [&guard] { return guard.interrupted(); };
    control.report = [&](const Progress& progress) {
      progress_[i] = progress.fraction;
      if (std::this_thread::get_id() == caller) {
        bar.progress(fraction_done(), counted(cells_.size(), "network"));
      }
    };
    if (!cells_[i].kept && !guard.interrupted()) {
      compute(i, control);
    }
    progress_[i] = 1.0;
  };
  parallel_for(cells_.size(), request_.jobs, one);
}

std::vector<rate::CapacityPoint> CapacityRun::points_of(const std::vector<CapacityCell>& cells) {
  std::vector<rate::CapacityRow> rows;
  for (const CapacityCell& cell : cells) {
    if (cell.done) {
      rows.push_back(cell.row);
    }
  }
  return rate::summarise(rows);
}

/// Those of this call and of earlier ones, by delay and network.
std::vector<CapacityCell> CapacityRun::all_cells() const {
  std::vector<CapacityCell> all = cells_;
  all.insert(all.end(), others_.begin(), others_.end());
  std::ranges::sort(all, {}, [](const CapacityCell& cell) {
    return std::pair(cell.row.delay_ms, cell.row.network);
  });
  return all;
}

void CapacityRun::write_summary() const {
  std::string text =
      "delay_ms,network,seed,file,correlation,r2,first_loss,last_loss,seconds,error\n";
  const std::vector<CapacityCell> cells = all_cells();
  std::vector<double> delays;
  int networks = 0;
  for (const CapacityCell& cell : cells) {
    if (delays.empty() || delays.back() != cell.row.delay_ms) {
      delays.push_back(cell.row.delay_ms);
    }
    networks = std::max(networks, cell.row.network + 1);
  }
  const std::array<const char*, 5> names{"correlation", "r2", "first_loss", "last_loss", "seed"};
  std::array<Eigen::MatrixXd, 5> tables;
  tables.fill(Eigen::MatrixXd::Constant(static_cast<Eigen::Index>(delays.size()), networks,
                                        std::numeric_limits<double>::quiet_NaN()));
  for (const CapacityCell& cell : cells) {
    const rate::CapacityRow& row = cell.row;
    text += fmt::format("{},{},", row.delay_ms, row.network + 1);
    text += cell.done ? fmt::format("{},{},{},{},{},{},{:.3f},", row.seed,
                                    csv_text(cell.file.filename().string()), row.correlation,
                                    row.r2, row.first_loss, row.last_loss, row.seconds)
                      : ",,,,,,,";
    text += csv_text(cell.error) + '\n';
    if (cell.done) {
      const auto at = std::ranges::find(delays, row.delay_ms) - delays.begin();
      const std::array<double, 5> values{row.correlation, row.r2, row.first_loss, row.last_loss,
                                         static_cast<double>(row.seed)};
      for (std::size_t k = 0; k < values.size(); ++k) {
        tables[k](at, row.network) = values[k];
      }
    }
  }
  save_result(request_.output / "summary.csv",
              [&](const fs::path& path) { io::write_atomically(path, text); });
  io::MatFields fields;
  fields.row("delay_ms", delays);
  for (std::size_t k = 0; k < names.size(); ++k) {
    fields.matrix(names[k], tables[k]);
  }
  std::vector<double> means, errors, curve_delays;
  for (const rate::CapacityPoint& point : points_of(cells)) {
    curve_delays.push_back(point.delay_ms);
    means.push_back(point.mean_r2);
    errors.push_back(point.standard_error);
  }
  fields.row("curve_delay_ms", curve_delays);
  fields.row("mean_r2", means);
  fields.row("standard_error", errors);
  fields.text("command", console_.command_line);
  io::write_mat(request_.output / "summary.mat", fields, io::MatVersion::level5);
}

std::string published_text(double delay_ms) {
  for (const rate::CapacityPoint& point : rate::published_capacity()) {
    if (point.delay_ms == delay_ms) {
      return fmt::format("{:.4f}", point.mean_r2);
    }
  }
  return "-";
}

void CapacityRun::print() const {
  const auto kept = std::count_if(cells_.begin(), cells_.end(),
                                  [](const CapacityCell& cell) { return cell.kept; });
  if (request_.json) {
    Json curve = Json::array();
    for (const rate::CapacityPoint& point : points()) {
      curve.push_back({{"delay_ms", point.delay_ms},
                       {"networks", point.networks},
                       {"mean_r2", point.mean_r2},
                       {"standard_error", point.standard_error}});
    }
    Json list = Json::array();
    for (const CapacityCell& cell : cells_) {
      const auto of_done = [&](double value) { return cell.error.empty() ? Json(value) : Json(); };
      list.push_back({{"delay_ms", cell.row.delay_ms},
                      {"network", cell.row.network + 1},
                      {"seed", cell.row.seed},
                      {"file", cell.file.string()},
                      {"kept", cell.kept},
                      {"correlation", of_done(cell.row.correlation)},
                      {"r2", of_done(cell.row.r2)},
                      {"first_loss", cell.row.first_loss},
                      {"last_loss", cell.row.last_loss},
                      {"seconds", cell.row.seconds},
                      {"error", cell.error}});
    }
    print_json(console_, {{"command", console_.command_line},
                          {"seed", request_.options.setup.experiment.seed},
                          {"curve", curve},
                          {"networks", list},
                          {"plot", request_.plot.empty() ? Json() : Json(request_.plot.string())}});
    return;
  }
  TextTable table({"delay", "networks", "mean R^2", "standard error", "published"});
  for (const rate::CapacityPoint& point : points()) {
    table.add_row({fmt::format("{:g} ms", point.delay_ms), std::to_string(point.networks),
                   fmt::format("{:.4f}", point.mean_r2),
                   fmt::format("{:.4f}", point.standard_error), published_text(point.delay_ms)});
  }
  console_.out << table.text()
               << fmt::format("{}, {} of them there before, in {} (summary.csv, summary.mat)\n",
                              counted(cells_.size(), "network"), kept, request_.output.string());
  if (!request_.plot.empty()) {
    console_.out << saved_text(request_.plot);
  }
}

std::vector<double> delays_of(const std::string& text) {
  std::vector<double> delays = parse_grid("--delays", text);
  for (const double delay : delays) {
    if (delay > 1e6) {
      throw InputError("--delays", "", fmt::format("{:g} ms", delay), "must be at most 1000 s");
    }
  }
  return delays;
}

/// Whether networks of every delay can be made and fit into memory.
void check_networks(const rate::CapacityOptions& options) {
  validate(options.setup.network);
  if (options.setup.experiment.noisy_tests_after < 1) {
    throw InputError("capacity", "noisy_tests_after", "0", "must be 1 or more: R^2 is theirs");
  }
  for (const double delay : options.delays_ms) {
    rate::TimingTarget target = options.target;
    target.delay_ms = delay;
    rate::InnateSetup longest =
        rate::capacity_setup(target, options.clock, options.setup.network.step_ms);
    rate::InnateExperiment experiment = options.setup.experiment;
    experiment.trials = longest.experiment.trials;
    require_memory(options.setup.network, experiment);
  }
}

/// Computes what the folder does not hold yet, writes the summaries and prints the curve.
void run_capacity(CapacityRequest request, const Console& console) {
  if (request.output.empty()) {
    throw InputError("--output", "", "nothing", "must name the folder of the results");
  }
  request.options.delays_ms = delays_of(request.delays);
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
  }
  with_option_names([&] { check_networks(request.options); }, rate::reservoir_fields(),
                    rate::timing_target_fields(), rate::trial_clock_fields(),
                    rate::innate_fields());
  std::error_code failure;
  fs::create_directories(request.output, failure);
  if (failure) {
    throw InputError("--output", request.output.string(), failure.message(),
                     "must be a folder that can be made");
  }
  CapacityRun capacity(request, console);
  capacity.check_outputs();
  capacity.keep_what_is_done();
  const InterruptGuard guard;
  {
    ProgressBar bar(console, "capacity");
    capacity.run(guard, bar.control(guard));
  }
  if (guard.interrupted()) {
    throw Cancelled("stopped; complete networks are kept, the same command goes on");
  }
  capacity.write_summary();
  if (!request.plot.empty()) {
    report::draw_capacity(capacity.points(), rate::published_capacity(), request.plot);
  }
  capacity.print();
  if (capacity.broken() > 0) {
    throw Error(fmt::format("{} broke: see {}", counted(capacity.broken(), "network"),
                            (request.output / "summary.csv").string()));
  }
}

}  // namespace

void add_innate_capacity_command(Command innate, const Console& console) {
  const auto request = std::make_shared<CapacityRequest>();
  const Command command = innate.add_command(
      "capacity",
      "How long a delay networks can learn\n"
      "Figure 3 of Vitay (2016): new networks for every delay learn a pulse; the squared "
      "correlation of output and target in a noisy test, mean and error. Every network has a file "
      "of its own in the folder --output: the same command again does what is missing.");
  command.examples(kCapacityExamples);
  command.add_folder("-o,--output", request->output, "Folder for the results");
  command.add_file("--plot", request->plot, "Draw the curve (.png, .svg, .pdf)");
  add_text(command, "--delays", request->delays, "MS,...", "Delays in ms, or FIRST:STEP:LAST");
  add_integer(command, "--networks", request->options.networks, {1.0, 100000.0},
              "Networks of every delay");
  add_integer(command, "--jobs", request->jobs, {0.0, 1024.0},
              "Networks trained at a time; 0: as many as the machine has threads");
  add_json(command, request->json);
  add_fields(command, rate::reservoir_fields(), request->options.setup.network, "Network");
  add_fields_without(command, rate::timing_target_fields(), request->options.target, "Target",
                     {"delay_ms"});
  add_fields_without(
      command, rate::trial_clock_fields(), request->options.clock, "Trial",
      {"window_ms", "perturbation_offset_ms", "perturbation_ms", "perturbation_amplitude"});
  add_fields_without(command, rate::innate_fields(), request->options.setup.experiment,
                     "Training and tests",
                     {"noisy_tests_before", "perturbed_tests_before", "perturbed_tests_after",
                      "recorded_units", "threads"});
  command.short_help({"--output", "--plot", "--delays", "--networks", "--jobs", "--json", "--units",
                      "--gain", "--recurrent-trials", "--readout-trials", "--tests", "--noise",
                      "--seed"});
  command.action([request, &console] { run_capacity(*request, console); });
}

}  // namespace rheobase::cli
