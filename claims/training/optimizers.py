"""Update rules, over the primitives: each serves the compiled and the NumPy engine alike."""

from claims.compiled import Rule

GRADIENT_DESCENT = Rule(
    "gradient descent", lambda theta, gradient, step: (theta - step * gradient,), ("step",)
)

# Polyak's heavy ball (1964): the change is that of the update before, times the momentum, less the
# step times the gradient.
MOMENTUM = Rule(
    "momentum",
    lambda theta, gradient, change, step, momentum: (
        theta + (momentum * change - step * gradient),
        momentum * change - step * gradient,
    ),
    ("step", "momentum"),
    slots=1,
)
