"""One update of many runs at once, gradients by hand, for NumPy and what calls itself alike."""

import numpy as np


def parts(theta, features, units):
    """Return W (runs, units, features), b, v (runs, units), c (runs, 1), views of theta."""
    cut = units * features
    return (
        theta[:, :cut].reshape(-1, units, features),
        theta[:, cut : cut + units],
        theta[:, cut + units : cut + 2 * units],
        theta[:, cut + 2 * units :],
    )


def gradient_runs_first(xp, theta, inputs, targets, units):
    """Return the gradients (runs, p) for inputs (batch, d) or (runs, batch, d), runs outermost."""
    weights, bias, out, constant = parts(theta, inputs.shape[-1], units)
    active = 1 / (1 + xp.exp(-(inputs @ weights.swapaxes(1, 2) + bias[:, None, :])))
    output = (active @ out[:, :, None])[:, :, 0] + constant
    error = (2 / targets.shape[-1]) * (output - targets)
    back = error[:, :, None] * (active * (1 - active) * out[:, None, :])
    slopes = back.swapaxes(1, 2) @ inputs
    of_out = (error[:, None, :] @ active)[:, 0, :]
    flat = (slopes.reshape(len(theta), -1), back.sum(1), of_out, error.sum(1)[:, None])
    return xp.concatenate(flat, 1)


def gradient_runs_last(theta, inputs, targets, units):
    """Return the gradients (p, runs) for inputs (batch, d, 1 or runs), runs innermost."""
    features, runs = inputs.shape[1], theta.shape[1]
    cut = units * features
    weights, bias = theta[:cut].reshape(units, features, runs), theta[cut : cut + units]
    out, constant = theta[cut + units : cut + 2 * units], theta[-1]
    before = bias + sum(weights[:, k] * inputs[:, None, k] for k in range(features))
    active = 1 / (1 + np.exp(-before))
    error = (2 / len(targets)) * ((active * out).sum(1) + constant - targets)
    back = error[:, None] * (active * (1 - active) * out)
    result = np.empty_like(theta)
    slopes = result[:cut].reshape(units, features, runs)
    for k in range(features):
        slopes[:, k] = (back * inputs[:, None, k]).sum(0)
    result[cut : cut + units] = back.sum(0)
    result[cut + units : cut + 2 * units] = (error[:, None] * active).sum(0)
    result[-1] = error.sum(0)
    return result


def new_gradient_runs_last(xp, theta, inputs, targets, units):
    """Return the same as `gradient_runs_last`, for libraries that write into no array."""
    features, runs = inputs.shape[1], theta.shape[1]
    cut = units * features
    weights, bias = theta[:cut].reshape(units, features, runs), theta[cut : cut + units]
    out, constant = theta[cut + units : cut + 2 * units], theta[-1]
    before = bias + sum(weights[:, k] * inputs[:, None, k] for k in range(features))
    active = 1 / (1 + xp.exp(-before))
    error = (2 / len(targets)) * ((active * out).sum(1) + constant - targets)
    back = error[:, None] * (active * (1 - active) * out)
    slopes = xp.stack([(back * inputs[:, None, k]).sum(0) for k in range(features)], 1)
    of_out = (error[:, None] * active).sum(0)
    flat = (slopes.reshape(cut, runs), back.sum(0), of_out, error.sum(0)[None])
    return xp.concatenate(flat, 0)
