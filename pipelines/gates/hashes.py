"""Today's digests: what a decision must agree with to be fresh."""

from __future__ import annotations

import hashlib
from pathlib import Path

from expectations.decision import digest_of
from expectations.rule import RULES_DIR
from expectations.suite import SUITES_DIR
from pipelines.warehouse.load_set import LoadSet
from pipelines.warehouse.manifest import models_digest, seeds_digest


def todays_hashes(load_set: LoadSet, exceptions: str | None = None) -> dict[str, str]:
    """Digests of load set, rules (row rules and suites), definitions and models, and of the waivers
    and explanations that a decision may rest on, where there are any."""
    digests = {
        "load_set": load_set.digest,
        "rules": rules_digest(),
        "definitions": seeds_digest(),
        "models": models_digest(),
    }
    if exceptions is not None:
        digests["exceptions"] = exceptions
    return digests


def build_digest(hashes: dict[str, str]) -> str:
    """Digest of what a build is made of: a waiver changes a decision, never a figure."""
    return digest_of({name: h for name, h in hashes.items() if name != "exceptions"})


def rules_digest() -> str:
    """Digest of every rule and suite file."""
    digest = hashlib.sha256()
    folders: list[Path] = [RULES_DIR, *(SUITES_DIR / s for s in ("lake", "marts", "reports"))]
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            digest.update(f"{folder.name}/{path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
