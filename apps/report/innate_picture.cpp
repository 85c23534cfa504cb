#include "apps/report/innate_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "apps/report/internal/figure_file.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/learning/innate/trial_measures.hpp"

namespace rheobase::report {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using rate::InnateTest;
using rate::InnateTrial;

constexpr double kFigureWidth = 180.0;
constexpr double kLeftColumn = 16.0, kRightColumn = 101.0, kColumnWidth = 66.0;  // mm
constexpr double kSweepHeight = 45.0;
constexpr const char* kInnateColour = "#0072B2";
constexpr const char* kTestColour = "#D55E00";
constexpr const char* kInnateTargetColour = "#222222";
constexpr const char* kPathTargetColour = "#AAAAAA";
constexpr const char* kMarkColour = "#0072B2";
constexpr const char* kPublishedColour = "#888888";
constexpr Index kShownUnits = 3;
constexpr Index kRasterColumns = 600;
constexpr int kTimeMarks = 20;

/// Every column of a signal beside its time in ms: T x (1 + rows).
MatrixXd over_time(const MatrixXd& values, double step_ms) {
  MatrixXd table(values.cols(), values.rows() + 1);
  table.col(0) = Eigen::VectorXd::LinSpaced(values.cols(), 0.0,
                                            step_ms * static_cast<double>(values.cols() - 1));
  table.rightCols(values.rows()) = values.transpose();
  return table;
}

const InnateTest* first_test(const io::InnateFile& file, bool trained) {
  const auto found =
      std::find_if(file.result.tests.begin(), file.result.tests.end(), [&](const InnateTest& test) {
        return test.trajectory == 0 && test.trained == trained && !test.perturbed;
      });
  return found == file.result.tests.end() ? nullptr : &*found;
}

/// The panels of one column of the figure of rates.
class RatesColumn {
 public:
  /// @param height  of the figure, mm
  RatesColumn(FigureScript& script, const io::InnateFile& file, bool trained, double height)
      : script_(script),
        height_(height),
        trial_(file.experiment.trials.front()),
        innate_(file.result.innate.empty() ? nullptr : &file.result.innate.front()),
        innate_output_(file.result.innate_output.empty() ? nullptr
                                                         : &file.result.innate_output.front()),
        tests_(file.result.tests),
        test_(first_test(file, trained)),
        step_ms_(file.start.step_ms),
        trained_(trained) {
    for (const InnateTest& test : file.result.tests) {
      if (test.trajectory == 0 && test.trained == trained && test.perturbed) {
        perturbed_.push_back(&test);
      }
    }
  }

  void draw() {
    raster();
    units();
    readout();
    perturbed_readouts();
  }

 private:
  void begin(double top, double height, const std::string& title, const std::string& y_label,
             bool last = false) {
    script_.begin({trained_ ? kRightColumn : kLeftColumn, top, kColumnWidth, height, title,
                   last ? "Time (ms)" : "", y_label});
    script_.range('x', 0.0, step_ms_ * trial_.steps);
    const double start = step_ms_ * trial_.cue.start;
    script_.shade({{start, start + step_ms_ * trial_.cue.steps}});
  }

  std::string when() const { return trained_ ? "after training" : "before training"; }

  void raster() {
    const MatrixXd* rates = trained_ ? (test_ != nullptr ? &test_->rates : nullptr) : innate_;
    if (rates == nullptr || rates->size() == 0) {
      return;
    }
    const Index bin = std::max<Index>(1, rates->cols() / kRasterColumns);
    MatrixXd shown(rates->rows(), rates->cols() / bin);
    for (Index j = 0; j < shown.cols(); ++j) {
      shown.col(j) = rates->middleCols(j * bin, bin).rowwise().mean();
    }
    begin(7.0, 28.0,
          fmt::format("Rates {}: {}", when(), trained_ ? "a noisy test" : "the innate trial"),
          "Unit");
    script_.range('y', 0.0, static_cast<double>(shown.rows()));
    script_.set("set palette defined (-1 '#2166AC', 0 '#FFFFFF', 1 '#B2182B')");
    script_.set("set cbrange [-1:1]\nset cbtics (-1, 1)\nset cblabel 'Rate' offset -2.5,0");
    const double right = (trained_ ? kRightColumn : kLeftColumn) + kColumnWidth;
    script_.set(fmt::format(
        "set colorbox user origin screen {:.4f},{:.4f} size screen {:.4f},{:.4f} noborder",
        (right + 1.5) / kFigureWidth, 1.0 - 35.0 / height_, 2.0 / kFigureWidth, 28.0 / height_));
    script_.add(fmt::format("{} matrix using ({}*($1+0.5)):($2+0.5):3 with image",
                            script_.table(shown), step_ms_ * static_cast<double>(bin)));
    script_.end();
  }

