# Regenerates the studies, the certificates, the evidence and the reports: run a plain `snakemake` in this folder.
#
#   claims/proof ----> certificates ---.
#   claims/studies --> shards --> data -+--> verify --> evidence --> report
#   tests/chapters, claims/catalogue --'
#
# workflow/config.yaml says at which scale and where; profiles/default/config.yaml how many cores.


configfile: "workflow/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/certificates.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/benchmark.smk"


onstart:
    hold_lock()
    say_forecast()


rule all:
    default_target: True
    input:
        f"{REPORTS}/provenance.json",
