"""Update rules, over the primitives: each serves the compiled and the NumPy engine alike."""

from claims.compiled import Rule

GRADIENT_DESCENT = Rule(
    "gradient descent", lambda theta, gradient, step: (theta - step * gradient,), ("step",)
)