  void units() {
    if (innate_ == nullptr || test_ == nullptr || innate_->rows() == 0) {
      return;
    }
    const Index shown = std::min(kShownUnits, innate_->rows());
    constexpr double kDistance = 2.4;
    begin(45.0, 28.0, fmt::format("Three units {}", when()), "Rate");
    script_.range('y', -1.3, kDistance * static_cast<double>(shown - 1) + 1.3);
    script_.set("unset ytics");
    for (const auto& [rates, colour] :
         {std::pair{innate_, kInnateColour}, std::pair{&test_->rates, kTestColour}}) {
      const std::string name = script_.table(over_time(rates->topRows(shown), step_ms_));
      for (Index i = 0; i < shown; ++i) {
        script_.add(fmt::format("{} using 1:(${}+{}) with lines linewidth 0.9 linecolor rgb '{}'",
                                name, i + 2, kDistance * static_cast<double>(i), colour));
      }
    }
    legend();
    script_.end();
  }

  /// Above the curves of the units, in their colours.
  void legend() {
    script_.set(
        fmt::format("set label 20 'innate' at graph 0.7,1 right offset 0,0.8 textcolor rgb '{}'",
                    kInnateColour));
    script_.set(
        fmt::format("set label 21 'noisy test' at graph 1,1 right offset 0,0.8 textcolor rgb '{}'",
                    kTestColour));
  }

  /// Of the target and of every test, also where nothing is asked of it: no curve is cut.
  std::pair<double, double> output_range() const {
    double low = trial_.target.minCoeff();
    double high = trial_.target.maxCoeff();
    for (const InnateTest& test : tests_) {
      if (test.trajectory == 0 && test.trained == trained_) {
        low = std::min(low, test.output.minCoeff());
        high = std::max(high, test.output.maxCoeff());
      }
    }
    const double margin = 0.05 * std::max(high - low, 1e-6);
    return {low - margin, high + margin};
  }

  void add_lines(const MatrixXd& values, const char* colour, double width) {
    const std::string name = script_.table(over_time(values, step_ms_));
    for (Index o = 0; o < values.rows(); ++o) {
      script_.add(fmt::format("{} using 1:{} with lines linewidth {} linecolor rgb '{}'", name,
                              o + 2, width, colour));
    }
  }

  void readout() {
    if (test_ == nullptr) {
      return;
    }
    begin(83.0, 22.0, fmt::format("Readout {}", when()), "Output");
    if (trained_) {
      script_.range('y', output_range().first, output_range().second);
      add_lines(trial_.target, kInnateTargetColour, 1.4);
      script_.set(
          fmt::format("set label 22 'target' at graph 1,1 right offset 0,0.8 textcolor rgb '{}'",
                      kInnateTargetColour));
    } else if (innate_output_ != nullptr) {
      add_lines(*innate_output_, kInnateColour, 0.9);
    }
    add_lines(test_->output, kTestColour, 0.9);
    script_.end();
  }

  void perturbed_readouts() {
    if (perturbed_.empty()) {
      return;
    }
    begin(115.0, 22.0, fmt::format("{} perturbed tests {}", perturbed_.size(), when()), "Output",
          true);
    const double start = step_ms_ * trial_.perturbation.start;
    script_.set(fmt::format(
        "set arrow 1 from first {0},graph 1 to first {0},graph 0.84 head size screen 0.006,30 "
        "filled linecolor rgb '{1}' front",
        start, kInnateTargetColour));
    if (trained_) {
      script_.range('y', output_range().first, output_range().second);
      add_lines(trial_.target, kInnateTargetColour, 1.4);
    }
    for (const InnateTest* test : perturbed_) {
      add_lines(test->output, kTestColour, 0.6);
    }
    script_.end();
  }

