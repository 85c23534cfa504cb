#include "tests/apps/report/html_example.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.hpp"
#include "core/statistics.hpp"

namespace rheobase {

namespace {

constexpr double kStepMs = 5.0;
constexpr double kScaling = 50.0;

double logistic(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

/// Output of a trial: it rises to 1 after the stimulus in the first condition.
double response(int condition, double time_ms, double delay_ms) {
  return condition == 0 ? logistic((time_ms - 410.0 - delay_ms) / 28.0) : 0.0;
}

/// Activity of a unit, 0 to 1: a baseline by type and a bump or a step after the stimulus.
double activity(int unit, rate::UnitType type, int condition, double time_ms) {
  const double phase = std::fmod(0.618 * unit, 1.0);
  const double baseline = type == rate::UnitType::excitatory ? 0.03
                          : type == rate::UnitType::som      ? 0.4
                                                             : 0.2;
  if (condition == 1) {
    return baseline;
  }
  const double bump = std::exp(-std::pow((time_ms - 260.0 - 400.0 * phase) / 90.0, 2.0));
  const double step = phase > 0.6 ? logistic((time_ms - 380.0) / 30.0) : 0.0;
  const double sign = unit % 3 == 0 && type != rate::UnitType::excitatory ? -0.6 : 0.7;
  return std::clamp(baseline + sign * std::max(bump, step), 0.0, 1.0);
}

void add_units(report::ReportData& data, int units) {
  RandomStream random(11, 0, Purpose::initialisation);
  data.unit_type.assign(static_cast<std::size_t>(units), rate::UnitType::excitatory);
  data.tau_ms.resize(units);
  int inhibitory = 0;
  for (int unit = 0; unit < units; ++unit) {
    if (random.coin(0.2)) {
      data.unit_type[static_cast<std::size_t>(unit)] =
          inhibitory++ < units / 20 ? rate::UnitType::som : rate::UnitType::inhibitory;
    }
    data.tau_ms[unit] = 20.0 + 80.0 * logistic(random.normal());
  }
}

void add_weights(report::ReportData& data, int units) {
  RandomStream random(12, 0, Purpose::initialisation);
  data.weights = Eigen::MatrixXd::Zero(units, units);
  Eigen::MatrixXd initial = data.weights;
  for (int column = 0; column < units; ++column) {
    const bool excitatory =
        data.unit_type[static_cast<std::size_t>(column)] == rate::UnitType::excitatory;
    const double sign = excitatory ? 1.0 : -4.0;
    for (int row = 0; row < units; ++row) {
      if (random.coin(0.2)) {
        initial(row, column) = sign * std::abs(random.normal()) * 1.5 / std::sqrt(0.2 * units);
        data.weights(row, column) =
            std::max(0.0, 1.0 + 0.5 * random.normal()) * initial(row, column);
      }
    }
  }
  data.spectrum = analysis::eigenvalue_spectrum(data.weights);
  data.initial_spectrum = analysis::eigenvalue_spectrum(initial);
}

void add_outputs(report::ReportData& data, const ExampleSize& size) {
  const int samples = size.steps - 1;
  report::ReportTrials& trials = data.trials;
  trials.start_ms = kStepMs;
  trials.step_ms = kStepMs;
  trials.rate.resize(size.trials, samples);
  trials.spiking.resize(size.trials, samples);
  trials.target.resize(size.trials, samples);
  for (int trial = 0; trial < size.trials; ++trial) {
    RandomStream random(13, static_cast<std::uint32_t>(trial), Purpose::task);
    const int condition = trial % 2;
    const double rate_delay = 6.0 * random.normal();
    const double spiking_delay = 14.0 + 12.0 * random.normal();
    double wander = 0.0;
    for (int k = 0; k < samples; ++k) {
      const double t = kStepMs * (k + 1);
      wander = 0.9 * wander + 0.03 * random.normal();
      trials.target(trial, k) = condition == 0 && k >= 75 ? 1.0 : 0.0;
      trials.rate(trial, k) = response(condition, t, rate_delay) + 0.01 * random.normal();
      trials.spiking(trial, k) =
          1.05 * response(condition, t, spiking_delay) + wander + 0.6 * std::exp(-t / 30.0);
    }
    trials.name.push_back("trial " + std::to_string(trial));
    trials.condition.push_back(condition);
    trials.rate_correct.push_back(true);
    trials.spiking_correct.push_back(trial % 17 != 5);
  }
  for (const int condition : {0, 1}) {
    const int count = (size.trials + 1 - condition) / 2;
    Eigen::MatrixXd rate(count, samples);
    Eigen::MatrixXd spiking(count, samples);
    for (int i = 0; i < count; ++i) {
      rate.row(i) = trials.rate.row(2 * i + condition);
      spiking.row(i) = trials.spiking.row(2 * i + condition);
    }
    const std::string& name = data.conditions[static_cast<std::size_t>(condition)];
    Eigen::VectorXd target(samples);
    for (int k = 0; k < samples; ++k) {
      target[k] = condition == 0 && k >= 75 ? 1.0 : 0.0;
    }
    data.outputs.push_back({condition, count, report::output_band(name, rate, kStepMs, kStepMs),
                            report::output_band(name, spiking, kStepMs, kStepMs), target});
  }
}

void add_rasters(report::ReportData& data, const ExampleSize& size) {
  const double peak_hz = kScaling * size.rate_factor;
  for (int trial = 0; trial < std::min(size.trials, 2 * size.rasters_per_condition); ++trial) {
    RandomStream random(14, static_cast<std::uint32_t>(trial), Purpose::task);
    report::ReportRaster raster{trial, {}, {}};
    for (int unit = 0; unit < size.units; ++unit) {
      const rate::UnitType type = data.unit_type[static_cast<std::size_t>(unit)];
      // Thinning of a Poisson process at the peak rate.
      for (double t = 0.0; t < data.duration_ms;
           t -= std::log(random.uniform()) * 1000.0 / peak_hz) {
        if (t > 0.0 && random.coin(activity(unit, type, trial % 2, t))) {
          raster.unit.push_back(unit);
          raster.time_ms.push_back(t);
        }
      }
    }
    data.rasters.push_back(std::move(raster));
  }
}

void add_unit_rates(report::ReportData& data, const ExampleSize& size) {
  RandomStream random(15, 0, Purpose::task);
  data.average_start_ms = 0.0;
  data.average_step_ms = kStepMs;
  data.mean_rate = Eigen::VectorXd::Zero(size.units);
  data.mean_hz = Eigen::VectorXd::Zero(size.units);
  for (const int condition : {0, 1}) {
    report::ReportUnitRates rates{condition, Eigen::MatrixXd(size.units, size.steps),
                                  Eigen::MatrixXd(size.units, size.steps)};
    for (int unit = 0; unit < size.units; ++unit) {
      const rate::UnitType type = data.unit_type[static_cast<std::size_t>(unit)];
      const double unlike = 1.0 + 0.2 * random.normal();
      for (int k = 0; k < size.steps; ++k) {
        const double r = activity(unit, type, condition, kStepMs * k);
        rates.rate(unit, k) = r;
        rates.spiking(unit, k) = std::max(0.0, unlike * r + 0.05 * random.normal() * std::sqrt(r));
      }
    }
    data.mean_rate += 0.5 * rates.rate.rowwise().mean();
    data.mean_hz += 0.5 * kScaling * rates.spiking.rowwise().mean();
    data.unit_rates.push_back(std::move(rates));
  }
}

void add_state_space(report::ReportData& data, int steps) {
  data.state_space.start_ms = 0.0;
  data.state_space.step_ms = kStepMs;
  data.state_space.rate_variance = {0.83, 0.12, 0.041, 0.006, 0.002, 0.0005};
  data.state_space.spiking_variance = {0.74, 0.13, 0.052, 0.021, 0.011, 0.008};
  data.state_space.angles_deg = {4.1, 11.8, 23.5};
  for (const int condition : {0, 1}) {
    report::ReportTrajectory trajectory{condition, Eigen::MatrixXd(3, steps),
                                        Eigen::MatrixXd(3, steps)};
    for (int k = 0; k < steps; ++k) {
      const double t = kStepMs * k;
      const double go = response(condition, t, 0.0);
      const double stimulus = condition == 0 ? std::exp(-std::pow((t - 320.0) / 90.0, 2.0)) : 0.0;
      const double wave = std::sin(2.0 * std::numbers::pi * t / 400.0) * std::exp(-t / 500.0);
      trajectory.rate.col(k) << -2.0 + 4.5 * go, 2.2 * stimulus - 0.6 * go, 0.5 * wave + 0.4 * go;
      trajectory.spiking.col(k) << -1.8 + 4.2 * go + 0.15 * std::sin(t / 17.0),
          2.0 * stimulus - 0.5 * go + 0.12 * std::cos(t / 13.0), 0.6 * wave + 0.3 * go;
    }
    data.state_space.trajectories.push_back(std::move(trajectory));
  }
}

void add_training(report::ReportData& data) {
  RandomStream random(16, 0, Purpose::task);
  for (int trial = 0; trial < 2200; ++trial) {
    const double level = 2.0 + 6.5 * std::exp(-trial / 500.0);
    data.training.losses.push_back(level * std::exp(0.2 * random.normal()));
  }
  for (int trial = 100; trial <= 2200; trial += 100) {
    data.training.evaluations.push_back(
        {trial, 2.0 + 6.5 * std::exp(-trial / 500.0), logistic((trial - 900.0) / 200.0)});
  }
  data.training.stop_loss = 7.0;
  data.training.stop_accuracy = 0.95;
  for (int s = 20; s <= 75; s += 5) {
    const Proportion p = wilson_interval(
        static_cast<int>(std::lround(100.0 * std::exp(-0.001 * (s - 50) * (s - 50)))), 100);
    data.scaling.push_back({static_cast<double>(s), p.value, p.low, p.high});
  }
}

void add_text(report::ReportData& data, const ExampleSize& size) {
  data.title = "go-nogo, " + std::to_string(size.units) + " units";
  data.subtitle = "Synthetic example, scaling factor s = 50 (1/λ)";
  data.command_line = "rheobase report 'my model.lif.mat' -o report.html --trials 40 --seed 7";
  data.version = "0.0.0 <test> & \"quotes\"";
  data.summary = {{"Accuracy, rate network", "100 %", "91 to 100 %, 40 trials"},
                  {"Accuracy, LIF network", "95 %", "83 to 99 %, same trials"},
                  {"Difference", "p = 0.50", "McNemar, 2 trials to 0"},
                  {"Output", "r = 0.97", "RMSE 0.11"},
                  {"Unit rates", "r = 0.93", "200 units, rates times λ"},
                  {"Firing rate", "6.1 Hz", "E 3.9, I 12.2, SOM 21.0 Hz"}};
  data.tables = {{"Both networks by condition",
                  "Synthetic numbers.",
                  {"Condition", "Trials", "Rate correct", "LIF correct", "p", "RMSE"},
                  {{"go", "20", "100 %", "95 %", "1.000", "0.110"},
                   {"nogo", "20", "100 %", "95 %", "1.000", "0.050"}}}};
  data.facts = {{"Network", "units", "200 (160 E, 30 I, 10 SOM)"},
                {"Network", "transfer function", "sigmoid"},
                {"Network", "time constants", "20 to 100 ms, trained"},
                {"Simulation", "engine", "clock"},
                {"Simulation", "step", "0.05 ms"},
                {"Simulation", "noise intensity", "0.2 mV²/ms"},
                {"Seeds", "evaluation", "7"},
                {"Seeds", "training", "42"}};
  data.notes = {"All numbers on this page are synthetic."};
}

}  // namespace

report::ReportData example_report(const ExampleSize& size) {
  report::ReportData data;
  add_text(data, size);
  data.duration_ms = kStepMs * size.steps;
  data.stimulus = {{{250.0, 375.0}}, {}};
  data.conditions = {"go", "nogo"};
  data.scaling_factor = kScaling;
  add_units(data, size.units);
  add_weights(data, size.units);
  add_outputs(data, size);
  add_rasters(data, size);
  add_unit_rates(data, size);
  add_state_space(data, size.steps);
  add_training(data);
  return data;
}

}  // namespace rheobase
