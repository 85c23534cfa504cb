#include "apps/report/picture.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "apps/report/internal/gnuplot.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

/// Trials that rise to 1 after 375 ms in the first condition and stay at 0 in the second.
Eigen::MatrixXd outputs(double height, Seed seed) {
  RandomStream random(seed, 0, Purpose::task);
  Eigen::MatrixXd trials(10, 199);
  for (Eigen::Index trial = 0; trial < trials.rows(); ++trial) {
    const double size = height * (1.0 + 0.05 * random.normal());
    for (Eigen::Index k = 0; k < trials.cols(); ++k) {
      const double t = 5.0 * static_cast<double>(k + 1);
      trials(trial, k) = size / (1.0 + std::exp(-(t - 420.0) / 30.0)) + 0.02 * random.normal();
    }
  }
  return trials;
}

report::SpikeRaster raster(const std::string& condition, double rate_hz, int units) {
  RandomStream random(7, 0, Purpose::task);
  report::SpikeRaster spikes{condition, {}, {}, {}};
  for (int unit = 0; unit < units; ++unit) {
    for (double t = -std::log(random.uniform()) * 1000.0 / rate_hz; t < 1000.0;
         t += -std::log(random.uniform()) * 1000.0 / rate_hz) {
      spikes.unit.push_back(unit);
      spikes.time_ms.push_back(t);
    }
  }
  return spikes;
}

report::Picture example_picture() {
  report::Picture picture;
  picture.title = "Go-NoGo, N = 200, it's s = 50";
  picture.duration_ms = 1000.0;
  picture.stimulus = {{250.0, 375.0}};
  for (auto* bands : {&picture.rate_output, &picture.spiking_output}) {
    bands->push_back(report::output_band("go", outputs(1.0, 1), 5.0, 5.0));
    bands->push_back(report::output_band("nogo", outputs(0.0, 2), 5.0, 5.0));
  }
  for (int s = 20; s <= 75; s += 5) {
    const double p = std::exp(-0.001 * (s - 50) * (s - 50));
    picture.scaling.push_back({static_cast<double>(s), p, 0.9 * p, std::min(1.0, 1.05 * p)});
  }
  picture.best_scaling_factor = 50.0;
  picture.rasters = {raster("go", 12.0, 200), raster("nogo", 6.0, 200)};
  picture.rasters[0].stimulus = picture.stimulus;
  picture.unit_type.assign(200, rate::UnitType::excitatory);
  RandomStream random(3, 0, Purpose::initialisation);
  picture.tau_ms.resize(200);
  for (int unit = 0; unit < 200; ++unit) {
    picture.tau_ms[unit] = 20.0 + 80.0 / (1.0 + std::exp(-random.normal()));
    if (unit % 5 == 0) {
      picture.unit_type[static_cast<std::size_t>(unit)] =
          unit < 50 ? rate::UnitType::som : rate::UnitType::inhibitory;
    }
  }
  return picture;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a band holds the mean and the sample standard deviation of every column") {
    Eigen::MatrixXd trials(3, 2);
    trials << 1.0, 5.0, 2.0, 5.0, 3.0, 5.0;
    const report::OutputBand band = report::output_band("go", trials, 5.0, 5.0);
    CHECK(band.mean.values[0] == near(2.0, 1e-12));
    CHECK(band.sd[0] == near(1.0, 1e-12));
    CHECK(band.sd[1] == 0.0);
    CHECK(band.mean.time_ms(1) == 10.0);
    CHECK(report::output_band("go", trials.topRows(1), 5.0, 5.0).sd.isZero());
  }

  TEST_CASE("an image that is not whole is none, and what gnuplot reads is written whole") {
    const report::TemporaryFolder folder;
    for (const auto& [name, whole] :
         {std::pair{"a.png", "\x89PNG...IEND\xAE\x42\x60\x82"},
          std::pair{"a.svg", "<svg>...</svg>\n"}, std::pair{"a.pdf", "%PDF...%%EOF\n"}}) {
      CAPTURE(name);
      const fs::path image = folder.path() / name;
      CHECK_THROWS_AS(report::drawn_image(image), Error);  // there is none
      report::write_for_gnuplot(image, whole);
      CHECK(report::drawn_image(image) == whole);
      report::write_for_gnuplot(image, std::string(whole).substr(0, 8));
      CHECK_THROWS_AS(report::drawn_image(image), Error);
    }
    CHECK_THROWS_AS(report::write_for_gnuplot("/dev/full", "x"), Error);
  }

  TEST_CASE("the PNG is 180 mm wide at 300 dots an inch") {
    const report::TemporaryFolder folder;
    const fs::path path = folder.path() / "picture.png";
    report::draw_picture(example_picture(), path);
    const std::string bytes = content(path);
    REQUIRE(bytes.size() > 24);
    CHECK(bytes.substr(1, 3) == "PNG");
    const auto big_endian = [&bytes](std::size_t at) {
      int value = 0;
      for (std::size_t i = 0; i < 4; ++i) {
        value = 256 * value + static_cast<unsigned char>(bytes[at + i]);
      }
      return value;
    };
    CHECK(big_endian(16) == 2125);
    CHECK(big_endian(20) == 1241);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  }

  TEST_CASE("the SVG names every axis with its unit and every type of unit") {
    const report::TemporaryFolder folder;
    const fs::path path = folder.path() / "picture.svg";
    report::draw_picture(example_picture(), path);
    const std::string text = content(path);
    CHECK(count(text, "Time (ms)") == 4);
    for (const std::string label : {"Output (a.u.)", "Accuracy (%)", "Scaling factor",
                                    "Decay time constant", "SOM", "nogo", "Go-NoGo, N = 200, it"}) {
      CAPTURE(label);
      CHECK(text.find(label) != std::string::npos);
    }
  }

  TEST_CASE("panels without data are left out") {
    const report::TemporaryFolder folder;
    const fs::path path = folder.path() / "picture.svg";
    report::Picture picture = example_picture();
    picture.scaling.clear();
    picture.spiking_output.clear();
    picture.rasters.clear();
    report::draw_picture(picture, path);
    const std::string text = content(path);
    CHECK(count(text, "Time (ms)") == 1);
    CHECK(text.find("Accuracy") == std::string::npos);
  }

  TEST_CASE("a picture that cannot be written is one clear error and leaves no file") {
    const report::TemporaryFolder folder;
    CHECK_THROWS_WITH_AS(report::draw_picture(example_picture(), folder.path() / "picture.gif"),
                         doctest::Contains("must be .png or .svg"), InputError);
    CHECK_THROWS_AS(
        report::draw_picture(example_picture(), folder.path() / "missing" / "picture.png"),
        InputError);
    CHECK(fs::is_empty(folder.path()));
  }
}

}  // namespace rheobase
