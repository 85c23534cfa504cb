#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "apps/cli/attractor/attractor_phase.hpp"
#include "apps/cli/side_style.hpp"
#include "core/random.hpp"

namespace rheobase::cli {

namespace {

using report::ChartPanel;
using report::ChartSeries;
using Style = report::ChartSeries::Style;

struct Span {
  double low = 0.0, high = 1.0;
};

/// Range of h that holds the fixed points of the delay and of the epochs around it.
Span plane_range(const AttractorPhase& phase) {
  double low = 0.0;
  double high = 10.0;
  for (const EpochPoints& epoch : phase.epochs) {
    if (epoch.name == "presample" || epoch.name == "sample" || epoch.name == "delay") {
      for (const rate::FixedPoint& point : epoch.points) {
        low = std::min(low, point.state.head(2).minCoeff());
        high = std::max(high, point.state.head(2).maxCoeff());
      }
    }
  }
  const double margin = 0.15 * (high - low);
  return {low - margin, high + margin};
}

const EpochPoints& delay_of(const AttractorPhase& phase) {
  return *std::find_if(phase.epochs.begin(), phase.epochs.end(),
                       [](const EpochPoints& epoch) { return epoch.name == "delay"; });
}

void add_nullclines(ChartPanel& panel, const AttractorPhase& phase, const Span& range) {
  if (phase.model.hemispheres != 1) {
    return;  // the plane of one hemisphere has none of its own
  }
  const Eigen::VectorXd h = Eigen::VectorXd::LinSpaced(600, range.low, range.high);
  const Eigen::VectorXd& input = delay_of(phase).input;
  const Eigen::VectorXd second = rate::nullcline(phase.model, input, h);
  const Eigen::VectorXd first = rate::nullcline(phase.model, input.reverse(), h);
  panel.series.push_back(
      {Style::lines, report::chart_points(h, second), report::kSky, "dh₁/dt = 0", 1.4});
  panel.series.push_back(
      {Style::lines, report::chart_points(first, h), report::kOrange, "dh₂/dt = 0", 1.4});
}

void add_trajectories(ChartPanel& plane, ChartPanel& course, const AttractorPhase& phase,
                      const rate::AttractorProtocol& protocol, int noisy, Seed seed) {
  const rate::AttractorModel& model = phase.model;
  const Eigen::Index steps = rate::attractor_steps(protocol, model);
  const Eigen::Index every = std::max<Eigen::Index>(1, steps / 600);
  for (const int side : {0, 1}) {
    const auto s = static_cast<std::size_t>(side);
    for (int trial = 0; trial <= noisy; ++trial) {
      rate::AttractorInput input{.side = side, .cue = model.cue};
      if (trial > 0) {
        RandomStream random(seed, static_cast<std::uint32_t>(side * noisy + trial),
                            Purpose::rate_noise);
        input.noise = Eigen::MatrixXd::NullaryExpr(model.populations(), steps,
                                                   [&] { return random.normal(); });
      }
      const Eigen::MatrixXd state = rate::run_attractor(model, protocol, input).state;
      Eigen::MatrixXd path(state.cols() / every, 2);
      Eigen::MatrixXd over_time(path.rows(), 2);
      for (Eigen::Index k = 0; k < path.rows(); ++k) {
        path.row(k) = state.col(k * every).head(2).transpose();
        const double time = static_cast<double>(k * every) * model.step_ms;
        over_time.row(k) << (time - protocol.go_ms) / 1000.0,
            state(0, k * every) - state(1, k * every);
      }
      const bool first = trial == 0;
      plane.series.push_back({Style::lines, path, kSideColours.at(s),
                              first ? fmt::format("{}, no noise", kSideLabels.at(s)) : "",
                              first ? 1.6 : 0.3});
      course.series.push_back({Style::lines, over_time, kSideColours.at(s),
                               first ? kSideLabels.at(s) : "", first ? 1.6 : 0.3});
    }
  }
}

void add_fixed_points(ChartPanel& panel, const EpochPoints& epoch) {
  for (const bool stable : {true, false}) {
    std::vector<Eigen::RowVector2d> rows;
    for (const rate::FixedPoint& point : epoch.points) {
      if (point.stable() == stable) {
        rows.push_back(point.state.head(2).transpose());
      }
    }
    Eigen::MatrixXd points(static_cast<Eigen::Index>(rows.size()), 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      points.row(static_cast<Eigen::Index>(i)) = rows[i];
    }
    panel.series.push_back({stable ? Style::points : Style::rings, points, report::kBlack,
                            stable ? "stable" : "saddle", 1.8});
  }
}

/// Stretches of a branch with the same stability. The key names what is seen.
/// @param symmetric  all populations are equal: one line
/// @param inputs     that are shown
void add_branch(ChartPanel& panel, const rate::Branch& branch, bool symmetric, const Span& inputs) {
  std::size_t begin = 0;
  const auto stable = [&](std::size_t i) { return branch.points[i].unstable_directions == 0; };
  for (std::size_t end = 1; end <= branch.points.size(); ++end) {
    if (end < branch.points.size() && stable(end) == stable(begin)) {
      continue;
    }
    const std::size_t last = std::min(end, branch.points.size() - 1);
    const auto stretch = std::span(branch.points).subspan(begin, last - begin + 1);
    const bool seen = std::ranges::any_of(stretch, [&inputs](const rate::BranchPoint& point) {
      return point.input >= inputs.low && point.input <= inputs.high;
    });
    for (Eigen::Index population = 0; population < (symmetric ? 1 : 2); ++population) {
      Eigen::MatrixXd line(static_cast<Eigen::Index>(last - begin + 1), 2);
      for (std::size_t i = begin; i <= last; ++i) {
        line.row(static_cast<Eigen::Index>(i - begin)) << branch.points[i].input,
            branch.points[i].state[population];
      }
      const std::string name = symmetric ? "h₁ = h₂" : population == 0 ? "h₁" : "h₂";
      const bool named = std::ranges::any_of(
          panel.series, [&](const report::ChartSeries& series) { return series.label == name; });
      panel.series.push_back(
          {stable(begin) ? Style::lines : Style::dashes, line,
           symmetric ? report::kBlack : kSideColours.at(static_cast<std::size_t>(population)),
           !named && seen ? name : "", 1.3});
    }
    begin = end;
  }
}

/// Where the bifurcations and the delay's input are; without either, all that was followed.
Span input_range(const AttractorPhase& phase, bool delay_marked) {
  std::vector<double> inputs;
  for (const rate::Branch& branch : phase.branches) {
    for (const rate::Bifurcation& bifurcation : branch.bifurcations) {
      inputs.push_back(bifurcation.point.input);
    }
  }
  if (inputs.empty()) {
    for (const rate::Branch& branch : phase.branches) {
      for (const rate::BranchPoint& point : branch.points) {
        inputs.push_back(point.input);
      }
    }
  }
  if (delay_marked) {
    inputs.push_back(phase.delay_input);
  }
  const auto [low, high] = std::minmax_element(inputs.begin(), inputs.end());
  const double margin = std::max(0.5, 0.25 * (*high - *low));
  return {*low - margin, *high + margin};
}

/// What the branches reach of h₁ and h₂ in a range of I.
Span state_range(const AttractorPhase& phase, const Span& inputs) {
  double low = 0.0;
  double high = 1.0;
  for (const rate::Branch& branch : phase.branches) {
    for (const rate::BranchPoint& point : branch.points) {
      if (point.input >= inputs.low && point.input <= inputs.high) {
        low = std::min(low, point.state.head(2).minCoeff());
        high = std::max(high, point.state.head(2).maxCoeff());
      }
    }
  }
  const double margin = 0.05 * (high - low);
  return {low - margin, high + margin};
}

ChartPanel bifurcation_panel(const AttractorPhase& phase) {
  ChartPanel panel{"Equilibria (dashed: unstable)", "Common input I (Hz)", "h₁, h₂ (Hz)", {}};
  // Where only the cued population gets the ramp, the delay has no common input.
  const bool delay_marked = !phase.model.ramp_to_cued_only;
  const Span inputs = input_range(phase, delay_marked);
  for (std::size_t branch = 0; branch < phase.branches.size(); ++branch) {
    add_branch(panel, phase.branches[branch], branch == 0, inputs);
  }
  std::vector<Eigen::RowVector2d> marks;
  for (const rate::Branch& branch : phase.branches) {
    for (const rate::Bifurcation& bifurcation : branch.bifurcations) {
      marks.emplace_back(bifurcation.point.input, bifurcation.point.state[0]);
    }
  }
  Eigen::MatrixXd points(static_cast<Eigen::Index>(marks.size()), 2);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    points.row(static_cast<Eigen::Index>(i)) = marks[i];
  }
  panel.series.push_back({Style::rings, points, report::kBlack, "bifurcations", 1.8});
  const Span states = state_range(phase, inputs);
  if (delay_marked) {
    Eigen::MatrixXd delay(2, 2);  // gnuplot drops a line whose ends are both beyond the range
    delay << phase.delay_input, states.low, phase.delay_input, states.high;
    panel.series.push_back({Style::dashes, delay, report::kGrey, "I of the delay", 0.8});
  }
  panel.x_range = {{inputs.low, inputs.high}};
  // Room for the key above the branches.
  panel.y_range = {{states.low, states.high + 0.4 * (states.high - states.low)}};
  return panel;
}

}  // namespace

