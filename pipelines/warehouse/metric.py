"""Metrics as declared: one YAML file each in ``dbt_project/metrics/<family>/<metric_id>.yaml``.

Here belongs reading the declarations and rendering what follows from them: the seeds
``metric_catalogue``, ``metric_definition``, ``metric_threshold`` and ``metric_segment``, and the YAML that describes the
models of a family. The formula is the SQL file of the same name below ``models/marts/metrics``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from expectations.contract import Contract
from expectations.strict_yaml import OneOf, StrictYamlError, line_of, load_strict

KINDS = ("ratio", "amount", "count", "gap")
_TEXTS = {"zh": str, "en": str}
_SHAPE = {
    "metric": str,
    "name": _TEXTS,
    "kind": OneOf(*KINDS),
    "unit": str,
    "better": OneOf("up", "down", "none"),
    "is_additive": bool,
    "is_share?": bool,
    "is_year_to_date?": bool,
    "formula": _TEXTS,
    "source": str,
    "segments?": {"*": _TEXTS},
    "segments_from?": str,
    "definitions": [
        {
            "id": str,
            "regulator?": str,
            "document": str,
            "clause?": str,
            "thresholds?": [
                {
                    "measure": str,
                    "name": _TEXTS,
                    "operator": OneOf("<", "<=", ">", ">="),
                    "limit": int,
                    "unit": str,
                }
            ],
            "effective_from?": dt.date,
            "effective_to?": dt.date,
            "ledgers?": [str],
            "reading": _TEXTS,
        }
    ],
}
_FAMILY = {"name": _TEXTS}
_FAMILY_FILE = "_family.yaml"
_CATALOGUE = (
    "metric_id", "family", "family_zh", "family_en", "kind", "unit", "better", "is_additive", "is_share",
    "is_year_to_date", "name_zh", "name_en",
    "formula_zh", "formula_en", "source", "definition_id",
)  # fmt: skip
_DEFINITION = (
    "definition_id", "metric_id", "regulator", "document_zh", "clause", "thresholds",
    "effective_from", "effective_to", "ledgers", "reading_zh", "reading_en",
)  # fmt: skip
_THRESHOLD = (
    "definition_id",
    "metric_id",
    "measure",
    "name_zh",
    "name_en",
    "operator",
    "limit_value",
    "unit",
)
_SEGMENT = ("metric_id", "segment", "segment_order", "name_zh", "name_en")
_ALL = {"all": {"zh": "全部", "en": "All"}}
_COLUMNS = """    columns: &metric_columns
      - name: metric_id
        data_type: varchar
        description: "指标 / Metric; see dim_metric."
      - name: definition_id
        data_type: varchar
        description: "口径 / Definition the figure follows; see metric_definition."
      - name: period
        data_type: varchar
        description: "期间 / Closed month, YYYY-MM."
      - name: org_level
        data_type: varchar
        description: "{{ doc('org_level') }}"
      - name: org_id
        data_type: varchar
        description: "机构号 / Organisation; see dim_org."
      - name: segment
        data_type: varchar
        description: "分段 / Segment; all where the metric has none."
      - name: numerator
        data_type: decimal(38,6)
        description: "分子 / Numerator; of a gap the first ratio."
      - name: denominator
        data_type: decimal(38,6)
        description: "分母 / Denominator; 1 for amounts and counts, of a gap the second ratio."
      - name: value
        data_type: decimal(38,6)
        description: "值 / Value, rounded half up; NULL exactly when reason_code says why."
      - name: unit
        data_type: varchar
        description: "单位 / Unit; ratio is 0 to 1, pp is a difference of ratios."
      - name: reason_code
        data_type: varchar
        description: "{{ doc('reason_code') }}"
