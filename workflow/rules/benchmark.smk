# Rates of the ensemble engine beside other libraries, on a machine that does nothing else:
#   snakemake --cores 1 --force benchmark
# No other rule asks for it. torch and JAX are compared where they are installed, as with pip install ".[peers]".


rule benchmark:
    output:
        f"{REPORTS}/runtime/engines.json",
        f"{REPORTS}/runtime/engines.md",
    log:
        f"{WORK}/logs/benchmark.log",
    resources:
        mem_mb=4000,
    params:
        script=HERE / "workflow/benchmark/run.py",
        into=f"{REPORTS}/runtime",
    message:
        "Timing the engine beside others"
    shell:
        "OMP_NUM_THREADS=1 {PYTHON} {params.script} --into {params.into} > {log} 2>&1"


# Where the overhead of an update and the price of an example's gradient lie on this machine, beside those for which
# the study time-to-target decides:
#   snakemake --cores 1 --force update_times


rule update_times:
    output:
        f"{REPORTS}/runtime/update_times.csv",
    log:
        f"{WORK}/logs/update_times.log",
    resources:
        mem_mb=1000,
    params:
        script=HERE / "workflow/benchmark/update_times.py",
        into=f"{REPORTS}/runtime",
    message:
        "Timing updates on batches of several sizes"
    shell:
        "OMP_NUM_THREADS=1 {PYTHON} {params.script} --into {params.into} > {log} 2>&1"
