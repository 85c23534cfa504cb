"""Modules of PyTorch with recurrent layers inside, by stand-ins with the attributes of torch's own."""

import warnings

import numpy as np
import pytest

import rheobase

UNITS, INPUTS, OUTPUTS = 6, 3, 2


class Module:
    """state_dict() of parameters, and of modules under their names, as torch.nn.Module has it."""

    def __init__(self, **members):
        self.__dict__.update(members)

    def state_dict(self, prefix=""):
        found = {}
        for name, member in vars(self).items():
            if isinstance(member, Module):
                found.update(member.state_dict(f"{prefix}{name}."))
            elif isinstance(member, np.ndarray):
                found[prefix + name] = member
        return found


class Layers(Module):
    """nn.Sequential: modules named by number."""

    def __init__(self, *members):
        super().__init__(**{str(i): member for i, member in enumerate(members)})


def rnn(rng, nonlinearity=None, suffix="_l0", **more):
    layer = Module(**{
        f"weight_ih{suffix}": rng.normal(size=(UNITS, INPUTS)), f"weight_hh{suffix}": rng.normal(size=(UNITS, UNITS)) / 3,
        f"bias_ih{suffix}": rng.normal(size=UNITS), f"bias_hh{suffix}": rng.normal(size=UNITS), **more})
    layer.batch_first = True  # the network has no batches
    if nonlinearity is not None:
        layer.nonlinearity = nonlinearity
    return layer


def linear(rng):
    return Module(weight=rng.normal(size=(OUTPUTS, UNITS)), bias=rng.normal(size=OUTPUTS))


def outputs(layer, readout, u, phi, suffix="_l0"):
    a = {name.removesuffix(suffix): value for name, value in vars(layer).items()}
    h, found = np.zeros(UNITS), []
    for t in range(u.shape[1] - 1):
        h = phi(a["weight_ih"] @ u[:, t] + a["bias_ih"] + a["weight_hh"] @ h + a["bias_hh"])
        found.append(readout.weight @ h + readout.bias)
    return np.array(found).T


def relu(x):
    return np.maximum(x, 0)


@pytest.mark.parametrize("place", ["rnn", "core.rnn", "net.0.1"])
@pytest.mark.parametrize(("nonlinearity", "phi"), [("relu", relu), ("tanh", np.tanh)])
def test_a_layer_inside_of_modules_keeps_its_nonlinearity(place, nonlinearity, phi):
    rng = np.random.default_rng(1)
    layer, readout = rnn(rng, nonlinearity), linear(rng)
    model = {
        "rnn": lambda: Module(rnn=layer, fc=readout),
        "core.rnn": lambda: Module(core=Module(rnn=layer), fc=readout),
        "net.0.1": lambda: Module(net=Layers(Layers(Module(), layer)), head=Module(fc=readout)),
    }[place]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network = rheobase.from_torch(model)
    u = rng.normal(size=(INPUTS, 25))
    assert network.activation == nonlinearity
    np.testing.assert_allclose(network.run(u).output, outputs(layer, readout, u, phi), rtol=1e-10, atol=1e-12)
    state = model.state_dict()  # with prefixes; it does not hold the nonlinearity
    assert f"{place}.weight_hh_l0" in state
    by_state = rheobase.from_torch(state, activation=nonlinearity)
    np.testing.assert_array_equal(by_state.run(u).output, network.run(u).output)


def test_the_mode_of_a_layer_says_it_too():
    rng = np.random.default_rng(2)
    layer = rnn(rng)
    layer.mode = "RNN_RELU"
    assert rheobase.from_torch(Module(rnn=layer, fc=linear(rng))).activation == "relu"


def test_a_cell_is_a_layer():
    rng = np.random.default_rng(3)
    layer, readout = rnn(rng, "relu", suffix=""), linear(rng)
    network = rheobase.from_torch(Module(cell=layer, readout=readout))
    u = rng.normal(size=(INPUTS, 25))
    np.testing.assert_allclose(network.run(u).output, outputs(layer, readout, u, relu, ""), rtol=1e-10, atol=1e-12)


