#include <memory>

#include <fmt/format.h>

#include "apps/cli/demo_picture.hpp"
#include "apps/cli/evaluation.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/search_table.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/report/html_collect.hpp"
#include "apps/report/html_report.hpp"
#include "apps/report/internal/gnuplot.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/trained_model.hpp"
#include "mapping/comparison/compare.hpp"
#include "rate/dynamics/unit_type.hpp"
#include "rate/models/initialise.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct DemoRequest {
  fs::path folder = "rheobase-demo";
  int units = 200;
  int max_trials = rate::recommended_training().max_trials;
  int trials = 100;
  Seed seed = 1;
  int threads = 0;
  bool no_picture = false;
};

constexpr const char* kRateFile = "go-nogo.mat";
constexpr const char* kSpikingFile = "go-nogo.lif.mat";
constexpr const char* kRunFile = "go-nogo.run.mat";
constexpr const char* kPage = "report.html";

constexpr const char* kDemoExamples =
    "Examples:\n"
    "  rheobase demo\n"
    "  rheobase demo --seed 2 -o demo-2\n"
    "Afterwards:\n"
    "  rheobase info rheobase-demo/go-nogo.lif.mat\n"
    "  rheobase eval rheobase-demo/go-nogo.lif.mat --refractory 0";

/// The steps of the demo, each of them what a subcommand does.
class Demo {
 public:
  Demo(const DemoRequest& request, const Console& console)
      : request_(request),
        console_(console),
        command_(with_seed(console.command_line, request.seed)) {
    simulation_.engine = "auto";
    simulation_.seed = request.seed;
    simulation_.output_period_ms = mapping::scoring_period_ms(simulation_);
  }

  void train_network();
  void find_scaling();
  void evaluate_both();
  void run_trials();
  void draw();
  void make_page();
  void list_files() const;

 private:
  fs::path path(const std::string& name) const { return request_.folder / name; }

  const DemoRequest& request_;
  const Console& console_;
  std::string command_;
  rate::Task task_{"go-nogo"};
  InterruptGuard guard_;
  spiking::SimulationOptions simulation_;
  io::ModelFile file_;
  spiking::SpikingModel spiking_model_;
  mapping::ScalingSearchResult search_;
  NetworkEvaluation evaluation_;
  std::vector<SampledSignal> readouts_;
  std::vector<rate::Trial> trials_;
  std::vector<spiking::SimulationResult> runs_;
  std::vector<std::string> files_;
};

void Demo::train_network() {
  rate::NetworkOptions network;
  network.units = request_.units;
  network.initialisation = rate::Initialisation::balanced;
  rate::TrainingOptions options = rate::recommended_training();
  options.seed = request_.seed;
  options.max_trials = request_.max_trials;
  options.threads = request_.threads;
  const rate::DaleModel model = rate::make_dale_model(network, task_.inputs(), request_.seed);
  console_.out << fmt::format("Training a rate network of {} on {}, seed {}\n",
                              counted(network.units, "unit"), task_.name(), request_.seed)
               << std::flush;
  const rate::TrainingResult result = [&] {
    ProgressBar bar(console_, "training");
    return rate::train(rate::initial_state(model, options), task_, options, bar.control(guard_));
  }();
  if (result.outcome == rate::TrainingOutcome::cancelled) {
    throw Cancelled("stopped during training; nothing was saved");
  }
  file_ = io::trained_model(result, task_, options, command_);
  io::write_model(path(kRateFile), file_);
  files_.emplace_back(kRateFile);
  console_.out << fmt::format(
      "  {} after {}: {} correct, mean loss {:.3g}, {}\n\n",
      result.trained ? "trained" : "not trained (the stop criteria were not met)",
      counted(result.state.trials_done, "trial"), percent(result.last_evaluation.accuracy.value),
      result.last_evaluation.mean_loss, seconds_text(result.seconds));
}

void Demo::find_scaling() {
  mapping::ScalingSearchOptions options;
  options.trials = request_.trials;
  options.simulation = simulation_;
  options.threads = request_.threads;
  console_.out << "Searching the scaling factor that turns it into a spiking network\n"
               << std::flush;
  {
    ProgressBar bar(console_, "scaling search");
    search_ = mapping::search_scaling(file_.network, task_, options, bar.control(guard_));
  }
  file_.scaling_factor = search_.points[search_.best].scaling_factor;
  for (const mapping::ScalingPoint& point : search_.points) {
    file_.provenance.scaling_factors.push_back(point.scaling_factor);
    file_.provenance.accuracies.push_back(point.accuracy.value);
  }
  file_.provenance.search_trials = options.trials;
  file_.provenance.map_command = command_;
  file_.transfer = mapping::TransferOptions{};
  io::write_model(path(kSpikingFile), file_, io::MatVersion::level5, path(kRateFile));
  files_.emplace_back(kSpikingFile);
  spiking_model_ = mapping::map_to_spiking(file_.network, *file_.scaling_factor);
  console_.out << search_table(search_)
               << fmt::format("  {} a value, {}\n\n", counted(options.trials, "trial"),
                              seconds_text(search_.seconds));
}

