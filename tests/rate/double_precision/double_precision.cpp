// The training path in double precision, which only checks of gradients need: the program is built
// without it.
#include "rate/dynamics/internal/forward_pass_definitions.hpp"
#include "rate/learning/internal/bptt_definitions.hpp"

namespace rheobase::rate {

template std::vector<TrialGroup> group_trials<double>(std::size_t);
template class ForwardPass<double>;
template class Bptt<double>;

}  // namespace rheobase::rate