  FigureScript& script_;
  double height_;
  const InnateTrial& trial_;
  const MatrixXd* innate_;
  const MatrixXd* innate_output_;
  const std::vector<InnateTest>& tests_;
  const InnateTest* test_;
  std::vector<const InnateTest*> perturbed_;
  double step_ms_;
  bool trained_;
};

/// What a plane of paths must show, with a margin.
struct PlaneRange {
  double x_low, x_high, y_low, y_high;
};

MatrixXd window_of(const MatrixXd& output, const InnateTrial& trial) {
  return output.middleCols(trial.window_start, trial.window_steps());
}

/// Of the target of trajectory k and of its tests after training: no path is cut.
PlaneRange range_of(const io::InnateFile& file, std::size_t k) {
  const InnateTrial& trial = file.experiment.trials[k];
  const MatrixXd target = window_of(trial.target, trial);
  Eigen::Vector2d low = target.rowwise().minCoeff();
  Eigen::Vector2d high = target.rowwise().maxCoeff();
  for (const InnateTest& test : file.result.tests) {
    if (test.trajectory == k && test.trained) {
      const MatrixXd path = window_of(test.output, trial);
      low = low.cwiseMin(path.rowwise().minCoeff());
      high = high.cwiseMax(path.rowwise().maxCoeff());
    }
  }
  const double margin = 0.05 * std::max((high - low).maxCoeff(), 1e-6);
  return {low[0] - margin, high[0] + margin, low[1] - margin, high[1] + margin};
}

void path_panel(FigureScript& script, const io::InnateFile& file, std::size_t k, bool perturbed,
                const FigurePanel& panel) {
  const InnateTrial& trial = file.experiment.trials[k];
  const MatrixXd target = window_of(trial.target, trial);
  const PlaneRange range = range_of(file, k);
  script.begin(panel);
  script.range('x', range.x_low, range.x_high);
  script.range('y', range.y_low, range.y_high);
  script.set("unset border\nunset xtics\nunset ytics");
  if (k == 0 && !perturbed) {
    script.label(0.0, -0.05, "target", kPathTargetColour);
    script.label(0.17, -0.05, "test", kTestColour);
    script.label(0.29, -0.05, fmt::format("every 1/{} of the time", kTimeMarks), kMarkColour);
  }
  script.add(fmt::format("{} using 1:2 with lines linewidth 2.4 linecolor rgb '{}'",
                         script.table(target.transpose()), kPathTargetColour));
  const Eigen::RowVectorXd marks = rate::time_marks(trial, kTimeMarks);
  std::string points;
  for (const InnateTest& test : file.result.tests) {
    if (test.trajectory != k || !test.trained || test.perturbed != perturbed) {
      continue;
    }
    script.add(fmt::format("{} using 1:2 with lines linewidth 0.6 linecolor rgb '{}'",
                           script.table(window_of(test.output, trial).transpose()), kTestColour));
    MatrixXd at(marks.size(), 2);
    for (Index i = 0; i < marks.size(); ++i) {
      const auto step = std::min(static_cast<Index>(marks[i]), test.output.cols() - 1);
      at.row(i) = test.output.col(step).transpose();
    }
    points += fmt::format(
        "{}{} using 1:2 with points pointtype 6 pointsize 0.5 linewidth 0.7 linecolor rgb '{}'",
        points.empty() ? "" : ", ", script.table(at), kMarkColour);
  }
  if (!points.empty()) {
    script.add(points);
  }
  script.end();
}

constexpr const char* kSweepLabel = "Amplitude of the perturbation";
constexpr const char* kR2Label = "R²";

/// R^2 over the amplitude, mean and SD over trials, a line a level of noise in the sweep's order.
void sweep_panel(FigureScript& script, const RobustnessSweep& sweep, const FigurePanel& panel) {
  constexpr std::array kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#555555"};
  script.begin(panel);
  std::vector<double> levels;
  for (const rate::RobustnessPoint& point : sweep) {
    if (std::ranges::find(levels, point.noise) == levels.end()) {
      levels.push_back(point.noise);
    }
  }
  // Room for the key above 1, where no curve goes.
  constexpr std::size_t kKeyColumns = 2;
  const auto lines = static_cast<double>((levels.size() + kKeyColumns - 1) / kKeyColumns);
  script.range('y', 0.0, 1.1 + 0.14 * lines);
  script.set("set ytics 0,0.2,1");
  script.set("set offsets graph 0.03, graph 0.03, 0, 0");
  script.set(fmt::format(
      "set key top left horizontal maxcols {} reverse Left samplen 1 spacing 0.9", kKeyColumns));
  for (std::size_t level = 0; level < levels.size(); ++level) {
    std::vector<Eigen::RowVector3d> rows;
    for (const rate::RobustnessPoint& point : sweep) {
      if (point.noise == levels[level]) {
        rows.emplace_back(point.perturbation, point.mean_r2, point.sd_r2);
      }
    }
    MatrixXd table(static_cast<Index>(rows.size()), 3);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      table.row(static_cast<Index>(i)) = rows[i];
    }
    script.add(
        fmt::format("{} using 1:2:3 with yerrorlines pointtype 7 pointsize 0.5 linewidth 1 "
                    "linecolor rgb '{}' title {}",
                    script.table(table), kColours.at(level % kColours.size()),
                    FigureScript::quoted(fmt::format("noise {:g}", levels[level]))));
  }
  script.end();
}

}  // namespace

