"""What is known of the peers: a rate far below it says that a peer was not run at its best."""

# Rates in million updates a second of one core, measured on another machine beforehand, of which
# only the ratios to NumPy (the better of its layouts) are used.
NUMPY = ("NumPy, runs first", "NumPy, runs last")
KNOWN = {
    "XOR 2-2-1, full batch": {
        "NumPy": 25,
        "JAX vmap and grad": 8,
        "JAX by hand": 39,
        "torch by hand": 22,
        "torch vmap and grad": 2.0,
    },
    "XOR 2-3-1, full batch": {
        "NumPy": 17,
        "JAX vmap and grad": 7,
        "JAX by hand": 19,
        "torch by hand": 17,
        "torch vmap and grad": 1.7,
    },
    "10-16-1, N = 256, batch 16": {
        "NumPy": 0.58,
        "JAX vmap and grad": 0.62,
        "torch by hand": 0.36,
        "torch vmap and grad": 0.15,
    },
    "10-64-1, N = 256, batch 16": {
        "NumPy": 0.19,
        "JAX vmap and grad": 0.20,
        "torch by hand": 0.12,
        "torch vmap and grad": 0.06,
    },
    "ReLU teacher-student 10 x 10, population loss": {
        "NumPy": 0.57,
        "torch by hand": 0.34,
    },
}
LEAST = 0.7
# The other layout of an engine: what is known is the rate of the better one.
LAYOUTS = {"torch by hand": "torch by hand, runs last", "JAX by hand": "JAX by hand, runs last"}


def too_slow(workload: str, rates: dict[str, float]) -> dict[str, str]:
    """Return the engines whose ratio to NumPy is below LEAST of the known one, and a note."""
    known = KNOWN[workload]
    numpy = max(rates.get(name, 0.0) for name in NUMPY)
    notes = {}
    for engine, rate in rates.items():
        if engine in known and numpy:
            best = max(rate, rates.get(LAYOUTS.get(engine, engine), 0.0))
            expected, ratio = known[engine] / known["NumPy"], best / numpy
            if ratio < LEAST * expected:
                notes[engine] = f"{ratio:.2f} times NumPy, known was {expected:.2f}: not valid"
    return notes
