"""The registry: receipts, loads, gate decisions, builds and emissions, each with a sequence number."""

from pipelines.registry.store import Load, Registry

__all__ = ["Load", "Registry"]
