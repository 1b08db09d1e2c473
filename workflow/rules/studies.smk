# A study runs in shards, each a process of its own, and is gathered into one table and one decision. A shard that was
# killed goes on with the portions it has already written: only its list of portions is an output, written last.


rule shard:
    input:
        lambda wildcards: study_sources(wildcards.study, HERE),
    output:
        f"{WORK}/studies/{{study}}/shard-{{shard}}/shard.json",
    log:
        f"{WORK}/logs/{{study}}-{{shard}}.log",
    benchmark:
        f"{WORK}/benchmarks/{{study}}-{{shard}}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        scale=SCALE,
        into=subpath(output[0], parent=True),
    message:
        "Study {wildcards.study}: shard {wildcards.shard} at scale {params.scale}"
    shell:
        "{PYTHON} -m claims.studies run {wildcards.study} --scale {params.scale}"
        " --shard {wildcards.shard} --into {params.into} > {log} 2>&1"


rule gather:
    input:
        sources=lambda wildcards: study_sources(wildcards.study, HERE),
        shards=lambda wildcards: expand(
            f"{WORK}/studies/{wildcards.study}/shard-{{shard}}/shard.json",
            shard=range(SHARDS[wildcards.study]),
        ),
    output:
        table=f"{REPORTS}/data/{{study}}.csv",
        result=f"{REPORTS}/data/{{study}}.json",
    log:
        f"{WORK}/logs/{{study}}-gather.log",
    benchmark:
        f"{WORK}/benchmarks/{{study}}-gather.tsv"
    localrule: True
    resources:
        mem_mb=2000,
    params:
        scale=SCALE,
        shards=lambda wildcards: SHARDS[wildcards.study],
        folder=f"{WORK}/studies/{{study}}",
        into=subpath(output.result, parent=True),
    message:
        "Study {wildcards.study}: gathering {params.shards} shards"
    shell:
        "{PYTHON} -m claims.studies gather {wildcards.study} --scale {params.scale}"
        " --from {params.folder} --into {params.into} > {log} 2>&1"
