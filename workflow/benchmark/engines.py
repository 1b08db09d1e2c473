"""The engines: each makes of a workload a function that trains its runs and returns theta.

Packages that are compared only are imported where they are used. Batches are given to the peers:
drawing them costs them nothing, while it is part of the package's own time.
"""

import warnings
from collections.abc import Callable

import numpy as np
from by_hand import (
    gradient_runs_first,
    gradient_runs_last,
    new_gradient_runs_last,
    parts,
)
from workloads import Workload

from claims.training import GRADIENT_DESCENT, descend

Train = Callable[[], np.ndarray]


def package(work: Workload) -> Train:
    return lambda: (
        descend(
            work.problem,
            GRADIENT_DESCENT,
            work.starts,
            budget=work.updates,
            tolerance=None,
            sampling=work.sampling,
            keys=work.keys,
            step=work.step,
        ).theta
    )


def _batch(work, update, runs=slice(None)):
    data = work.problem.data
    if work.batches is None:
        return data.inputs, data.targets
    chosen = work.batches[update, runs]
    return data.inputs[chosen], data.targets[chosen]


def numpy_runs_first(work: Workload) -> Train:
    def train():
        theta = work.starts.copy()
        for update in range(work.updates):
            batch = _batch(work, update)
            theta -= work.step * gradient_runs_first(np, theta, *batch, work.units)
        return theta

    return train


def numpy_runs_last(work: Workload) -> Train:
    def train():
        theta = np.ascontiguousarray(work.starts.T)
        for update in range(work.updates):
            inputs, targets = _batch(work, update)
            if work.batches is None:
                arrays = inputs[:, :, None], targets[:, None]
            else:
                arrays = np.ascontiguousarray(inputs.transpose(1, 2, 0)), targets.T
            theta -= work.step * gradient_runs_last(theta, *arrays, work.units)
        return theta.T

    return train


def numpy_loop(work: Workload) -> Train:
    def train():
        theta = work.starts.copy()
        for run in range(work.runs):
            own = theta[run : run + 1]
            for update in range(work.updates):
                batch = _batch(work, update, slice(run, run + 1))
                own -= work.step * gradient_runs_first(np, own, *batch, work.units)
        return theta

    return train


