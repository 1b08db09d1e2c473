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
