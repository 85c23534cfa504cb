#include "rate/learning/innate/internal/innate_learner.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"

namespace rheobase::rate {

TrialStart trial_start(const InnateExperiment& experiment, Eigen::Index units, std::uint32_t number,
                       bool noisy, bool perturbed) {
  TrialStart start = drawn_start(units, noisy ? experiment.noise : 0.0, experiment.seed, number);
  if (experiment.start_state == StartState::zero) {
    start.x0.setZero();
  }
  start.carry = experiment.start_state == StartState::carry && number > 0;
  if (experiment.x0.size() > 0) {
    start.x0 = experiment.x0.row(static_cast<Eigen::Index>(number)).transpose();
  }
  start.spike_noise = noisy ? experiment.spike_noise : 0.0;
  start.perturbed = perturbed;
  return start;
}

template <class Real>
InnateLearner<Real>::InnateLearner(InnateTraining<Real>& training,
                                   const InnateExperiment& experiment, std::uint32_t first_trial)
    : training_(training), experiment_(experiment), first_trial_(first_trial) {}

template <class Real>
void InnateLearner<Real>::advance() {
  const auto number = first_trial_ + static_cast<std::uint32_t>(done());
  const bool recurrent = progress_.recurrent_done < recurrent_total();
  int& trials = recurrent ? progress_.recurrent_done : progress_.readout_done;
  const auto k = static_cast<std::size_t>(trials % trajectories());
  const TrialStart start = trial_start(
      experiment_, static_cast<Eigen::Index>(training_.network().units()), number, true, false);
  if (recurrent) {
    progress_.recurrent_loss.push_back(training_.train_recurrent(k, start, number));
  } else {
    progress_.readout_loss.push_back(training_.train_readout(k, start, number));
  }
  ++trials;
}

template <class Real>
std::string InnateLearner<Real>::status() const {
  const bool recurrent = progress_.readout_loss.empty();
  const std::vector<double>& losses = recurrent ? progress_.recurrent_loss : progress_.readout_loss;
  return losses.empty()
             ? std::string{}
             : fmt::format("{} loss {:.3g}", recurrent ? "recurrent" : "readout", losses.back());
}

template <class Real>
InnateState InnateLearner<Real>::innate_state() const {
  InnateState state = progress_;
  state.arrays = training_.state();
  return state;
}

template <class Real>
void InnateLearner<Real>::restore(const InnateState& state) {
  const auto require = [](int trials, int most, const std::vector<double>& losses,
                          const char* field) {
    if (trials < 0 || trials > most || losses.size() != static_cast<std::size_t>(trials)) {
      throw InputError("learner's state", field,
                       fmt::format("{} with {} losses", counted(trials, "trial"), losses.size()),
                       fmt::format("must be 0 to {} with a loss each", counted(most, "trial")));
    }
  };
  require(state.recurrent_done, recurrent_total(), state.recurrent_loss, "recurrent_done");
  require(state.readout_done, readout_total(), state.readout_loss, "readout_done");
  if (state.readout_done > 0 && state.recurrent_done < recurrent_total()) {
    throw InputError(
        "learner's state", "readout_done", fmt::format("{}", state.readout_done),
        fmt::format("must be 0 before all {} recurrent trials are done", recurrent_total()));
  }
  training_.restore(state.arrays);
  progress_ = state;
  progress_.arrays.clear();
}

template <class Real>
NamedArrays InnateLearner<Real>::state() const {
  NamedArrays arrays = training_.state();
  arrays.push_back({"trials_done",
                    {static_cast<double>(progress_.recurrent_done),
                     static_cast<double>(progress_.readout_done)}});
  arrays.push_back({"recurrent_loss", progress_.recurrent_loss});
  arrays.push_back({"readout_loss", progress_.readout_loss});
  return arrays;
}

template <class Real>
void InnateLearner<Real>::restore(const NamedArrays& arrays) {
  const std::vector<double>& done = named_array(arrays, "trials_done", 2);
  InnateState state;
  state.recurrent_done = whole_number<int>(done[0]).value_or(-1);
  state.readout_done = whole_number<int>(done[1]).value_or(-1);
  const auto losses = [&](const char* name, int trials) {
    return named_array(arrays, name, static_cast<std::size_t>(std::max(0, trials)));
  };
  state.recurrent_loss = losses("recurrent_loss", state.recurrent_done);
  state.readout_loss = losses("readout_loss", state.readout_done);
  state.arrays = arrays;
  restore(state);
}

template class InnateLearner<float>;
template class InnateLearner<double>;

}  // namespace rheobase::rate
