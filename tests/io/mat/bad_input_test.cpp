#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

MatFields good() {
  return model_fields(small_model_file());
}

/// The refusal of a file of these variables, without the file's name in front.
std::string refusal(const MatFields& fields, MatVersion version = MatVersion::level5) {
  const std::vector<std::byte> bytes = bytes_of(fields, version);
  const std::string message = input_error_of([&] { parse_model(bytes, "dir/model.mat"); });
  const std::string file = "dir/model.mat: ";
  REQUIRE(message.starts_with(file));
  CHECK(message.find('\n') == std::string::npos);
  return message.substr(file.size());
}

/// The refusal after one variable was replaced by another matrix.
std::string refusal_of(const std::string& name, const Eigen::MatrixXd& values) {
  MatFields fields = without(good(), name);
  fields.matrix(name, values);
  return refusal(fields);
}

std::string refusal_of(const std::string& name, double value) {
  return refusal_of(name, Eigen::MatrixXd::Constant(1, 1, value));
}

/// The refusal after one variable was added or replaced.
std::string refusal_with(const std::string& name, const Eigen::MatrixXd& values) {
  MatFields fields = good();
  const auto& known = fields.fields();
  if (std::ranges::find(known, name, &MatField::name) != known.end()) {
    fields = without(fields, name);
  }
  fields.matrix(name, values);
  return refusal(fields);
}

std::string refusal_of_bytes(std::vector<std::byte> bytes) {
  return input_error_of([&] { parse_model(bytes, "model.mat"); });
}