void draw_innate_rates(const io::InnateFile& file, const std::filesystem::path& path,
                       std::span<const RobustnessSweep> sweeps) {
  const double height = 150.0 + (sweeps.empty() ? 0.0 : kSweepHeight);
  draw_figure(path, kFigureWidth, height, [&](FigureScript& script) {
    RatesColumn(script, file, false, height).draw();
    RatesColumn(script, file, true, height).draw();
    if (!sweeps.empty()) {
      sweep_panel(
          script, sweeps.front(),
          {kLeftColumn, 157.0, kColumnWidth, 26.0, "Robustness, mean ± SD", kSweepLabel, kR2Label});
    }
  });
}

void draw_innate_paths(const io::InnateFile& file, const std::filesystem::path& path,
                       std::span<const RobustnessSweep> sweeps) {
  const std::vector<InnateTrial>& trials = file.experiment.trials;
  if (trials.front().target.rows() != 2) {
    throw InputError(path.string(), "", counted(trials.front().target.rows(), "output"),
                     "a figure of paths must have two, x and y");
  }
  const double width = (kFigureWidth - 8.0) / static_cast<double>(trials.size()) - 4.0;
  double height = 0.0;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const PlaneRange range = range_of(file, k);
    height = std::max(height, width * (range.y_high - range.y_low) / (range.x_high - range.x_low));
  }
  const double paths = 2.0 * (height + 12.0);
  const double all = paths + (sweeps.empty() ? 0.0 : kSweepHeight);
  draw_figure(path, kFigureWidth, all, [&](FigureScript& script) {
    for (std::size_t k = 0; k < trials.size(); ++k) {
      // One scale for both directions: the panel is as high as its range asks for.
      const PlaneRange range = range_of(file, k);
      const double own = width * (range.y_high - range.y_low) / (range.x_high - range.x_low);
      const double left = 4.0 + static_cast<double>(k) * (width + 4.0);
      const std::string name = k < file.names.size() ? file.names[k] : fmt::format("{}", k + 1);
      path_panel(script, file, k, false,
                 {left, 9.0, width, own, fmt::format("{}: tests", name), "", ""});
      path_panel(
          script, file, k, true,
          {left, 21.0 + height, width, own, fmt::format("{}: perturbed tests", name), "", ""});
      if (k < sweeps.size()) {
        sweep_panel(
            script, sweeps[k],
            {left + 12.0, paths + 7.0, width - 12.0, 26.0,
             fmt::format("{}: robustness, mean ± SD", name), kSweepLabel, k == 0 ? kR2Label : ""});
      }
    }
  });
}

