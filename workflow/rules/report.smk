# All pages at once: each is made from its own claim alone, and only those that changed are written. The manifest,
# provenance.json, is written last, so that a report which stopped half-way is not taken for a finished one.


rule report:
    input:
        sources=stage_sources("report", HERE),
        evidence=rules.verify.output,
        certificates=rules.certificates.output,
        atlas=rules.atlas.output,
        studies=expand(rules.gather.output, study=SHARDS),
    output:
        f"{REPORTS}/provenance.json",
    log:
        f"{WORK}/logs/report.log",
    benchmark:
        f"{WORK}/benchmarks/report.tsv"
    localrule: True
    resources:
        mem_mb=1000,
    params:
        into=REPORTS,
        studies=f"{REPORTS}/data",
        benchmarks=f"{WORK}/benchmarks",
        scale=SCALE,
    message:
        "Writing the reports into {params.into}"
    shell:
        "{PYTHON} -m claims.report --evidence {input.evidence} --studies {params.studies}"
        " --certificates {input.certificates} --atlas {input.atlas} --benchmarks {params.benchmarks} --into {params.into} > {log} 2>&1"
