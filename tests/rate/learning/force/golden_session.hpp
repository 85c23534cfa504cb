#pragma once

#include "io/mat/mat_file.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::golden {

/// What the published loader makes of the invented session.
io::MatFile session_file();

/// The invented session of 12 units and 44 trials. synthetic_session_flat.mat holds the numbers of
/// SYNTHETIC_session_inagaki_form.mat as plain arrays.
rate::Session synthetic_session();

}  // namespace rheobase::golden
