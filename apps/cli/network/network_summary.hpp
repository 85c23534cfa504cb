#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/console.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/text_table.hpp"
#include "io/network/network_file.hpp"
#include "network/network.hpp"

namespace rheobase::cli {

/// "0.1 ms", "0.1" where the unit is not known.
std::string time_text(double time, const std::string& unit);

/// Rows of words in columns, each as wide as its longest, all but the last one padded.
std::string columns_text(const std::vector<std::vector<std::string>>& rows);

/// Tables of populations, nodes, edges, inputs and records.
std::string network_text(const io::NetworkFile& file, const network::Network& network);
Json network_json(const io::NetworkFile& file, const network::Network& network);

/// Seconds in a unit of time; 1 where there is none.
double seconds_in(const std::string& time_unit);

/// Notes about what a network may not be meant to be (network/doubts.hpp).
void note_doubts(const io::NetworkFile& file, const network::Network& network,
                 const std::string& solver, const Console& console);

/// Lines for the run and the fit of a file.
void add_plans(Summary& summary, const io::NetworkFile& file, const network::Network& network);

std::string_view to_word(io::FitMethod method);

}  // namespace rheobase::cli
