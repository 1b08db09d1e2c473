# Proofs that need a search leave a file each; claims/proof/checker.py accepts them without the search.


rule certificates:
    input:
        stage_sources("certificates", HERE),
    output:
        directory(f"{REPORTS}/certificates"),
    log:
        f"{WORK}/logs/certificates.log",
    benchmark:
        f"{WORK}/benchmarks/certificates.tsv"
    resources:
        mem_mb=1000,
    message:
        "Finding the certificates"
    shell:
        "( {PYTHON} -m claims.proof write --into {output}"
        " && {PYTHON} -m claims.proof.enumeration --into {output} ) > {log} 2>&1"


# The landscapes whose lists are complete, with what is computed from them to be looked at.


rule atlas:
    input:
        sources=stage_sources("certificates", HERE),
        certificates=rules.certificates.output,
    output:
        f"{REPORTS}/atlas/landscapes.json",
    log:
        f"{WORK}/logs/atlas.log",
    benchmark:
        f"{WORK}/benchmarks/atlas.tsv"
    resources:
        mem_mb=1000,
    message:
        "Following the descents of the atlas"
    shell:
        "{PYTHON} -m claims.proof.enumeration.atlas --certificates {input.certificates} --into {output} > {log} 2>&1"


# How fast it goes here, beside other interval arithmetic: run alone, since it is measured.


rule enumeration_rates:
    input:
        sources=stage_sources("certificates", HERE),
    output:
        f"{REPORTS}/runtime/enumeration.csv",
    log:
        f"{WORK}/logs/enumeration_rates.log",
    resources:
        mem_mb=1000,
    message:
        "Measuring the rates of the enumeration"
    shell:
        "{PYTHON} -m claims.proof.enumeration.rates --into {output} > {log} 2>&1"
