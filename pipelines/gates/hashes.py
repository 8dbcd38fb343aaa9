"""Today's digests: what a decision must agree with to be fresh."""

from __future__ import annotations

import hashlib
from pathlib import Path

from expectations.rule import RULES_DIR
from expectations.suite import SUITES_DIR
from pipelines.warehouse.load_set import LoadSet
from pipelines.warehouse.manifest import models_digest, seeds_digest


def todays_hashes(load_set: LoadSet) -> dict[str, str]:
    """Digests of load set, rules (row rules and suites), definitions and models."""
    return {
        "load_set": load_set.digest,
        "rules": rules_digest(),
        "definitions": seeds_digest(),
        "models": models_digest(),
    }


def rules_digest() -> str:
    """Digest of every rule and suite file."""
    digest = hashlib.sha256()
    folders: list[Path] = [RULES_DIR, *(SUITES_DIR / s for s in ("lake", "marts", "reports"))]
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            digest.update(f"{folder.name}/{path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