void Demo::evaluate_both() {
  console_.out << fmt::format("Both networks on {} fresh trials\n", request_.trials) << std::flush;
  evaluation_.rate = rate::evaluate_rate(
      file_.network, task_,
      {.trials = request_.trials, .seed = request_.seed, .threads = request_.threads});
  ProgressBar bar(console_, "evaluating");
  evaluation_.spiking =
      mapping::evaluate_spiking(spiking_model_, task_, request_.trials, simulation_,
                                request_.threads, &readouts_, bar.control(guard_));
  evaluation_.conditions = evaluation_.rate->conditions;
  console_.out << evaluation_tables(evaluation_, task_) << '\n';
}

void Demo::run_trials() {
  spiking::SimulationOptions options = simulation_;
  options.record.spikes = true;
  for (int condition = 0; condition < 2; ++condition) {
    trials_.push_back(task_.trial_of(condition, request_.seed, 0, Purpose::evaluation_task));
    runs_.push_back(
        spiking::simulate(spiking_model_, rate::spiking_input(trials_.back()), options));
  }
  io::RunDescription description;
  description.scaling_factor = spiking_model_.scaling_factor;
  description.command = command_;
  description.task = task_.name();
  description.condition = task_.conditions().front();
  description.correct = task_.spiking_correct(trials_.front(), runs_.front().output);
  description.transfer = file_.transfer;
  for (const rate::UnitType type : rate::unit_types(file_.network)) {
    description.unit_type.push_back(static_cast<int>(type));
  }
  description.simulation = options;
  io::write_run(path(kRunFile), runs_.front(), description);
  files_.emplace_back(kRunFile);
}

void Demo::draw() {
  if (request_.no_picture) {
    return;
  }
  const report::Picture picture = picture_of({file_.network, task_, search_, *evaluation_.rate,
                                              *evaluation_.spiking, readouts_, trials_, runs_});
  for (const char* name : {"picture.png", "picture.svg"}) {
    report::draw_picture(picture, path(name));
    files_.emplace_back(name);
  }
}

void Demo::make_page() {
  if (request_.no_picture && !report::interactive_report_available()) {
    return;
  }
  mapping::CompareOptions options;
  options.scaling_factor = spiking_model_.scaling_factor;
  options.trials = request_.trials;
  options.simulation = simulation_;
  options.example_trials = 4;
  options.threads = request_.threads;
  mapping::Comparison comparison = [&] {
    ProgressBar bar(console_, "comparing");
    return mapping::compare(file_.network, task_, options, bar.control(guard_));
  }();
  comparison.model_file = path(kSpikingFile).string();
  comparison.command = command_;
  report::write_report(
      report::report_data(comparison, task_, &file_, {kSpikingFile, command_, kVersion}),
      path(kPage));
  files_.emplace_back(kPage);
}

void Demo::list_files() const {
  console_.out << "Files\n";
  for (const std::string& name : files_) {
    console_.out << "  " << path(name).string() << '\n';
  }
}

/// All that the demo writes.
std::vector<std::string> demo_files(const DemoRequest& request) {
  std::vector<std::string> names{kRateFile, kSpikingFile, kRunFile};
  if (!request.no_picture) {
    names.insert(names.end(), {"picture.png", "picture.svg"});
  }
  if (!request.no_picture || report::interactive_report_available()) {
    names.emplace_back(kPage);
  }
  return names;
}

void run_demo(const DemoRequest& request, const Console& console) {
  if (!request.no_picture && !report::gnuplot_available()) {
    throw Error(
        "gnuplot is not installed, it draws the picture: sudo apt-get install gnuplot-nox "
        "(or give --no-picture)");
  }
  std::error_code failure;
  fs::create_directories(request.folder, failure);
  if (failure) {
    throw InputError("--output", request.folder.string(), failure.message(),
                     "must be a folder that can be made");
  }
  for (const std::string& name : demo_files(request)) {
    check_output(console, "--output", request.folder / name);
  }
  Demo demo(request, console);
  demo.train_network();
  demo.find_scaling();
  demo.evaluate_both();
  demo.run_trials();
  demo.draw();
  demo.make_page();
  demo.list_files();
}

}  // namespace

void add_demo_command(Command program, const Console& console) {
  const auto request = std::make_shared<DemoRequest>();
  const Command command = program.add_command(
      "demo",
      "The whole path on the Go-NoGo task, in less than a minute\n"
      "Trains a rate network, finds its scaling factor, runs both networks on fresh trials, and "
      "writes the models, one spiking run, a picture (PNG and SVG) and the page of `rheobase "
      "report` into a folder.");
  command.examples(kDemoExamples);
  command.add_folder("-o,--output", request->folder,
                     "Folder of the results, made when missing (default: rheobase-demo)");
  add_integer(command, "--units", request->units, {2.0, 100000.0, false}, "Number of units");
  add_integer(command, "--training-trials", request->max_trials, kCount,
              "Largest number of training trials");
  add_integer(command, "--trials", request->trials, kCount,
              "Trials for every scaling factor, and for the evaluation");
  add_seed(command, request->seed);
  add_threads(command, request->threads);
  command.add_flag("--no-picture", request->no_picture, "Draw nothing with gnuplot");
  command.action([request, &console] { run_demo(*request, console); });
}

}  // namespace rheobase::cli