report::Chart phase_chart(const AttractorPhase& phase, const rate::AttractorProtocol& protocol,
                          int noisy, Seed seed) {
  ChartPanel plane{"Phase plane of the delay", "h₁ (Hz)", "h₂ (Hz)", {}};
  ChartPanel course{"Trials", "Time from the end of the delay (s)", "h₁ - h₂ (Hz)", {}};
  const Span range = plane_range(phase);
  plane.x_range = plane.y_range = {{range.low, range.high}};
  plane.key = "top right";
  add_nullclines(plane, phase, range);
  add_trajectories(plane, course, phase, protocol, noisy, seed);
  add_fixed_points(plane, delay_of(phase));
  course.x_range = {{-protocol.go_ms / 1000.0, (protocol.duration_ms - protocol.go_ms) / 1000.0}};
  course.shaded = {{(protocol.cue_on_ms - protocol.go_ms) / 1000.0,
                    (protocol.cue_off_ms - protocol.go_ms) / 1000.0}};
  report::Chart chart;
  chart.panel_height_mm = 62.0;
  chart.panels = {plane};
  if (!phase.branches.empty()) {
    chart.panels.push_back(bifurcation_panel(phase));
  }
  chart.panels.push_back(course);
  return chart;
}

}  // namespace rheobase::cli
