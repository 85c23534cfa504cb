// Writes example pages for the browser test: report_example FOLDER.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "apps/report/internal/html_assets.hpp"
#include "apps/report/internal/html_figures.hpp"
#include "apps/report/internal/html_page.hpp"
#include "tests/apps/report/html_example.hpp"

namespace {

/// The same with its output twice, and shorter trials in the first condition.
rheobase::report::ReportData two_outputs(rheobase::report::ReportData data) {
  data.output_names = {"a", "b"};
  data.trials.outputs = 2;
  for (Eigen::MatrixXd* values : {&data.trials.rate, &data.trials.spiking, &data.trials.target}) {
    *values = values->replicate(1, 2).eval();
  }
  std::vector<rheobase::report::ReportOutputs> outputs;
  for (const rheobase::report::ReportOutputs& one : data.outputs) {
    for (const int output : {0, 1}) {
      outputs.push_back(one);
      outputs.back().output = output;
      if (one.condition == 0) {
        outputs.back().fewer = {{505.0, 3}};
      }
    }
  }
  data.outputs = outputs;
  return data;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace rheobase;
  using namespace rheobase::analysis;
  using namespace rheobase::rate;
  using namespace rheobase::report;
  if (argc != 2) {
    std::cerr << "usage: report_example FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const ReportData small = example_report();
  std::ofstream(folder / "small.html") << report_page(small, page_assets(), {});
  std::ofstream(folder / "two.html") << report_page(two_outputs(small), page_assets(), {});
  // About a million spikes in four rasters.
  const ExampleSize big{
      .units = 1000, .trials = 100, .steps = 400, .rate_factor = 12.0, .rasters_per_condition = 2};
  std::ofstream(folder / "big.html") << report_page(example_report(big), page_assets(), {});
  PageAssets plain = page_assets();
  plain.charts = {};
  const auto draw = [&small](const std::string& id) {
    return draw_figures(small, {id}, FigureFormat::svg).front();
  };
  std::ofstream(folder / "static.html") << report_page(small, plain, draw);
}