def test_an_activation_that_is_not_the_modules_is_refused():
    rng = np.random.default_rng(4)
    with pytest.raises(rheobase.InputError, match="'relu', the module's own") as caught:
        rheobase.from_torch(Module(rnn=rnn(rng, "relu"), fc=linear(rng)), activation="tanh")
    assert caught.value.argument == "activation"
    with pytest.raises(rheobase.InputError, match="does not say it") as caught:
        rheobase.from_torch(Module(rnn=rnn(rng), fc=linear(rng)))
    assert caught.value.argument == "activation"


@pytest.mark.parametrize(("more", "found"), [
    (dict(weight_hh_l1=np.ones((UNITS, UNITS))), "second layer: rnn.weight_hh_l1"),
    (dict(weight_hh_l0_reverse=np.ones((UNITS, UNITS))), "both directions: rnn.weight_hh_l0_reverse"),
])
def test_more_layers_than_one_are_refused(more, found):
    rng = np.random.default_rng(5)
    with pytest.raises(rheobase.InputError, match=found):
        rheobase.from_torch(Module(rnn=rnn(rng, "tanh", **more), fc=linear(rng)))


def test_two_modules_with_recurrent_layers_are_refused():
    rng = np.random.default_rng(6)
    two = Module(encoder=rnn(rng, "relu"), decoder=rnn(rng, "tanh"), fc=linear(rng))
    with pytest.raises(rheobase.InputError, match="several recurrent layers: encoder.weight_hh_l0, decoder.weight_hh_l0"):
        rheobase.from_torch(two)
    with pytest.raises(rheobase.InputError, match="several readouts"):
        rheobase.from_torch(Module(rnn=rnn(rng, "tanh"), fc=linear(rng), out=linear(rng)))


def test_names_that_are_not_known_are_told_with_those_that_are():
    rng = np.random.default_rng(7)
    odd = {"recurrent": rng.normal(size=(UNITS, UNITS)), "input": rng.normal(size=(UNITS, INPUTS))}
    with pytest.raises(rheobase.InputError, match="recurrent, input; must hold .*weight_hh_l0, weight_hh, h2h.weight"):
        rheobase.from_torch(odd)
    with pytest.raises(rheobase.InputError, match="rnn.weight_ih_l0"):
        rheobase.from_torch({"rnn.weight_hh_l0": np.ones((UNITS, UNITS)), "fc.weight": np.ones((1, UNITS))})
    with pytest.raises(rheobase.InputError) as caught:
        rheobase.from_torch(Module(rnn=rnn(rng, "tanh"), head=linear(rng)))
    assert caught.value.argument == "w_out" and "head.weight" in caught.value.found
    for wrong in ("text", np.ones(UNITS + 1), [[1], [2, 3]]):
        state = {**Module(rnn=rnn(rng, "tanh"), fc=linear(rng)).state_dict(), "rnn.bias_ih_l0": wrong}
        with pytest.raises(rheobase.InputError, match="rnn.bias_ih_l0"):
            rheobase.from_torch(state)


def test_what_is_not_read_is_told():
    rng = np.random.default_rng(8)
    model = Module(embed=Module(weight=np.ones((INPUTS, INPUTS))), rnn=rnn(rng, "tanh"), fc=linear(rng))
    with pytest.warns(UserWarning, match="embed.weight"):
        rheobase.from_torch(model)


def test_given_weights_of_the_readout_have_no_bias_of_the_state_dict():
    rng = np.random.default_rng(9)
    model = Module(rnn=rnn(rng, "tanh"), fc=linear(rng))
    with pytest.warns(UserWarning, match="fc.weight"):
        network = rheobase.from_torch(model, w_out=np.ones((1, UNITS)))
    np.testing.assert_array_equal(network.b_out, [0.0])


def test_torchs_own_modules():
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.core = torch.nn.ModuleDict({"rnn": torch.nn.RNN(INPUTS, UNITS, nonlinearity="relu", batch_first=True)})
            self.fc = torch.nn.Linear(UNITS, OUTPUTS)

        def forward(self, u):
            return self.fc(self.core["rnn"](u)[0])

    net = Net().double()
    u = np.random.default_rng(10).normal(size=(INPUTS, 25))
    expected = net(torch.tensor(u.T[np.newaxis])).detach().numpy()[0].T
    np.testing.assert_allclose(rheobase.from_torch(net).run(u).output, expected[:, :-1], rtol=1e-10, atol=1e-12)