std::vector<std::byte> truncated(std::vector<std::byte> bytes, std::size_t size) {
  REQUIRE(size < bytes.size());
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("missing and misspelt fields: the nearest name is suggested") {
    CHECK(refusal(without(good(), "w")) ==
          "field 'w': found no such field; must be N x N numbers with N = 6");
    CHECK(refusal(without(good(), "N")) ==
          "field 'N': found no such field; must be the number of units, 1 to 1000000");
    CHECK(refusal(without(good(), "b_out")) ==
          "field 'b_out': found no such field; must be one number");
    MatFields misspelt = without(good(), "w_out");
    misspelt.matrix("w_uot", Eigen::MatrixXd::Zero(1, 6));
    CHECK(refusal(misspelt) ==
          "field 'w_out': found no such field, the nearest is 'w_uot'; must be one number per "
          "unit, N = 6");
    misspelt = without(good(), "taus");
    misspelt.matrix("Taus", Eigen::MatrixXd::Constant(1, 2, 5.0));
    CHECK(refusal(misspelt) ==
          "field 'taus': found no such field, the nearest is 'Taus'; must be one time constant or "
          "minimum and maximum, in steps");
    CHECK(refusal(without(without(good(), "inh"), "exc")) ==
          "field 'inh': found no such field; must be one number per unit, N = 6");
    CHECK(refusal(without(good(), "taus_gaus")) ==
          "field 'taus_gaus': found no such field; must be one number per unit, N = 6");
    CHECK(refusal(without(good(), "taus_gaus"), MatVersion::level73) ==
          "field 'taus_gaus': found no such field; must be one number per unit, N = 6");
  }

  TEST_CASE("wrong shapes") {
    CHECK(refusal_of("w", Eigen::MatrixXd::Zero(6, 5)) ==
          "field 'w': found 6 x 5 double; must be N x N numbers with N = 6");
    CHECK(refusal_of("m", Eigen::MatrixXd::Ones(6, 1)) ==
          "field 'm': found 6 x 1 double; must be N x N numbers with N = 6");
    CHECK(refusal_of("w_in", Eigen::MatrixXd::Zero(2, 6)) ==
          "field 'w_in': found 2 x 6 double; must be N x inputs with N = 6 (transposed?)");
    CHECK(refusal_of("w_in", Eigen::MatrixXd(6, 0)) ==
          "field 'w_in': found 6 x 0; must be N x inputs with N = 6");
    CHECK(refusal_of("w_out", Eigen::MatrixXd::Zero(1, 7)) ==
          "field 'w_out': found 1 x 7 double; must be one number per unit, N = 6");
    CHECK(refusal_of("inh", Eigen::MatrixXd::Zero(2, 3)) ==
          "field 'inh': found 2 x 3 double; must be one number per unit, N = 6");
    CHECK(refusal_of("taus", Eigen::MatrixXd::Ones(1, 3)) ==
          "field 'taus': found 3 numbers; must be one time constant or minimum and maximum, in "
          "steps");
    CHECK(refusal_of("N", Eigen::MatrixXd::Ones(1, 2)) ==
          "field 'N': found 1 x 2 double; must be the number of units, 1 to 1000000");
    CHECK(refusal_of("som_m", Eigen::MatrixXd::Ones(5, 5)) ==
          "field 'som_m': found 5 x 5 double; must be N x N numbers with N = 6");
  }

  TEST_CASE("wrong classes") {
    MatFields fields = without(good(), "w");
    fields.text("w", "weights");
    CHECK(refusal(fields) == "field 'w': found 1 x 7 char; must be N x N numbers with N = 6");
    fields = without(good(), "w_in");
    fields.number("w_in.a", 1.0);
    CHECK(refusal(fields) == "field 'w_in': found 1 x 1 struct; must be N x inputs with N = 6");
    CHECK(refusal_of("activation", 1.0) ==
          "field 'activation': found 1 x 1 double; must be the name of an activation");
    CHECK(refusal_of("task", 1.0) ==
          "field 'task': found 1 x 1 double; must be the name of a task");
  }

  TEST_CASE("numbers that cannot be") {
    Eigen::MatrixXd w = small_model().w;
    w(2, 4) = kNan;
    CHECK(refusal_of("w", w) == "field 'w': found nan at (3, 5); must be finite");
    w(2, 4) = -std::numeric_limits<double>::infinity();
    CHECK(refusal_of("w", w) == "field 'w': found -inf at (3, 5); must be finite");
    CHECK(refusal_of("N", -6.0) ==
          "field 'N': found -6; must be the number of units, 1 to 1000000");
    CHECK(refusal_of("N", 6.5) ==
          "field 'N': found 6.5; must be the number of units, 1 to 1000000");
    CHECK(refusal_of("N", kNan) ==
          "field 'N': found nan; must be the number of units, 1 to 1000000");
    CHECK(refusal_of("N", 1e300) ==
          "field 'N': found 1e+300; must be the number of units, 1 to 1000000");
    CHECK(refusal_of("N", 5.0) ==
          "field 'w': found 6 x 6 double; must be N x N numbers with N = 5");
    CHECK(refusal_of("taus", Eigen::RowVector2d(20.0, 4.0)) ==
          "field 'taus': found [20, 4]; must be minimum and maximum in steps, 1 <= minimum <= "
          "maximum");
    CHECK(refusal_of("som_N", 3.0) ==
          "field 'som_N': found 3; must be between 0 and the number of inhibitory units, here 2");
    CHECK(refusal_of("som_N", -1.0) ==
          "field 'som_N': found -1; must be a number of units, 0 to 6");
    CHECK(refusal_of("apply_dale", 2.0) == "field 'apply_dale': found 2; must be 0 or 1");
    CHECK(refusal_of("opt_scaling_factor", -3.0) ==
          "field 'opt_scaling_factor': found -3; must be a positive number");
    CHECK(refusal_of("b_out", kNan) == "field 'b_out': found nan; must be finite");
  }

  TEST_CASE("signs, types and masks that contradict each other") {
    Eigen::MatrixXd m = small_model().sign.asDiagonal();
    m(0, 1) = 0.5;
    CHECK(refusal_of("m", m) == "field 'm': found 0.5 at (1, 2); must be zero beside its diagonal");
    m(0, 1) = 0.0;
    m(3, 3) = 2.0;
    CHECK(refusal_of("m", m) == "field 'm': found 2 at (4, 4); must be +1 or -1 on the diagonal");
    Eigen::VectorXd inh(6);
    inh << 0, 1, 0.5, 0, 0, 1;
    CHECK(refusal_of("inh", inh) == "field 'inh': found 0.5 for unit 3; must be 0 or 1");
    inh << 0, 1, 1, 0, 0, 1;
    CHECK(refusal_of("inh", inh) ==
          "field 'exc': found unit 3 with exc and inh both 1; must be 1 exactly where inh is 0");
    Eigen::MatrixXd mask = small_model().mask;
    mask(1, 0) = 0.5;
    CHECK(refusal_of("som_m", mask) == "field 'som_m': found 0.5 at (2, 1); must be 0 or 1");
  }

  TEST_CASE("an unknown activation: the known ones are listed") {
    MatFields fields = without(good(), "activation");
    fields.text("activation", "step");
    const std::string message = refusal(fields);
    CHECK(
        message.starts_with("field 'activation': found '"
                            "step'; must be"));
    for (const char* name : {"sigmoid", "softplus", "clipped_relu"}) {
      CHECK(message.find(name) != std::string::npos);
    }
  }

  TEST_CASE("a spiking network that cannot be") {
    const std::string network = "spiking_network.";
    CHECK(refusal_of(network + "tau_membrane_ms", kNan) ==
          "field 'spiking_network.tau_membrane_ms': found nan; must be a number, above 0 ms");
    CHECK(refusal_of(network + "rise_ms", 0.0) ==
          "field 'spiking_network.rise_ms': found 0; must be a number, above 0 ms");
    CHECK(refusal_of(network + "refractory_ms", -1.0) ==
          "field 'spiking_network.refractory_ms': found -1; must be a number, 0 to 1000 ms");
    CHECK(refusal_of(network + "readout_bias", 2.0) ==
          "field 'spiking_network.readout_bias': found 2; must be 0 or 1");
    MatFields fields = without(good(), network + "neuron");
    fields.text(network + "neuron", "izhikevich");
    CHECK(refusal(fields) ==
          "field 'spiking_network.neuron': found 'izhikevich'; must be one of lif, qif");
    const std::string missing = refusal(without(good(), network + "threshold_mv"));
    CAPTURE(missing);
    CHECK(missing ==
          "field 'spiking_network': found members missing; must have threshold_mv too, or be left "
          "out (docs/formats.md, Model file)");
    MatFields by_hand = good();
    for (const char* member : {"neuron", "peak_mv", "synapse", "initial_weights"}) {
      by_hand = without(by_hand, network + member);
    }
    CHECK(refusal(by_hand).find("must have neuron, peak_mv, synapse, initial_weights too, ") !=
          std::string::npos);
  }

  TEST_CASE("values of units, copies and connections that do not fit: file and field") {
    const std::string network = "spiking_network.";
    for (const char* name : {"unit_gain", "unit_threshold_mv", "unit_reset_mv", "unit_bias_mv",
                             "unit_tau_membrane_ms", "unit_refractory_ms"}) {
      CHECK(refusal_with(network + name, Eigen::VectorXd::Constant(5, 50.0)) ==
            "field 'spiking_network." + std::string(name) +
                "': found 5 x 1 double; must be one finite number for every unit, N = 6");
      CHECK(refusal_with(network + name, Eigen::VectorXd(0)) ==
            "field 'spiking_network." + std::string(name) +
                "': found none; must be one finite number for every unit, or be left out");
    }
    CHECK(refusal_with(network + "unit_gain", Eigen::VectorXd::Zero(6)) ==
          "field 'spiking_network.unit_gain': found 0 of unit 1; must be above 0 to 1000000");
    CHECK(refusal_with(network + "unit_tau_membrane_ms", Eigen::VectorXd::Zero(6)) ==
          "field 'spiking_network.unit_tau_membrane_ms': found 0 of unit 1; must be above 0");
    CHECK(refusal_with(network + "unit_refractory_ms", Eigen::VectorXd::Constant(6, 1001.0)) ==
          "field 'spiking_network.unit_refractory_ms': found 1001 of unit 1; must be 0 to 1000");
    for (const char* name : {"unit_threshold_mv", "unit_reset_mv", "unit_bias_mv"}) {
      CHECK(refusal_with(network + name, Eigen::VectorXd::Constant(6, -1e7)) ==
            "field 'spiking_network." + std::string(name) +
                "': found -10000000 of unit 1; must be -1000000 to 1000000");
    }
    CHECK(refusal_with(network + "connection_delay_ms", Eigen::MatrixXd(0, 0)) ==
          "field 'spiking_network.connection_delay_ms': found none; must be N x N finite delays in "
          "ms, or be left out");
    CHECK(refusal_with(network + "copy_bias_mv", Eigen::Vector3d::Zero()) ==
          "field 'spiking_network.copy_bias_mv': found 3 x 1 double; must be one finite number for "
          "every copy of a unit, copies = 1");
    Eigen::VectorXd levels = Eigen::VectorXd::Constant(6, -40.0);
    levels[4] = -61.0;
    CHECK(refusal_of(network + "unit_threshold_mv", levels) ==
          "field 'spiking_network.unit_threshold_mv': found -61 of unit 5; must be above its reset "
          "of -61 mV");
    MatFields resets =
        without(without(good(), network + "unit_threshold_mv"), network + "unit_reset_mv");
    levels = Eigen::VectorXd::Constant(6, -65.0);
    levels[1] = -39.0;
    resets.matrix(network + "unit_reset_mv", levels);
    CHECK(refusal(resets) ==
          "field 'spiking_network.unit_reset_mv': found -39 of unit 2; must be below its threshold "
          "of -40 mV");
    CHECK(refusal_of(network + "reset_mv", -40.0) ==
          "field 'spiking_network.reset_mv': found -40; must be below threshold_mv, -40 mV");
    CHECK(refusal_of(network + "peak_mv", -41.0) ==
          "field 'spiking_network.peak_mv': found -41; must not be below threshold_mv, -40 mV");
    const std::string delays = network + "connection_delay_ms";
    CHECK(refusal_with(delays, Eigen::MatrixXd::Constant(1, 1, 2.0)) ==
          "field 'spiking_network.connection_delay_ms': found 1 x 1 double; must be N x N finite "
          "delays in ms with N = 6");
    Eigen::MatrixXd each = Eigen::MatrixXd::Constant(6, 6, 2.0);
    each(3, 1) = -1.0;
    CHECK(refusal_with(delays, each) ==
          "field 'spiking_network.connection_delay_ms': found -1 from unit 2 to unit 4; must be 0 "
          "to 1000 ms");
    each(3, 1) = 1000.5;
    CHECK(refusal_with(delays, each)
              .ends_with("found 1000.5 from unit 2 to unit 4; must be 0 to "
                         "1000 ms"));
    MatFields quadratic = without(good(), network + "neuron");
    quadratic.text(network + "neuron", "qif");
    CHECK(refusal(quadratic) ==
          "field 'spiking_network.unit_threshold_mv': found qif units; must come with lif units: "
          "others have one for all");
  }

  TEST_CASE("a member of spiking_network that is not known would be without effect") {
    CHECK(refusal_with("spiking_network.connection_delays_ms", Eigen::MatrixXd::Zero(6, 6)) ==
          "field 'spiking_network.connection_delays_ms': found a member that is not known; must be "
          "left out, or did you mean 'connection_delay_ms'?");
    CHECK(refusal_with("spiking_network.weather", Eigen::MatrixXd::Ones(1, 1)) ==
          "field 'spiking_network.weather': found a member that is not known; must be left out: "
          "nothing would come of it");
  }

  TEST_CASE("a misspelt optional field is doubted, fields of other programs are not") {
    const auto doubts = [](const std::string& name) {
      MatFields fields = without(good(), "task");
      fields.number(name, 1.0);
      return parse_model(bytes_of(fields, MatVersion::level5), "m.mat").doubts;
    };
    CHECK(doubts("tasks") ==
          std::vector<std::string>{"field 'tasks' is not known and has no effect; "
                                   "did you mean 'task'?"});
    CHECK(
        doubts("unit_gains") ==
        std::vector<std::string>{"field 'unit_gains' is not known and has no effect; did you mean "
                                 "'spiking_network.unit_gain'?"});
    CHECK(doubts("connection_delay").size() == 1);
    CHECK(doubts("unit_taus_ms") ==
          std::vector<std::string>{"field 'unit_taus_ms' is not known and has no effect; "
                                   "did you mean 'unit_tau_ms'?"});
    CHECK(doubts("biases") ==
          std::vector<std::string>{"field 'biases' is not known and has no effect; "
                                   "did you mean 'bias'?"});
    CHECK(doubts("subject").empty());
    CHECK(doubts("mask").empty());
    CHECK(doubts("weather").empty());
  }

  TEST_CASE("members of known structures that other files will not have are named") {
    const auto doubts = [](const MatFields& fields) {
      return parse_model(bytes_of(fields, MatVersion::level5), "m.mat").doubts;
    };
    MatFields fields = good();
    CHECK(doubts(fields).empty());
    fields.text("task_parameters.note", "by hand");
    fields.matrix("task_parameters.table", Eigen::MatrixXd::Ones(1, 3));
    fields.number("training_options.weather", 1.0);
    const std::string lost =
        "members that are not known have no effect and are not carried to other files: ";
    CHECK(doubts(fields) ==
          std::vector<std::string>{"field 'task_parameters': " + lost + "note, table",
                                   "field 'training_options': " + lost + "weather"});
    // A structure of which nothing is known is carried as it is.
    MatFields unknown =
        without(without(fields, "task_parameters.delay"), "task_parameters.input_noise");
    CHECK(doubts(unknown).size() == 1);
  }

  TEST_CASE("truncated files of level 5, compressed or not") {
    const std::vector<std::byte> plain =
        read_bytes(std::string(RHEOBASE_IO_TEST_DATA) + "/scipy_plain.mat");
    const std::vector<std::byte> compressed = bytes_of(good(), MatVersion::level5);
    CHECK(
        refusal_of_bytes(truncated(compressed, 1000))
            .ends_with(
                "bytes of an element (a truncated file?); must be an undamaged level 5 .mat file"));
    CHECK(refusal_of_bytes(truncated(plain, 300)) ==
          "model.mat: found 68 of 88 bytes of an element (a truncated file?); must be an "
          "undamaged level 5 .mat file");
    CHECK(refusal_of_bytes(truncated(compressed, 127)) ==
          "model.mat: found 127 bytes (a truncated file?); must be a .mat file of level 5 or 7.3");
    for (std::size_t size = 129; size < plain.size(); size += 37) {
      CHECK(refusal_of_bytes(truncated(plain, size)).starts_with("model.mat: "));
    }
  }

  TEST_CASE("truncated files of level 7.3") {
    const std::vector<std::byte> bytes = bytes_of(good(), MatVersion::level73);
    const std::string all = std::to_string(bytes.size());
    CHECK(refusal_of_bytes(truncated(bytes, 5000)) ==
          "model.mat: found 5000 of " + all +
              " bytes (a truncated file?); must be a .mat file of level 5 or 7.3");
    CHECK(refusal_of_bytes(truncated(bytes, 560)) ==
          "model.mat: found a damaged HDF5 superblock (a truncated file?); must be a .mat file of "
          "level 5 or 7.3");
    CHECK(refusal_of_bytes(truncated(bytes, 300)) ==
          "model.mat: found the header of level 7.3 without HDF5 data (a truncated file?); must be "
          "a .mat file of level 5 or 7.3");
  }

  TEST_CASE("files that are something else") {
    const auto from_text = [](const std::string& text) {
      const auto bytes = std::as_bytes(std::span(text));
      return refusal_of_bytes({bytes.begin(), bytes.end()});
    };
    CHECK(from_text("w = [1 2 3]\n") ==
          "model.mat: found a text file; must be a .mat file of level 5 or 7.3");
    CHECK(from_text(std::string(5000, 'a')) ==
          "model.mat: found a text file; must be a .mat file of level 5 or 7.3");
    CHECK(
        from_text("\x89HDF\r\n\x1a\n" + std::string(1000, '\0')) ==
        "model.mat: found an HDF5 file without MATLAB's header: h5py and scipy.io.savemat convert "
        "it; `rheobase import` reads NIR graphs and our own exports; must be a .mat file of level "
        "5 or 7.3");
    CHECK(from_text(std::string(1000, '\0')) ==
          "model.mat: found a file with another header; must be a .mat file of level 5 or 7.3");
  }

  TEST_CASE("files that cannot be opened") {
    const TemporaryFolder folder;
    const std::string none = (folder / "none.mat").string();
    const std::string empty = (folder / "empty.mat").string();
    std::ofstream(empty).close();
    const auto message = [](const std::string& path) {
      return input_error_of([&] { read_model(path); });
    };
    CHECK(message(none) == none + ": found no such file; must be a file that can be read");
    CHECK(message(folder.path().string()) ==
          folder.path().string() + ": found a directory; must be a file that can be read");
    CHECK(message(empty) == empty + ": found an empty file; must hold data");
  }

  TEST_CASE("a damaged compressed block is found by its check sum") {
    std::vector<std::byte> bytes = bytes_of(good(), MatVersion::level5);
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + 132, 4);
    bytes[136 + size - 1] ^= std::byte{1};  // the last byte of the first block's check sum
    CHECK(refusal_of_bytes(bytes) ==
          "model.mat: found a damaged compressed block; must be an undamaged level 5 .mat file");
  }

  TEST_CASE("a model that cannot be is not written, an output that cannot be written neither") {
    const TemporaryFolder folder;
    ModelFile file = small_model_file();
    const std::string target = folder.path().string();
    CHECK(input_error_of([&] { write_model(target, file); }) ==
          target + ": found a directory; must be a file that can be written");
    CHECK(input_error_of([&] { write_model("/dev/full", file); }) ==
          "/dev/full: found a device; must be a file that can be written");
    const std::string bad = (folder / "bad.mat").string();
    file.dale.value().w(0, 0) = kNan;
    CHECK(input_error_of([&] { write_model(bad, file); }) ==
          bad + ": field 'w': found nan at (1, 1); must be finite");
    CHECK(folder.names().empty());
  }
}
