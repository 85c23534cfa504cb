#include "rate/models/dale_model.hpp"

#include <functional>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"
#include "rate/learning/loss.hpp"
#include "tests/rate/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

std::string message_after(const std::function<void(DaleModel&)>& damage) {
  NetworkOptions options;
  options.units = 20;
  options.som_units = 1;
  DaleModel model = testing::small_network(options, 2, 3);
  damage(model);
  try {
    validate(model, "model.mat");
  } catch (const InputError& error) {
    CHECK(error.where() == "model.mat");
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a sound model passes, and each unsound field is named") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(message_after([](DaleModel&) {}).empty());
    CHECK(message_after([](DaleModel& m) { m.w0.resize(0, 0); }).empty());
    CHECK(message_after([](DaleModel& m) { m.w = Eigen::MatrixXd::Ones(20, 19); }) ==
          "model.mat: field 'w': found 20 x 19; must be N x N with N > 0");
    CHECK(message_after([&](DaleModel& m) { m.w(2, 4) = nan; }) ==
          "model.mat: field 'w': found nan at (3, 5); must be finite");
    CHECK(message_after([](DaleModel& m) { m.w0 = Eigen::MatrixXd::Ones(3, 3); }) ==
          "model.mat: field 'w0': found 3 x 3; must be N x N with N = 20");
    CHECK(message_after([](DaleModel& m) { m.sign[4] = 0.5; }) ==
          "model.mat: field 'm': found 0.5 at (5, 5); must be +1 or -1 on the diagonal");
    CHECK(message_after([](DaleModel& m) { m.mask(0, 1) = 2.0; }) ==
          "model.mat: field 'som_m': found 2 at (1, 2); must be 0 or 1");
    CHECK(message_after([](DaleModel& m) { m.w_in = Eigen::MatrixXd::Ones(7, 2); }) ==
          "model.mat: field 'w_in': found 7 x 2; must be N x inputs with N = 20");
    CHECK(message_after([](DaleModel& m) { m.w_out = Eigen::MatrixXd::Ones(1, 3); }) ==
          "model.mat: field 'w_out': found 1 x 3; must be outputs x N with N = 20");
    CHECK(message_after([&](DaleModel& m) { m.b_out[0] = nan; }) ==
          "model.mat: field 'b_out': found nan; must be finite");
    CHECK(message_after([](DaleModel& m) { m.tau_min_steps = 30.0; }) ==
          "model.mat: field 'taus': found [30, 20]; must be minimum and maximum in steps, 1 <= "
          "minimum <= maximum");
    CHECK(message_after([](DaleModel& m) { m.tau_gate.resize(0); }) ==
          "model.mat: field 'taus_gaus': found 0 values; must have one value per unit, N = 20");
    CHECK(message_after([](DaleModel& m) {
            m.tau_max_steps = m.tau_min_steps;
            m.tau_gate.resize(0);
          }).empty());
    CHECK(message_after([](DaleModel& m) {
            m.inhibitory[0] = !m.inhibitory[0];
          }).find("field 'inh': found") != std::string::npos);
    CHECK(message_after([](DaleModel& m) {
            m.som_units = 21;
          }).find("field 'som_N': found 21; must be between 0 and the number of inhibitory") !=
          std::string::npos);
  }

  TEST_CASE("effective weights rectify under Dale's principle only") {
    DaleModel model;
    model.w = (Eigen::MatrixXd(2, 2) << 1.0, -2.0, -3.0, 4.0).finished();
    model.sign = Eigen::Vector2d(1.0, -1.0);
    model.mask = Eigen::MatrixXd::Ones(2, 2);
    CHECK(effective_weights(model) == (Eigen::MatrixXd(2, 2) << 1.0, 0.0, 0.0, -4.0).finished());
    model.dale = false;
    CHECK(effective_weights(model) == (Eigen::MatrixXd(2, 2) << 1.0, 2.0, -3.0, -4.0).finished());
    model.mask(0, 1) = 0.0;
    CHECK(effective_weights(model)(0, 1) == 0.0);
    CHECK_THROWS_WITH_AS(effective_initial_weights(model),
                         "model: field 'w0': found nothing; must hold the weights before training",
                         InputError);
  }

  TEST_CASE("transfer functions and losses take their closed-form values") {
    CHECK(transfer_named("sigmoid").value(0.0) == 0.5);
    CHECK(transfer_named("softplus").value(0.0) == near(std::log(2.0), 1e-12));
    CHECK(transfer_named("softplus").value(500.0) == 20.0);
    CHECK(transfer_named("clipped_relu").value(-1.0) == 0.0);
    CHECK(transfer_named("clipped_relu").value(3.5) == 3.5);
    CHECK(transfer_named("clipped_relu").value(35.0) == 20.0);
    const Eigen::RowVector2d output(3.0, 4.0);
    const Eigen::RowVector3d target(0.0, 8.0, 100.0);
    CHECK(loss_of(Loss::l2, output, target) == near(5.0, 1e-12));
    CHECK(loss_of(Loss::l1, output, target) == near(7.0, 1e-12));
    CHECK(loss_gradient(Loss::l2, output, output).norm() == 0.0);
  }

  TEST_CASE("names are read and written back, others are refused with a list") {
    for (const TransferDefinition* transfer : registered_transfers()) {
      CHECK(&transfer_named(transfer->name) == transfer);
    }
    CHECK(transfer_named("Clipped_ReLU").name == "clipped_relu");
    CHECK(loss_from("L2") == Loss::l2);
    CHECK(loss_from("l1") == Loss::l1);
    CHECK_THROWS_WITH_AS(transfer_named("step"),
                         "activation: found 'step'; must be one of sigmoid, softplus, "
                         "clipped_relu, relu, tanh",
                         InputError);
    CHECK_THROWS_WITH_AS(loss_from("l3"), "loss: found 'l3'; must be one of l2, l1, mse", InputError);
  }
}
