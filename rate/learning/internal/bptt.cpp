#include "rate/learning/internal/bptt_definitions.hpp"

namespace rheobase::rate {

template class Bptt<float>;

}  // namespace rheobase::rate
