#include "apps/cli/attractor/attractor_phase.hpp"

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/field_table.hpp"
#include "io/comparison/json_values.hpp"

namespace rheobase::cli {

namespace {

std::string kind_of(const rate::FixedPoint& point) {
  if (point.stable()) {
    return "stable";
  }
  return point.unstable_directions() < point.state.size() ? "saddle" : "unstable";
}

std::string eigenvalue_text(const std::complex<double>& value) {
  return value.imag() == 0.0 ? fmt::format("{:.6f}", value.real())
                             : fmt::format("{:.6f}{:+.6f}i", value.real(), value.imag());
}

std::string_view kind_of(const rate::Bifurcation& bifurcation) {
  if (bifurcation.kind == rate::BifurcationKind::fold) {
    return "fold";
  }
  return bifurcation.supercritical ? "pitchfork, supercritical" : "pitchfork, subcritical";
}

std::string state_text(const Eigen::VectorXd& state) {
  std::string text;
  for (const double h : state) {
    text += fmt::format("{}{:.5f}", text.empty() ? "" : " ", h);
  }
  return text;
}

Json state_json(const Eigen::VectorXd& state) {
  return std::vector<double>(state.begin(), state.end());
}

}  // namespace

AttractorPhase attractor_phase(const rate::AttractorModel& model, const std::vector<double>& levels,
                               int side, const rate::ContinuationOptions& branches) {
  AttractorPhase phase;
  phase.model = model;
  const auto add = [&](std::string name, double ramp, double cue, double photoinhibition) {
    const Eigen::VectorXd input = rate::epoch_input(model, ramp, cue, side, photoinhibition);
    phase.epochs.push_back({std::move(name), input, rate::fixed_points(model, input)});
  };
  add("presample", 0.0, 0.0, 0.0);
  add("sample", model.ramp, model.cue, 0.0);
  add("delay", model.ramp, 0.0, 0.0);
  for (const double level : levels) {
    if (level > 0.0) {
      add(fmt::format("photoinhibition {:g}", level), model.ramp, 0.0, level);
    }
  }
  phase.delay_input = rate::common_input(model) + model.ramp;
  if (branches.high > branches.low) {
    phase.branches = rate::bifurcation_diagram(model, branches);
  }
  return phase;
}

std::string phase_table(const AttractorPhase& phase) {
  TextTable table({"epoch", "h (Hz)", "eigenvalues (1/ms)", "kind"});
  for (const EpochPoints& epoch : phase.epochs) {
    for (const rate::FixedPoint& point : epoch.points) {
      std::string eigenvalues;
      for (const std::complex<double>& value : point.eigenvalues) {
        eigenvalues += (eigenvalues.empty() ? "" : " ") + eigenvalue_text(value);
      }
      table.add_row({epoch.name, state_text(point.state), eigenvalues, kind_of(point)});
    }
  }
  return table.text();
}

std::string bifurcation_table(const AttractorPhase& phase) {
  TextTable table({"branch", "I (Hz)", "h (Hz)", "kind"});
  for (std::size_t branch = 0; branch < phase.branches.size(); ++branch) {
    for (const rate::Bifurcation& bifurcation : phase.branches[branch].bifurcations) {
      table.add_row({branch == 0 ? "symmetric" : fmt::format("{}", branch),
                     fmt::format("{:.6f}", bifurcation.point.input),
                     state_text(bifurcation.point.state), std::string(kind_of(bifurcation))});
    }
  }
  return table.text();
}

Json phase_json(const AttractorPhase& phase) {
  Json epochs = Json::array();
  for (const EpochPoints& epoch : phase.epochs) {
    Json points = Json::array();
    for (const rate::FixedPoint& point : epoch.points) {
      Json eigenvalues = Json::array();
      for (const std::complex<double>& value : point.eigenvalues) {
        eigenvalues.push_back({value.real(), value.imag()});
      }
      points.push_back({{"h_hz", state_json(point.state)},
                        {"eigenvalues_per_ms", eigenvalues},
                        {"kind", kind_of(point)}});
    }
    epochs.push_back({{"epoch", epoch.name}, {"fixed_points", points}});
  }
  Json bifurcations = Json::array();
  for (std::size_t branch = 0; branch < phase.branches.size(); ++branch) {
    for (const rate::Bifurcation& bifurcation : phase.branches[branch].bifurcations) {
      bifurcations.push_back({{"branch", branch},
                              {"input_hz", bifurcation.point.input},
                              {"h_hz", state_json(bifurcation.point.state)},
                              {"kind", kind_of(bifurcation)}});
    }
  }
  Json model;
  io::put_values(model, rate::attractor_fields(), phase.model);
  return {{"type", phase.model.name},
          {"parameters", model},
          {"common_input_hz", rate::common_input(phase.model)},
          {"delay_input_hz", phase.delay_input},
          {"epochs", epochs},
          {"bifurcations", bifurcations}};
}

}  // namespace rheobase::cli
