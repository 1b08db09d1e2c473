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