def scikit_learn(work: Workload) -> Train:
    """MLPRegressor by partial_fit; it minimises half the mean squared error: twice the step."""
    from sklearn.neural_network import MLPRegressor

    data = work.problem.data

    def train():
        theta = np.empty_like(work.starts)
        for run in range(work.runs):
            model = MLPRegressor(
                hidden_layer_sizes=(work.units,),
                activation="logistic",
                solver="sgd",
                alpha=0.0,
                momentum=0.0,
                nesterovs_momentum=False,
                shuffle=False,
                learning_rate_init=2 * work.step,
                batch_size=work.sampling.batch(len(data.targets)),
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model.partial_fit(data.inputs[:1], data.targets[:1])  # allocates
            own = parts(work.starts[run : run + 1], data.inputs.shape[1], work.units)
            for place, value in zip(model.coefs_, (own[0][0].T, own[2].T), strict=True):
                place[...] = value
            for place, value in zip(model.intercepts_, (own[1][0], own[3][0]), strict=True):
                place[...] = value
            for update in range(work.updates):
                inputs, targets = _batch(work, update, run)
                model.partial_fit(inputs, targets)
            flat = (model.coefs_[0].T, model.intercepts_[0], model.coefs_[1], model.intercepts_[1])
            theta[run] = np.concatenate([part.ravel() for part in flat])
        return theta

    return train


def torch_by_hand(work: Workload) -> Train:
    import torch

    torch.set_num_threads(1)
    data = [torch.tensor(part) for part in (work.problem.data.inputs, work.problem.data.targets)]
    chosen = None if work.batches is None else torch.tensor(work.batches)

    def train():
        theta = torch.tensor(work.starts)
        for update in range(work.updates):
            batch = data if chosen is None else [part[chosen[update]] for part in data]
            theta -= work.step * gradient_runs_first(torch, theta, *batch, work.units)
        return theta.numpy()

    return train


def torch_runs_last(work: Workload) -> Train:
    import torch

    torch.set_num_threads(1)
    data = work.problem.data
    inputs, targets = torch.tensor(data.inputs), torch.tensor(data.targets)
    chosen = None if work.batches is None else torch.tensor(work.batches)

    def train():
        theta = torch.tensor(np.ascontiguousarray(work.starts.T))
        for update in range(work.updates):
            if chosen is None:
                batch = inputs[:, :, None], targets[:, None]
            else:
                own = chosen[update]
                batch = inputs[own].permute(1, 2, 0).contiguous(), targets[own].T
            theta -= work.step * new_gradient_runs_last(torch, theta, *batch, work.units)
        return theta.T.numpy()

    return train


def torch_vmap(work: Workload) -> Train:
    import torch

    torch.set_num_threads(1)
    data = [torch.tensor(part) for part in (work.problem.data.inputs, work.problem.data.targets)]
    chosen = None if work.batches is None else torch.tensor(work.batches)

    def loss(theta, inputs, targets):
        weights, bias, out, constant = parts(theta[None], inputs.shape[-1], work.units)
        active = torch.sigmoid(inputs @ weights[0].T + bias[0])
        return ((active @ out[0] + constant[0] - targets) ** 2).mean()

    own = None if chosen is None else 0
    gradient = torch.func.vmap(torch.func.grad(loss), in_dims=(0, own, own))

    def train():
        theta = torch.tensor(work.starts)
        for update in range(work.updates):
            batch = data if chosen is None else [part[chosen[update]] for part in data]
            theta = theta - work.step * gradient(theta, *batch)
        return theta.numpy()

    return train


def _jax(work, gradient, starts=None):
    import jax

    data = work.problem.data
    inputs, targets = jax.numpy.asarray(data.inputs), jax.numpy.asarray(data.targets)

    def one(theta, chosen):
        batch = (inputs, targets) if chosen is None else (inputs[chosen], targets[chosen])
        return theta - work.step * gradient(theta, *batch), None

    @jax.jit
    def all_updates(theta, batches):
        return jax.lax.scan(one, theta, batches, length=work.updates)[0]

    batches = None if work.batches is None else jax.numpy.asarray(work.batches)
    starts = work.starts if starts is None else starts
    return lambda: np.asarray(all_updates(starts, batches))


def jax_by_hand(work: Workload) -> Train:
    import jax

    jax.config.update("jax_enable_x64", True)
    return _jax(
        work, lambda theta, *batch: gradient_runs_first(jax.numpy, theta, *batch, work.units)
    )


def jax_runs_last(work: Workload) -> Train:
    import jax

    jax.config.update("jax_enable_x64", True)

    def gradient(theta, inputs, targets):
        if work.batches is None:
            batch = inputs[:, :, None], targets[:, None]
        else:
            batch = inputs.transpose(1, 2, 0), targets.T
        return new_gradient_runs_last(jax.numpy, theta, *batch, work.units)

    train = _jax(work, gradient, np.ascontiguousarray(work.starts.T))
    return lambda: train().T


def jax_vmap(work: Workload) -> Train:
    import jax

    jax.config.update("jax_enable_x64", True)

    def loss(theta, inputs, targets):
        weights, bias, out, constant = parts(theta[None], inputs.shape[-1], work.units)
        active = jax.nn.sigmoid(inputs @ weights[0].T + bias[0])
        return ((active @ out[0] + constant[0] - targets) ** 2).mean()

    own = None if work.batches is None else 0
    return _jax(work, jax.vmap(jax.grad(loss), in_axes=(0, own, own)))


# Of the engines that train run by run only so many runs are timed.
FEW = 4

# Name, package that it needs besides, whether it goes run by run, and what makes the function.
ENGINES = (
    ("this package", None, False, package),
    ("NumPy, runs first", None, False, numpy_runs_first),
    ("NumPy, runs last", None, False, numpy_runs_last),
    ("NumPy, a loop over runs", None, True, numpy_loop),
    ("scikit-learn", None, True, scikit_learn),
    ("torch by hand", "torch", False, torch_by_hand),
    ("torch by hand, runs last", "torch", False, torch_runs_last),
    ("torch vmap and grad", "torch", False, torch_vmap),
    ("JAX by hand", "jax", False, jax_by_hand),
    ("JAX by hand, runs last", "jax", False, jax_runs_last),
    ("JAX vmap and grad", "jax", False, jax_vmap),
)
