#include "rate/dynamics/internal/forward_pass_definitions.hpp"

namespace rheobase::rate {

template std::vector<TrialGroup> group_trials<float>(std::size_t);
template class ForwardPass<float>;

}  // namespace rheobase::rate