def test_a_nonlinearity_that_nobody_says_is_asked_for():
    rng = np.random.default_rng(11)
    leaky = {"input2h.weight": rng.normal(size=(UNITS, INPUTS)), "h2h.weight": rng.normal(size=(UNITS, UNITS)),
             "fc.weight": rng.normal(size=(1, UNITS))}
    for source in (Module(rnn=rnn(rng, "relu"), fc=linear(rng)).state_dict(), leaky):
        alpha = 0.5 if source is leaky else None
        with pytest.raises(rheobase.InputError, match="must be given") as caught:
            rheobase.from_torch(source, alpha=alpha)
        assert caught.value.argument == "activation"
    assert rheobase.from_torch(leaky, alpha=0.5, activation="relu").units == 2 * UNITS


def test_a_leak_of_a_layer_that_has_none_is_refused():
    rng = np.random.default_rng(12)
    model = Module(rnn=rnn(rng, "relu"), fc=linear(rng))
    for leak in (dict(alpha=0.5), dict(tau_ms=50.0)):
        with pytest.raises(rheobase.InputError, match="has no leak") as caught:
            rheobase.from_torch(model, **leak)
        assert caught.value.argument == next(iter(leak))
    assert rheobase.from_torch(model, alpha=0.5, state="rate").units == 2 * UNITS
    with pytest.raises(rheobase.InputError, match="found 0.05; must be at least a step, dt_ms = 5") as caught:
        rheobase.from_torch(model, tau_ms=0.05, state="rate")
    assert caught.value.argument == "tau_ms"
    with pytest.raises(rheobase.InputError, match="class Module") as caught:
        rheobase.from_torch(Module)
    assert caught.value.argument == "source"


def test_noise_of_a_leaky_rate_is_refused_since_half_of_its_units_have_none():
    rng = np.random.default_rng(15)
    leaky = {"input2h.weight": rng.normal(size=(UNITS, INPUTS)), "h2h.weight": rng.normal(size=(UNITS, UNITS)),
             "fc.weight": rng.normal(size=(1, UNITS))}
    for noise in (0.05, -1, "much", float("nan")):
        with pytest.raises(rheobase.InputError) as caught:
            rheobase.from_torch(leaky, alpha=0.1, activation="relu", noise=noise)
        assert caught.value.argument == "noise"
    assert rheobase.from_torch(leaky, alpha=0.1, activation="relu", noise=0).units == 2 * UNITS
    for one_of_n in (dict(alpha=0.1, state="current"), dict(alpha=1.0)):
        network = rheobase.from_torch(leaky, activation="relu", noise=0.05, **one_of_n)
        assert (network.units, network.noise) == (UNITS, 0.05)


def test_layers_named_as_the_arrays_are_read_with_their_biases():
    rng = np.random.default_rng(13)
    layer, readout = rnn(rng, suffix=""), linear(rng)
    w_in, w_rec = (Module(weight=layer.weight_ih, bias=layer.bias_ih), Module(weight=layer.weight_hh, bias=layer.bias_hh))
    u = rng.normal(size=(INPUTS, 25))
    expected = outputs(layer, readout, u, relu, "")
    arrays = {"w_in": layer.weight_ih, "w_rec": layer.weight_hh, "bias": layer.bias_ih + layer.bias_hh,
              "w_out": readout.weight, "b_out": readout.bias}
    for source in (Module(w_in=w_in, w_rec=w_rec, w_out=readout), arrays):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            network = rheobase.from_torch(source, alpha=1.0, activation="relu")
        np.testing.assert_allclose(network.run(u).output, expected, rtol=1e-10, atol=1e-12)


def test_a_readout_that_is_given_and_among_the_entries_is_read():
    rng = np.random.default_rng(14)
    layer, readout = rnn(rng, "tanh"), linear(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network = rheobase.from_torch(Layers(layer, readout), w_out=readout.weight, b_out=readout.bias)
    u = rng.normal(size=(INPUTS, 25))
    np.testing.assert_allclose(network.run(u).output, outputs(layer, readout, u, np.tanh), rtol=1e-10, atol=1e-12)
