"""Every bound by which runs are stopped, polished and classified, in one table.

They classify floats and prove nothing: what is proved stands in certificates. Each says what it is
measured against and where it comes from.
"""

from __future__ import annotations

UNIT = 2.0**-53

# A run has arrived where the norm of its gradient is at most this. In an exponential tail of step
# size s it is reached after about 1/(s ARRIVAL) updates, which no budget pays: such runs are
# settled by polishing.
ARRIVAL = 1e-7

# A line search ends where the slope along the ray is at most this times the slope at its beginning,
# |g|^2. Rounding puts GRADIENT_NOISE sqrt(f trace|H|) on a gradient, at most some 7e-15, hence at
# most 7e-8 |g|^2 on the slope while |g| > ARRIVAL. What the step gives away of the loss is the
# square of this, relative to what it gains.
LINE_SLOPE = 1e-6

# A run has diverged where the norm of theta exceeds this: starts have norms of about 3, ends below
# 1e3.
DIVERGENCE = 1e6

# The rounding error of a computed gradient, relative to sqrt(f trace|H|). For a mean of squares the
# gradient is 2 mean(r J); by Cauchy and Schwarz mean |r J| <= sqrt(mean r^2 mean |J|^2), which is
# sqrt(f tr(H)/2) where the residuals' curvature is small. A term's rounding errors are at most
# about 50 units (claims.compiled.rounding). Components below it count as zero.
GRADIENT_NOISE = 64 * UNIT

# The rounding error of a computed value, relative to f + sqrt(f): a residual r has an absolute
# error of about 100 units (sums of a few terms of size 1 to 10), which changes r^2 by 2 |r| times
# as much.
VALUE_NOISE = 512 * UNIT

# A stationary point is found where the full Newton step is no longer than this times 1 + |theta|:
# the square root of the unit, 1e-8, would be the next step's error after quadratic convergence.
NEWTON_STEP = 1e-7

# An eigenvalue counts as zero below this times the largest. Rounding puts 1e-14 on it; over the
# distance that is left the Hessian changes by NEWTON_STEP times the third derivative, hence the
# same figure.
CURVATURE = 1e-7

# Eigenvalues below this times the largest are replaced by it in a Newton step: rounding decides
# there.
CURVATURE_FLOOR = 1e-13

# At most so many Newton steps. Convergence at a degenerate point gains 2/3 a step: 40 steps for
# 1e-7.
NEWTON_STEPS = 80

# The trust radius: first, and at most, relative to 1 + |theta|.
FIRST_RADIUS = 0.1
LARGEST_RADIUS = 0.5

# The distance, relative to 1 + |theta|, beyond which a stationary point is not taken for a run's
# own. A convention, and the weaker of two: the loss may not fall by more than the tolerance within
# which the levels of the problem count as one, so that polishing cannot change a run's level.
DISTANCE = 0.5

# At infinity: TAIL_STEPS full Newton steps or more in a row, none shorter than TAIL_STEP nor than
# TAIL_SHORTENING times the first, with theta growing each time, while the decrement g |H|^-1 g
# shrinks to TAIL_DECREASE of the first. In a tail c exp(-t) every step is 1 and the decrement
# shrinks by exp(-1): 7 steps. In a tail c t^-k the step is t/(k+1) and the decrement shrinks by
# ((k+1)/(k+2))^k, 0.67 for k = 1: at most 17 steps. Towards a finite point steps shrink: at a
# regular one the next are squares, nearly 0; where f ~ t^k, k >= 3, steps shrink by q = (k-2)/(k-1)
# and decrements by q^k, so that when the decrement is at TAIL_DECREASE, the step is at
# TAIL_DECREASE^(1/k): below 0.5 for k < 10. The decrement is what is left to fall, f - inf f,
# exactly in the first tail, and k/(k+1) of it in the second. Newton's method creeps along a bent
# valley (w -> 0 with v = c/w): such a run stays undecided.
TAIL_STEPS = 6
TAIL_STEP = 0.1
TAIL_SHORTENING = 0.5
TAIL_DECREASE = 1e-3
