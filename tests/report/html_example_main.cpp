// Writes example pages for the browser test: html_example NAME FOLDER.
#include <fstream>
#include <iostream>
#include <string>

#include "html_example.hpp"
#include "report/html_assets.hpp"
#include "report/html_page.hpp"

int main(int argc, char** argv) {
  using namespace rheobase;
  if (argc != 2) {
    std::cerr << "usage: html_example FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  std::ofstream(folder + "/small.html") << report_page(example_report(), page_assets(), {});
  // About a million spikes: 1000 units, four rasters.
  const ExampleSize big{
      .units = 1000, .trials = 100, .steps = 400, .rate_factor = 14.0, .rasters_per_condition = 2};
  std::ofstream(folder + "/big.html") << report_page(example_report(big), page_assets(), {});
}