void draw_innate_loss(const io::InnateFile& file, const std::filesystem::path& path) {
  const rate::InnateState& state = file.result.state;
  const double first_readout = static_cast<double>(state.recurrent_loss.size());
  draw_figure(path, 110.0, 70.0, [&](FigureScript& script) {
    script.begin(
        {18.0, 10.0, 86.0, 44.0, "Loss of every training trial", "Trial", "Mean squared error"});
    script.set("set logscale y\nset format y '1e%T'\nset key top right samplen 1.5");
    for (const auto& [losses, before, colour, title] :
         {std::tuple{&state.recurrent_loss, 0.0, kInnateColour, "recurrent, all units"},
          std::tuple{&state.readout_loss, first_readout, kTestColour, "readout"}}) {
      if (losses->empty()) {
        continue;
      }
      const auto count = static_cast<Index>(losses->size());
      MatrixXd table(count, 2);
      table.col(0) =
          Eigen::VectorXd::LinSpaced(count, before + 1.0, before + static_cast<double>(count));
      table.col(1) = Eigen::Map<const Eigen::VectorXd>(losses->data(), count);
      script.add(
          fmt::format("{} using 1:2 with linespoints pointtype 7 pointsize 0.4 linewidth 1 "
                      "linecolor rgb '{}' title {}",
                      script.table(table), colour, FigureScript::quoted(title)));
    }
    script.end();
  });
}

void draw_innate(const io::InnateFile& file, const std::filesystem::path& path,
                 std::span<const RobustnessSweep> sweeps) {
  if (file.experiment.trials.front().target.rows() == 2) {
    draw_innate_paths(file, path, sweeps);
  } else {
    draw_innate_rates(file, path, sweeps);
  }
}

void draw_capacity(std::span<const rate::CapacityPoint> points,
                   std::span<const rate::CapacityPoint> published,
                   const std::filesystem::path& path) {
  const auto table_of = [](std::span<const rate::CapacityPoint> curve) {
    MatrixXd table(static_cast<Index>(curve.size()), 3);
    for (Index i = 0; i < table.rows(); ++i) {
      const rate::CapacityPoint& point = curve[static_cast<std::size_t>(i)];
      table.row(i) << point.delay_ms / 1000.0, point.mean_r2, point.standard_error;
    }
    return table;
  };
  draw_figure(path, 110.0, 80.0, [&](FigureScript& script) {
    script.begin(
        {16.0, 10.0, 88.0, 54.0, "Capacity for timing", "Delay (s)", "R² of output and target"});
    script.range('y', 0.0, 1.05);
    script.set("set xrange [0:*]\nset offsets 0,0.3,0,0");
    script.set("set key bottom left reverse Left samplen 1.5");
    const auto curve = [&](std::span<const rate::CapacityPoint> values, const char* colour,
                           const std::string& title) {
      const std::string name = script.table(table_of(values));
      script.add(
          fmt::format("{} using 1:2 with lines linewidth 1.2 linecolor rgb '{}'", name, colour));
      script.add(
          fmt::format("{} using 1:2:3 with yerrorbars pointtype 7 pointsize 0.7 linewidth "
                      "1 linecolor rgb '{}' title {}",
                      name, colour, FigureScript::quoted(title)));
    };
    if (!published.empty()) {
      curve(published, kPublishedColour, "published, 10 networks a delay");
    }
    const auto [fewest, most] =
        std::minmax_element(points.begin(), points.end(),
                            [](const auto& x, const auto& y) { return x.networks < y.networks; });
    const std::string networks =
        points.empty() ? "no networks"
        : fewest->networks == most->networks
            ? counted(most->networks, "network")
            : fmt::format("{} to {} networks", fewest->networks, most->networks);
    curve(points, kInnateColour, fmt::format("mean ± standard error, {} a delay", networks));
    script.end();
  });
}

}  // namespace rheobase::report
