#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rheobase::cli {

/// A network file to begin with.
struct ExampleNetwork {
  std::string name;
  std::string help;
  std::string_view text;
};

const std::vector<ExampleNetwork>& example_networks();

}  // namespace rheobase::cli
