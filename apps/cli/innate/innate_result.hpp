#pragma once

#include <string>

#include "apps/cli/json_output.hpp"
#include "io/mat/innate_file.hpp"

namespace rheobase::cli {

/// A table with a row for every trajectory and kind of test; empty without tests.
std::string test_table(const io::InnateFile& file);
/// What a person reads after training: network, losses, tests, exponents.
std::string training_text(const io::InnateFile& file);
Json training_json(const io::InnateFile& file);

/// What a person should know before the network is used; empty: nothing.
std::string innate_warning(const io::InnateFile& file);

/// ", spike-like noise 400 Hz"; empty without.
std::string spike_noise_text(double spikes_hz);

/// "41.2 before, -3.1 after training".
std::string exponent_text(double before, double after);

Json to_json(const rate::InnateTest& test);

}  // namespace rheobase::cli
