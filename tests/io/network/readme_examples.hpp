#pragma once

#include <Eigen/Core>

/// The network of the front page, from the page itself: tests/io/CMakeLists.txt.
namespace rheobase::io::fixture {

const char* readme_network_file();
/// What the lines of C++ see, 100 units x 10,000 samples.
Eigen::MatrixXd readme_library_samples();

}  // namespace rheobase::io::fixture
