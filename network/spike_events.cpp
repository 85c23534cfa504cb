#include "network/spike_events.hpp"

#include <algorithm>

#include "network/kernels/vector_kernels.hpp"

namespace rheobase::network {

namespace {

std::vector<Row> state_rows(const NetworkPopulation& population, const double* y) {
  std::vector<Row> rows;
  for (std::size_t variable = 0; variable < population.variable_count(); ++variable) {
    rows.push_back({y + population.row(variable), kPerUnit});
  }
  return rows;
}

std::vector<Row> parameter_rows(const NetworkPopulation& population) {
  std::vector<Row> rows;
  for (std::size_t parameter = 0; parameter < population.parameters.size(); ++parameter) {
    rows.push_back(population.parameter_row(parameter));
  }
  return rows;
}

/// Population means of the variables that the equations use, a pack of copies each.
AlignedVector<double> mean_values(const NetworkPopulation& population, const double* y,
                                  double spiking_fraction, SimdLevel level) {
  AlignedVector<double> values;
  for (const std::size_t variable : population.description().means) {
    const double mean = variable == kSpikeMean
                            ? spiking_fraction
                            : RHEOBASE_SIMD_DISPATCH(level, network::sum_row)(
                                  y + population.row(variable), population.size) /
                                  static_cast<double>(population.size);
    values.insert(values.end(), kLanes, mean);
  }
  return values;
}

std::vector<Row> mean_rows(const AlignedVector<double>& values) {
  std::vector<Row> rows;
  for (std::size_t k = 0; k < values.size(); k += kLanes) {
    rows.push_back({values.data() + k, 0});
  }
  return rows;
}

std::vector<double*> pointers(std::vector<AlignedVector<double>>& rows) {
  std::vector<double*> out;
  for (AlignedVector<double>& row : rows) {
    out.push_back(row.data());
  }
  return out;
}

}  // namespace

SpikeEvents::SpikeEvents(const Network& network, NetworkState& state, DelayLines& delays,
                         SimdLevel level)
    : network_(network), state_(state), delays_(delays), level_(level), zeros_(kLanes, 0.0) {
  for (const NetworkPopulation& population : network.populations()) {
    const NeuronDescription& names = population.description();
    OfPopulation made;
    made.row.assign(names.spikes ? population.stride : 0, 0.0);
    made.margin.assign(names.spikes ? population.stride : 0, 0.0);
    for (const InputQuantity& input : names.inputs) {
      made.arrivals.emplace_back(input.event ? population.stride : 0, 0.0);
    }
    for (const Action& action : names.actions) {
      made.for_all = made.for_all || action.trigger != Trigger::spike;
      if (action.assigns && action.trigger == Trigger::spike && names.refractory) {
        made.clamped_variables.push_back(action.variable);
      }
    }
    made.spike_values.resize(names.actions.size());
    made.all_values.resize(names.actions.size(),
                           AlignedVector<double>(made.for_all ? population.stride : 0));
    populations_.push_back(std::move(made));
  }
  for (std::size_t edge = 0; edge < network.edges().size(); ++edge) {
    if (network.event_target(network.edges()[edge].target)) {
      event_edges_.push_back(edge);
    }
  }
}

void SpikeEvents::margins(std::size_t population, const double* y, double* out) const {
  const NetworkPopulation& of = network_.populations()[population];
  const std::vector<Row> state = state_rows(of, y);
  const std::vector<Row> parameter = parameter_rows(of);
  of.equations->evaluate(Part::margin,
                         {state.data(), parameter.data(), nullptr, nullptr, of.stride}, &out);
}

void SpikeEvents::clear() {
  for (OfPopulation& of : populations_) {
    for (const std::uint32_t unit : of.spiking) {
      of.row[unit] = 0.0;
    }
    of.spiking.clear();
  }
}

void SpikeEvents::set_spiking(std::size_t population, std::vector<std::uint32_t> units) {
  OfPopulation& of = populations_[population];
  of.spiking = std::move(units);
  for (const std::uint32_t unit : of.spiking) {
    of.row[unit] = 1.0;
  }
}

void SpikeEvents::update_refractory(double time) {
  // A time that rounding puts just before the end of a period belongs to what follows.
  const double soon = time + 1e-6 * network_.step();
  for (std::size_t population = 0; population < populations_.size(); ++population) {
    const std::vector<double>& free_from = state_.free_from[population];
    std::vector<std::uint32_t>& refractory = populations_[population].refractory;
    refractory.clear();
    for (std::size_t unit = 0; unit < free_from.size(); ++unit) {
      if (free_from[unit] > soon) {
        refractory.push_back(static_cast<std::uint32_t>(unit));
      }
    }
  }
}

void SpikeEvents::detect(const double* y, double time) {
  clear();
  update_refractory(time);
  for (std::size_t population = 0; population < populations_.size(); ++population) {
    OfPopulation& of = populations_[population];
    const NetworkPopulation& units = network_.populations()[population];
    if (of.margin.empty()) {
      continue;
    }
    margins(population, y, of.margin.data());
    for (const std::uint32_t unit : of.refractory) {
      of.margin[unit] = -1.0;
    }
    if (!RHEOBASE_SIMD_DISPATCH(level_, network::any_at_least_zero)(of.margin.data(),
                                                                    units.stride)) {
      continue;
    }
    for (std::size_t unit = 0; unit < units.size; ++unit) {
      if (of.margin[unit] >= 0.0) {
        of.spiking.push_back(static_cast<std::uint32_t>(unit));
        of.row[unit] = 1.0;
      }
    }
  }
}

void SpikeEvents::clamp(std::size_t population, double* slopes) const {
  const OfPopulation& of = populations_[population];
  const NetworkPopulation& units = network_.populations()[population];
  for (const std::size_t variable : of.clamped_variables) {
    for (const std::uint32_t unit : of.refractory) {
      slopes[units.row(variable) + unit] = 0.0;
    }
  }
}

bool SpikeEvents::any() const {
  return std::ranges::any_of(populations_, [](const auto& of) { return !of.spiking.empty(); });
}

/// Adds the weights of what arrives over an edge to its event input.
void SpikeEvents::deliver(std::size_t edge) {
  const NetworkEdge& of = network_.edges()[edge];
  OfPopulation& to = populations_[of.target.owner];
  AlignedVector<double>& arrivals = to.arrivals[of.target.index];
  const OfPopulation& from = populations_[of.source.owner];
  if (!of.delayed()) {
    for (const std::uint32_t unit : from.spiking) {
      of.coupling.add_column(unit, 1.0, arrivals.data());
      to.arrived = true;
    }
    return;
  }
  delays_.push(edge, from.row.data());
  const double* spikes = delays_.read(edge, 0.0);
  for (std::size_t unit = 0; unit < of.coupling.columns(); ++unit) {
    if (spikes[unit] != 0.0) {
      of.coupling.add_column(unit, spikes[unit], arrivals.data());
      to.arrived = true;
    }
  }
}

void SpikeEvents::collect(const double* y) {
  for (OfPopulation& of : populations_) {
    if (of.arrived) {
      for (AlignedVector<double>& arrivals : of.arrivals) {
        std::ranges::fill(arrivals, 0.0);
      }
      of.arrived = false;
    }
  }
  for (const std::size_t edge : event_edges_) {
    deliver(edge);
  }
  for (std::size_t population = 0; population < populations_.size(); ++population) {
    const OfPopulation& of = populations_[population];
    if (!of.spiking.empty()) {
      evaluate_spiking(population, y);
    }
    if (of.for_all && (of.arrived || !of.spiking.empty())) {
      evaluate_all(population, y);
    }
  }
}

/// The actions of spiking units alone, side by side.
void SpikeEvents::evaluate_spiking(std::size_t population, const double* y) {
  OfPopulation& of = populations_[population];
  const NetworkPopulation& units = network_.populations()[population];
  const std::size_t count = of.spiking.size();
  const std::size_t stride = padded_to_packs<double>(count);
  const auto unit_at = [&](std::size_t i) { return of.spiking[std::min(i, count - 1)]; };
  std::vector<AlignedVector<double>> gathered;
  std::vector<Row> state;
  std::vector<Row> parameter = parameter_rows(units);
  const auto gather = [&](const double* from) {
    AlignedVector<double> values(stride);
    for (std::size_t i = 0; i < stride; ++i) {
      values[i] = from[unit_at(i)];
    }
    gathered.push_back(std::move(values));
    return Row{gathered.back().data(), kPerUnit};
  };
  for (std::size_t variable = 0; variable < units.variable_count(); ++variable) {
    state.push_back(gather(y + units.row(variable)));
  }
  for (Row& row : parameter) {
    row = row.mask == 0 ? row : gather(row.data);
  }
  const NeuronDescription& names = units.description();
  const std::vector<Row> zero(names.inputs.size(), Row{zeros_.data(), 0});
  const AlignedVector<double> means =
      mean_values(units, y, static_cast<double>(count) / static_cast<double>(units.size), level_);
  const std::vector<Row> mean = mean_rows(means);
  for (AlignedVector<double>& values : of.spike_values) {
    values.resize(std::max(values.size(), stride));
  }
  const std::vector<double*> out = pointers(of.spike_values);
  units.equations->evaluate(Part::actions,
                            {state.data(), parameter.data(), zero.data(), mean.data(), stride},
                            out.data());
}

void SpikeEvents::evaluate_all(std::size_t population, const double* y) {
  OfPopulation& of = populations_[population];
  const NetworkPopulation& units = network_.populations()[population];
  const std::vector<Row> state = state_rows(units, y);
  const std::vector<Row> parameter = parameter_rows(units);
  std::vector<Row> input;
  for (const AlignedVector<double>& arrivals : of.arrivals) {
    input.push_back(arrivals.empty() ? Row{zeros_.data(), 0} : Row{arrivals.data(), kPerUnit});
  }
  const AlignedVector<double> means = mean_values(
      units, y, static_cast<double>(of.spiking.size()) / static_cast<double>(units.size), level_);
  const std::vector<Row> mean = mean_rows(means);
  const std::vector<double*> out = pointers(of.all_values);
  units.equations->evaluate(
      Part::actions, {state.data(), parameter.data(), input.data(), mean.data(), units.stride},
      out.data());
}

void SpikeEvents::apply_actions(std::size_t population, double* y, bool assigns) {
  const OfPopulation& of = populations_[population];
  const NetworkPopulation& units = network_.populations()[population];
  const auto& actions = units.description().actions;
  for (std::size_t k = 0; k < actions.size(); ++k) {
    if (actions[k].assigns != assigns) {
      continue;
    }
    double* row = y + units.row(actions[k].variable);
    const auto jump = [&](std::size_t unit, double value) {
      row[unit] = assigns ? value : row[unit] + value;
    };
    if (actions[k].trigger == Trigger::spike) {
      for (std::size_t i = 0; i < of.spiking.size(); ++i) {
        jump(of.spiking[i], of.spike_values[k][i]);
      }
    } else if (actions[k].trigger == Trigger::arrival ? of.arrived : !of.spiking.empty()) {
      const double* arrivals =
          actions[k].trigger == Trigger::arrival ? of.arrivals[actions[k].input].data() : nullptr;
      const bool clamped = std::ranges::find(of.clamped_variables, actions[k].variable) !=
                           of.clamped_variables.end();
      auto held = clamped ? of.refractory.begin() : of.refractory.end();  // ascending
      for (std::size_t unit = 0; unit < units.size; ++unit) {
        if (held != of.refractory.end() && *held == unit) {
          ++held;
        } else if (arrivals == nullptr || arrivals[unit] != 0.0) {
          jump(unit, of.all_values[k][unit]);
        }
      }
    }
  }
}

void SpikeEvents::apply(double* y, double time) {
  for (std::size_t population = 0; population < populations_.size(); ++population) {
    const OfPopulation& of = populations_[population];
    if (of.spiking.empty() && !of.arrived) {
      continue;
    }
    apply_actions(population, y, false);
    apply_actions(population, y, true);
    const NetworkPopulation& units = network_.populations()[population];
    if (const auto refractory = units.description().refractory) {
      const Row period = units.parameter_row(*refractory);
      for (const std::uint32_t unit : of.spiking) {
        state_.free_from[population][unit] = time + period.data[unit & period.mask];
      }
    }
  }
}

}  // namespace rheobase::network
