# Every check of every claim runs, derandomised; what they show is the evidence from which verdicts are derived.


rule verify:
    input:
        sources=stage_sources("verify", HERE),
        certificates=rules.certificates.output,
        studies=expand(rules.gather.output.result, study=SHARDS),
    output:
        f"{WORK}/evidence.json",
    log:
        f"{WORK}/logs/verify.log",
    benchmark:
        f"{WORK}/benchmarks/verify.tsv"
    threads: 8
    resources:
        mem_mb=4000,
    params:
        profile={"smoke": "gate", "default": "report", "full": "report"}[SCALE],
        studies=f"{REPORTS}/data",
    message:
        "Verifying the claims"
    shell:
        "{PYTHON} -m pytest tests/chapters -n {threads} --complete --claims-profile {params.profile}"
        " --evidence {output} --studies {params.studies}"
        " --certificates {input.certificates} > {log} 2>&1"
