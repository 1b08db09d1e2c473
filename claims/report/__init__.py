"""From catalogue, evidence, study results and certificates to pages, tables and `verdicts.json`."""
