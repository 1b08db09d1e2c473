"""Claims, the evidence for them, and the verdicts derived from it; no pytest, no mathematics."""

from claims.record.catalogue import (
    CHAPTERS,
    FREQUENCY_VERDICTS,
    VERDICTS,
    Catalogue,
    Chapter,
    Claim,
    Condition,
    Document,
    Reading,
    Remark,
    Source,
    UnknownClaim,
)
from claims.record.evidence import (
    SCHEMA,
    Check,
    Control,
    Evidence,
    EvidenceError,
    Named,
    StudyResult,
    read_evidence,
    write_evidence,
)
from claims.record.formulas import formula_fault
from claims.record.loading import CATALOGUE, CatalogueError, load_catalogue
from claims.record.names import is_slug, suggestion
from claims.record.sides import Side, both_sides
from claims.record.verdict import Verdict, derive
from claims.record.verdicts import (
    CheckSummary,
    ClaimVerdict,
    ReadingVerdict,
    Verdicts,
    judge,
    judge_all,
    read_verdicts,
    write_verdicts,
)

__all__ = [
    "CATALOGUE",
    "CHAPTERS",
    "FREQUENCY_VERDICTS",
    "SCHEMA",
    "VERDICTS",
    "Catalogue",
    "CatalogueError",
    "Chapter",
    "Check",
    "CheckSummary",
    "Claim",
    "ClaimVerdict",
    "Condition",
    "Control",
    "Document",
    "Evidence",
    "EvidenceError",
    "Named",
    "Reading",
    "ReadingVerdict",
    "Remark",
    "Side",
    "Source",
    "StudyResult",
    "UnknownClaim",
    "Verdict",
    "Verdicts",
    "both_sides",
    "derive",
    "formula_fault",
    "is_slug",
    "judge",
    "judge_all",
    "load_catalogue",
    "read_evidence",
    "read_verdicts",
    "suggestion",
    "write_evidence",
    "write_verdicts",
]
