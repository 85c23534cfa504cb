#include "mapping/conversion/transfer.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/run_file.hpp"
#include "tests/max_abs.hpp"
#include "tests/reference.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

TEST_SUITE("unit") {
  TEST_CASE("the LIF drive of lambda-scaled rates equals the rate network's drive") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    const double scaling_factor = 25.0;
    const SpikingModel spiking = map_to_spiking(model, scaling_factor);
    const Eigen::VectorXd rates = (Eigen::VectorXd::Random(200).array() + 1.0) / 2.0;
    const Eigen::VectorXd spiking_rates_hz = rates * scaling_factor;
    CHECK((spiking.w * spiking_rates_hz).isApprox(model.w * rates, 1e-12));
    CHECK(spiking.w_out.row(0).dot(spiking_rates_hz) == near((model.w_out * rates)(0), 1e-12));
    CHECK(spiking.w_in == model.w_in);
  }

  TEST_CASE("synaptic decay is five milliseconds a step and lies in the model's range") {
    const RateNetwork model = reference::network("mante_N250_s5");
    const Eigen::VectorXd decay = map_to_spiking(model, 45.0).synapse.decay_ms;
    CHECK(decay == 5.0 * tau_steps(reference::model("mante_N250_s5")));
    CHECK(decay.minCoeff() >= 20.0);
    CHECK(decay.maxCoeff() <= 100.0);
  }

  TEST_CASE("the readout bias is used only when asked for") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    CHECK(map_to_spiking(model, 25.0).b_out.isZero(0.0));
    TransferOptions options;
    options.readout_bias = true;
    CHECK(map_to_spiking(model, 25.0, options).b_out == model.b_out);
  }

  TEST_CASE("initial weights stand in for the trained ones on request") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    TransferOptions options;
    options.use_initial_weights = true;
    CHECK(map_to_spiking(model, 50.0, options)
              .w.isApprox(effective_initial_weights(reference::model("go-nogo_N200_s1")) / 50.0));
  }

  TEST_CASE("several readouts are all scaled") {
    RateNetwork model = reference::network("go-nogo_N200_s1");
    model.w_out = Eigen::MatrixXd::Random(3, model.units());
    model.b_out = Eigen::Vector3d(1.0, 2.0, 3.0);
    TransferOptions options;
    options.readout_bias = true;
    const SpikingModel spiking = map_to_spiking(model, 25.0, options);
    CHECK(spiking.w_out.isApprox(model.w_out / 25.0, 1e-15));
    CHECK(spiking.b_out == model.b_out);
    options.copies = 2;
    const SpikingModel expanded = with_copies_as_units(map_to_spiking(model, 25.0, options));
    CHECK(expanded.w_out.leftCols(200) == expanded.w_out.rightCols(200));
    CHECK((2.0 * expanded.w_out.leftCols(200)).isApprox(spiking.w_out, 1e-15));
  }

  TEST_CASE("a scaling factor is a positive number") {
    const RateNetwork model = reference::network("go-nogo_N200_s1");
    for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
      CHECK_THROWS_AS(map_to_spiking(model, bad), InputError);
    }
  }
}

TEST_SUITE("golden") {
  TEST_CASE("decay times equal those the published program used") {
    for (const char* name : {"go-nogo_N200_s1", "xor_N200_s4", "mante_N250_s5"}) {
      const std::string trace = name == std::string("go-nogo_N200_s1") ? "go-nogo_N200_s1_go"
                                : name == std::string("xor_N200_s4")   ? "xor_N200_s4_same"
                                                                       : "mante_N250_s5_ctx1";
      const Eigen::MatrixXd td_s = read_matrix(reference::path("golden/" + trace + ".mat") + ":td");
      const Eigen::VectorXd decay = map_to_spiking(reference::network(name), 25.0).synapse.decay_ms;
      CHECK(max_abs(decay - 1000.0 * td_s) < 1e-10);
    }
  }
}