"""


@dataclass(frozen=True)
class Threshold:
    """A limit that a definition sets: ``measure operator limit``, as 单户授信总额 <= 10000000 元."""

    measure: str
    name_zh: str
    name_en: str
    operator: str
    limit: int
    unit: str


@dataclass(frozen=True)
class Definition:
    """One reading of a metric (口径). ``definition_id`` is ``<metric>@<edition>``.

    ``ledgers`` are those it rests on where they are fewer than the metric's model reads: a reading
    is not lost because another reading of the same metric lacks its source.
    """

    definition_id: str
    regulator: str
    document: str
    clause: str
    thresholds: tuple[Threshold, ...]
    effective_from: dt.date | None
    effective_to: dt.date | None
    ledgers: tuple[str, ...]
    reading_zh: str
    reading_en: str


@dataclass(frozen=True)
class Metric:
    """One declared metric.

    Attributes:
        metric_id: Name of its model and of its declaration.
        family: Folder; its names stand in the folder's ``_family.yaml``.
        kind: ratio, amount, count or gap.
        unit: Unit of its value.
        better: Whether more is better (``up``), less (``down``) or neither (``none``): ranking.
        is_additive: Whether numerators and denominators of branches add up to the bank's.
        is_share: Whether the numerator is a part of the denominator by construction: 0 to 1.
        is_year_to_date: Whether it counts from 1 January: a February is then no match for a December.
        segments: Segment to its Chinese and English name, in the order of presentation; of a
            metric whose segments another seed holds, empty.
        definitions: Its readings; the first is the one that targets and returns mean.
    """

    metric_id: str
    family: str
    family_zh: str
    family_en: str
    name_zh: str
    name_en: str
    kind: str
    unit: str
    better: str
    is_additive: bool
    is_share: bool
    is_year_to_date: bool
    formula_zh: str
    formula_en: str
    source: str
    segments: Mapping[str, tuple[str, str]]
    definitions: tuple[Definition, ...]


def load_metrics(folder: Path, contracts: Mapping[str, Contract]) -> dict[str, Metric]:
    """Declared metrics by id, in the order of family and name.

    Args:
        folder: ``metrics`` of the dbt project.
        contracts: Ledgers, whose codes ``segments_from: ledger.column`` takes as segments.

    Raises:
        StrictYamlError: A file is faulty, or two files declare one metric.
    """
    metrics: dict[str, Metric] = {}
    families = {
        path.parent.name: load_strict(path, _FAMILY)["name"]
        for path in folder.glob(f"*/{_FAMILY_FILE}")
    }
    for path in sorted(folder.glob("*/*.yaml")):
        if path.name == _FAMILY_FILE:
            continue
        if path.parent.name not in families:
            raise StrictYamlError(path.with_name(_FAMILY_FILE), 1, "the family has no name")
        metric = _metric(path, families[path.parent.name], contracts)
        if metric.metric_id in metrics:
            raise StrictYamlError(path, 1, f"metric {metric.metric_id} is declared twice")
        metrics[metric.metric_id] = metric
    return metrics


def _metric(path: Path, family: Mapping[str, str], contracts: Mapping[str, Contract]) -> Metric:
    raw = load_strict(path, _SHAPE)
    if raw["metric"] != path.stem:
        raise StrictYamlError(path, line_of(raw, "metric"), f"metric must be '{path.stem}'")
    segments = {k: (v["zh"], v["en"]) for k, v in raw.get("segments", _ALL).items()}
    if source := raw.get("segments_from"):
        if source == "s71":
            segments = {}
        else:
            ledger, _, column = source.partition(".")
            if ledger not in contracts or column not in {c.name for c in contracts[ledger].columns}:
                line = line_of(raw, "segments_from")
                raise StrictYamlError(path, line, f"no such ledger column: {source}")
            codes = contracts[ledger].column(column).codes
            own = {k: v for k, v in segments.items() if "segments" in raw}
            segments = own | {
                code: (label, code.replace("_", " ")) for code, label in codes.items()
            }
    definitions = tuple(
        Definition(
            definition_id=f"{path.stem}@{item['id']}",
            regulator=item.get("regulator", ""),
            document=item["document"],
            clause=item.get("clause", ""),
            thresholds=tuple(
                Threshold(
                    measure=limit["measure"],
                    name_zh=limit["name"]["zh"],
                    name_en=limit["name"]["en"],
                    operator=limit["operator"],
                    limit=limit["limit"],
                    unit=limit["unit"],
                )
                for limit in item.get("thresholds", ())
            ),
            effective_from=item.get("effective_from"),
            effective_to=item.get("effective_to"),
            ledgers=tuple(item.get("ledgers", ())),
            reading_zh=item["reading"]["zh"],
            reading_en=item["reading"]["en"],
        )
        for item in raw["definitions"]
    )
    for definition in definitions:
        if unknown := sorted(set(definition.ledgers) - set(contracts)):
            line = line_of(raw, "definitions")
            raise StrictYamlError(path, line, f"no such ledger: {', '.join(unknown)}")
    if not definitions:
        raise StrictYamlError(path, line_of(raw, "definitions"), "a metric needs a definition")
    return Metric(
        metric_id=path.stem,
        family=path.parent.name,
        family_zh=family["zh"],
        family_en=family["en"],
        name_zh=raw["name"]["zh"],
        name_en=raw["name"]["en"],
        kind=raw["kind"],
        unit=raw["unit"],
        better=raw["better"],
        is_additive=raw["is_additive"],
        is_share=raw.get("is_share", False),
        is_year_to_date=raw.get("is_year_to_date", False),
        formula_zh=raw["formula"]["zh"],
        formula_en=raw["formula"]["en"],
        source=raw["source"],
        segments=segments,
        definitions=definitions,
    )


def render_metrics(metrics: Mapping[str, Metric]) -> dict[Path, str]:
    """Seeds and family YAML by path below the dbt project."""
    seeds = Path("seeds")
    files = {
        seeds / "metric_catalogue.csv": _csv(_CATALOGUE, map(_catalogue_row, metrics.values())),
        seeds / "metric_definition.csv": _csv(
            _DEFINITION, (_definition_row(m, d) for m in metrics.values() for d in m.definitions)
        ),
        seeds / "metric_threshold.csv": _csv(
            _THRESHOLD,
            (
                (
                    d.definition_id,
                    m.metric_id,
                    t.measure,
                    t.name_zh,
                    t.name_en,
                    t.operator,
                    t.limit,
                    t.unit,
                )
                for m in metrics.values()
                for d in m.definitions
                for t in d.thresholds
            ),
        ),
        seeds / "metric_segment.csv": _csv(
            _SEGMENT,
            (
                (m.metric_id, segment, number, *names)
                for m in metrics.values()
                for number, (segment, names) in enumerate(m.segments.items(), 1)
            ),
        ),
    }
    marts = Path("models") / "marts"
    families: dict[str, list[Metric]] = {}
    for metric in metrics.values():
        families.setdefault(metric.family, []).append(metric)
    for family, members in families.items():
        files[marts / "metrics" / family / f"_{family}.yml"] = _models(
            {m.metric_id: f"{m.name_zh} / {m.name_en}" for m in members}
        )
    files[marts / "families" / "_families.yml"] = _models(
        {
            f"family_{family}": f"{members[0].family_zh}：本族全部指标 / {members[0].family_en}: "
            "the metrics of the family"
            for family, members in families.items()
        }
    )
    return files


def _catalogue_row(metric: Metric) -> tuple[object, ...]:
    return (
        metric.metric_id, metric.family, metric.family_zh, metric.family_en, metric.kind, metric.unit,
        metric.better,
        str(metric.is_additive).lower(), str(metric.is_share).lower(),
        str(metric.is_year_to_date).lower(), metric.name_zh, metric.name_en,
        metric.formula_zh, metric.formula_en, metric.source, metric.definitions[0].definition_id,
    )  # fmt: skip


def _definition_row(metric: Metric, definition: Definition) -> tuple[object, ...]:
    return (
        definition.definition_id, metric.metric_id, definition.regulator, definition.document,
        definition.clause,
        "；".join(f"{t.name_zh} {t.operator} {t.limit} {t.unit}" for t in definition.thresholds),
        definition.effective_from or "",
        definition.effective_to or "", "|".join(definition.ledgers),
        definition.reading_zh, definition.reading_en,
    )  # fmt: skip


def _csv(heads: tuple[str, ...], rows: object) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue()


def _models(titles: Mapping[str, str]) -> str:
    """Descriptions of models that have the columns of the metric contract."""
    lines = [
        "# generated from metrics/*/*.yaml (make generate): do not edit\nversion: 2\n\nmodels:\n"
    ]
    for number, (name, title) in enumerate(titles.items()):
        text = f"{title}. Grain: organisation and segment."
        lines.append(f"  - name: {name}\n    description: {_quoted(text)}\n")
        lines.append(_COLUMNS if number == 0 else "    columns: *metric_columns\n")
    return "".join(lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
