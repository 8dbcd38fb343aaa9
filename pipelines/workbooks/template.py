"""The upload template of a ledger, made from its contract.

A data sheet without rows, a sheet that explains every column, and two hidden sheets: lists too long
for a drop-down, and the stamp by which the reader knows the template again.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from expectations.column_text import allowed_text, kind_text
from expectations.contract import Column, Contract
from expectations.findings import severity_text
from expectations.rule import RuleBook
from pipelines.landing.header import column_letter
from pipelines.landing.identity import Identity
from pipelines.landing.stamp import GUIDE_SHEET, LISTS_SHEET, STAMP_SHEET, Stamp
from pipelines.workbooks.rule_text import cell_rules, row_rules, sentence
from pipelines.workbooks.style import (
    CREATED,
    FONT,
    HEAD_FILL,
    HEAD_REQUIRED_FILL,
    MAX_ROWS,
    TITLE_FILL,
    display_width,
    wrapped_lines,
)

_LIST_LIMIT = 255  # characters of a drop-down that stands in the validation itself
_NUMBER_FORMATS = {
    "id": "@",
    "text": "@",
    "code": "@",
    "bool": "@",
    "money": "#,##0.00",
    "rate": "0.0000##",
    "int": "0",
    "date": "yyyy-mm-dd",
}
_MOST = {"money": 9_999_999_999_999_999, "rate": 999_999_999, "int": 999_999_999_999_999}
_TEXTS: dict[str, dict[str, Any]] = {
    "zh": {
        "required": "必填",
        "optional": "选填",
        "type": "类型",
        "allowed": "允许值",
        "note": "口径",
        "rules": "规则",
        "cell_rules": "单元格检查",
        "list": "请从列表中选择",
        "heads": ("列", "必填", "类型", "允许值", "口径", "示例", "相关规则"),
        "rule_heads": ("规则编号", "级别", "规则", "不符合时的提示"),
        "yes": "是",
        "no": "",
        "not_fit": "填写的内容不符合本列要求",
        "columns": "各列说明",
        "rule_list": "校验规则",
        "guide": "填报说明",
    },
    "en": {
        "required": "required",
        "optional": "optional",
        "type": "type",
        "allowed": "allowed",
        "note": "definition",
        "rules": "rules",
        "cell_rules": "cell checks",
        "list": "choose from the list",
        "heads": ("column", "required", "type", "allowed", "definition", "example", "rules"),
        "rule_heads": ("code", "severity", "rule", "what is said when it is broken"),
        "yes": "yes",
        "no": "",
        "not_fit": "not what this column takes",
        "columns": "Columns",
        "rule_list": "Rules",
        "guide": "How to fill in",
    },
}


def write_template(
    contract: Contract, identity: Identity, book: RuleBook, path: Path, lang: str = "zh"
) -> None:
    """Write the template of one ledger for one organisation and month.

    Headers and lists are Chinese in both languages, because the reader matches them; ``lang``
    chooses the language of notes and explanations. The same arguments give the same bytes.
    """
    import xlsxwriter

    workbook = xlsxwriter.Workbook(str(path))
    workbook.set_properties({"created": CREATED, "title": f"{contract.title_zh} {identity.period}"})
    _Template(workbook, contract, identity, book, lang).write()
    workbook.close()


class _Template:
    def __init__(
        self, workbook: Any, contract: Contract, identity: Identity, book: RuleBook, lang: str
    ) -> None:
        self.workbook, self.contract, self.identity = workbook, contract, identity
        self.book, self.lang, self.texts = book, lang, _TEXTS[lang]
        self.lists: Any = None
        self.list_count = 0

    def write(self) -> None:
        data = self.workbook.add_worksheet(self.contract.title_zh)
        guide = self.workbook.add_worksheet(GUIDE_SHEET)
        self.lists = self.workbook.add_worksheet(LISTS_SHEET)
        stamp = self.workbook.add_worksheet(STAMP_SHEET)
        self._data(data)
        self._guide(guide)
        self._stamp(stamp)
        self.lists.hide()
        stamp.very_hidden()
        data.activate()

    def _format(self, **properties: Any) -> Any:
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        return self.workbook.add_format(base | properties)

    # -- the data sheet ----------------------------------------------------------------------

    def _data(self, sheet: Any) -> None:
        white = {"font_color": "#FFFFFF", "bold": True, "align": "center", "border": 1}
        white |= {"border_color": "#FFFFFF", "text_wrap": True}
        required = self._format(**white, bg_color=f"#{HEAD_REQUIRED_FILL}")
        optional = self._format(**white, bg_color=f"#{HEAD_FILL}")
        formats = {kind: self._format(num_format=f) for kind, f in _NUMBER_FORMATS.items()}
        sheet.set_row(0, 30)
        for place, column in enumerate(self.contract.columns):
            title = f"*{column.title_zh}" if column.required else column.title_zh
            sheet.write_string(0, place, title, required if column.required else optional)
            width = min(max(display_width(title) + 4, _least_width(column)), 34)
            sheet.set_column(place, place, width, formats[column.kind])
            note = self._note(column)
            lines = wrapped_lines(note, 46)
            size = {"width": 330, "height": min(24 + 17 * lines, 520), "font_size": 9}
            sheet.write_comment(0, place, note, size | {"author": "", "color": "#FFFDF2"})
            rule = self._validation(column)
            if rule:
                sheet.data_validation(1, place, MAX_ROWS - 1, place, rule)
        sheet.freeze_panes(1, 1)

    def _note(self, column: Column) -> str:
        """What stands in the note of a header: the words of contract and rules."""
        texts, colon = self.texts, "：" if self.lang == "zh" else ": "
        need = texts["required"] if column.required else texts["optional"]
        lines = [f"{column.title_zh}（{need}）" if self.lang == "zh" else f"{column.name} ({need})"]
        lines.append(f"{texts['type']}{colon}{kind_text(column, self.lang)}")
        if allowed := allowed_text(column, self.lang):
            lines.append(f"{texts['allowed']}{colon}{allowed}")
        if note := self._definition(column):
            lines.append(f"{texts['note']}{colon}{note}")
        is_zh = self.lang == "zh"
        rules = row_rules(self.book, self.contract, column)
        if rules:
            lines.append(f"{texts['rules']}{colon}")
            lines += [f"· {r.title_zh if is_zh else r.title_en}（{r.code}）" for r in rules]
        titles = [r.title_zh if is_zh else r.title_en for r in cell_rules(self.book, column)]
        lines.append(f"{texts['cell_rules']}{colon}" + ("、" if is_zh else ", ").join(titles))
        return "\n".join(lines)

    def _definition(self, column: Column) -> str:
        return (column.note_zh or "") if self.lang == "zh" else column.description

    def _validation(self, column: Column) -> dict[str, Any] | None:
        """What Excel itself refuses while somebody types; pasting passes it by."""
        allowed = allowed_text(column, self.lang) or kind_text(column, self.lang)
        rule: dict[str, Any] = {
            "error_title": self.texts["not_fit"][:32],
            "error_message": _short(f"{column.title_zh}：{allowed}", 255),
        }
        if column.kind == "code":
            return rule | self._list(list(column.codes.values()))
        if column.kind == "bool":
            return rule | self._list(["是", "否"])
        if column.name == self.contract.owner_column:
            if self.contract.submitted_by == "head_office":
                return None
            return rule | self._list([self.identity.org_id]) | {"error_type": "warning"}
        if column.kind == "date":
            return rule | self._dates(column)
        if column.kind in _MOST:
            most = _MOST[column.kind]
            return rule | {
                "validate": "integer" if column.kind == "int" else "decimal",
                "criteria": "between",
                "minimum": -most if column.minimum is None else column.minimum,
                "maximum": most if column.maximum is None else column.maximum,
            }
        if column.max_length is not None:
            return rule | {"validate": "length", "criteria": "<=", "value": column.max_length}
        return None

    def _dates(self, column: Column) -> dict[str, Any]:
        period = self.identity.period
        if column.name == self.contract.date_column:
            if self.contract.kind == "snapshot":
                return self._list([period.end])
            if self.contract.kind == "ten_day":
                return self._list([period.start.replace(day=d) for d in (10, 20)] + [period.end])
            low, high = period.start, period.end
        else:
            low, high = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
        return {"validate": "date", "criteria": "between", "minimum": low, "maximum": high}

    def _list(self, values: list[Any]) -> dict[str, Any]:
        """A drop-down; one that is too long, or of dates, refers to the hidden sheet."""
        texts = [str(v) for v in values]
        is_short = len(",".join(texts)) <= _LIST_LIMIT and not any("," in t for t in texts)
        if is_short and all(isinstance(v, str) for v in values):
            return {"validate": "list", "source": texts}
        place, self.list_count = self.list_count, self.list_count + 1
        date = self._format(num_format="yyyy-mm-dd")
        for line, value in enumerate(values):
            if isinstance(value, dt.date):
                self.lists.write_datetime(line, place, dt.datetime(*value.timetuple()[:3]), date)
            else:
                self.lists.write_string(line, place, value)
        letter = column_letter(place)
        source = f"='{LISTS_SHEET}'!${letter}$1:${letter}${len(values)}"
        return {"validate": "list", "source": source}

    # -- the sheet that explains -------------------------------------------------------------

    def _guide(self, sheet: Any) -> None:
        contract, lang = self.contract, self.lang
        title = self._format(bold=True, font_size=15, font_color=f"#{HEAD_REQUIRED_FILL}")
        plain = self._format(text_wrap=True)
        part = self._format(bold=True, font_size=12, font_color=f"#{HEAD_REQUIRED_FILL}")
        head = self._format(
            bold=True, font_color="#FFFFFF", bg_color=f"#{HEAD_REQUIRED_FILL}", border=1
        )
        cell = self._format(text_wrap=True, border=1, border_color="#C9D3DF", valign="top")
        need = self._format(
            text_wrap=True, border=1, border_color="#C9D3DF", valign="top", bold=True,
            bg_color=f"#{TITLE_FILL}",
        )  # fmt: skip
        widths = (20, 8, 26, 36, 40, 18, 46)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        name = f"《{contract.title_zh}》" if lang == "zh" else f"{contract.title_zh}: "
        sheet.write_string(0, 0, f"{name}{self.texts['guide']}", title)
        sheet.set_row(0, 28)
        line = 1
        for text in self._advice():
            sheet.merge_range(line, 0, line, len(widths) - 1, text, plain)
            sheet.set_row(line, 18)
            line += 1
        sheet.write_string(line + 1, 0, self.texts["columns"], part)
        line += 2
        for place, text in enumerate(self.texts["heads"]):
            sheet.write_string(line, place, text, head)
        sheet.set_row(line, 20)
        line += 1
        examples = (contract.example_rows() or [{}])[0]
        for column in contract.columns:
            rules = row_rules(self.book, contract, column)
            titles = [r.title_zh if lang == "zh" else r.title_en for r in rules]
            texts = (
                column.title_zh if lang == "zh" else f"{column.title_zh} {column.name}",
                self.texts["yes"] if column.required else self.texts["no"],
                kind_text(column, lang),
                allowed_text(column, lang),
                self._definition(column),
                examples.get(column.name, ""),
                "\n".join(f"{r.code} {t}" for r, t in zip(rules, titles, strict=True)),
            )
            self._line(sheet, line, texts, widths, need if column.required else cell, cell)
            line += 1
        sheet.write_string(line + 1, 0, self.texts["rule_list"], part)
        line += 2
        heads = self.texts["rule_heads"]
        for place, text in enumerate((heads[0], heads[1], heads[2], heads[3])):
            sheet.write_string(line, place, text, head)
        sheet.merge_range(line, 3, line, len(widths) - 1, heads[3], head)
        line += 1
        cells = {r.code: (r, c) for c in contract.columns for r in cell_rules(self.book, c)}
        listed: list[Any] = [(r, None) for r in row_rules(self.book, contract)]
        listed += [(cells[code][0], None) for code in sorted(cells)]
        wide = sum(widths[3:])
        for rule, _ in listed:
            said = sentence(rule, contract, None, lang)
            rule_title = rule.title_zh if lang == "zh" else rule.title_en
            for place, text in enumerate((rule.code, severity_text(rule, lang), rule_title)):
                sheet.write_string(line, place, text, cell)
            sheet.merge_range(line, 3, line, len(widths) - 1, said, cell)
            lines = max(wrapped_lines(said, wide), wrapped_lines(rule_title, widths[2]))
            sheet.set_row(line, 4 + 15 * lines)
            line += 1
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _line(
        self,
        sheet: Any,
        line: int,
        texts: tuple[str, ...],
        widths: tuple[int, ...],
        first: Any,
        rest: Any,
    ) -> None:
        for place, text in enumerate(texts):
            sheet.write_string(line, place, text, first if place == 0 else rest)
        lines = max(wrapped_lines(t, w - 1) for t, w in zip(texts, widths, strict=True))
        sheet.set_row(line, 5 + 15 * lines)

    def _advice(self) -> list[str]:
        contract, org, period = self.contract, self.identity.org_id, self.identity.period
        name = f"{contract.title_zh}_{org}_{period}.xlsx"
        if self.lang == "zh":
            return [
                f"机构 {org}　期间 {period}　模板版本 {contract.version}。换机构、换月份请重新下载模板。",
                f"1. 数据填在工作表“{contract.title_zh}”第 2 行起，一行一条，中间不留空行。"
                "蓝色表头带 * 的列必填。鼠标停在表头上可看说明。",
                "2. 表头不要改名、移动或删除。自用的列放在最右边，表头以“备注”开头。",
                "3. 从别处粘贴时用“选择性粘贴－数值”，以免带入公式和格式；编号列已设为文本，"
                "不要改成数字。",
                f"4. 存为 {name}（文件名写错也能凭模板识别），先校验后报送：jingtian validate 文件名。",
                "5. 本期没有业务：不填数据，文件名末尾加 _nil，作零报送。",
            ]
        return [
            f"Organisation {org}, period {period}, template version {contract.version}. "
            "Download a new template for another organisation or month.",
            f'1. Fill in the sheet "{contract.title_zh}" from row 2, one record a row. Columns with '
            "* are required; the notes on the headers explain them.",
            "2. Do not rename, move or delete headers. Own columns go to the far right and start "
            "with 备注.",
            "3. Paste values only, so that no formulas or formats come along. Identifier columns "
            "are text; do not make them numbers.",
            f"4. Save as {name} and judge it before sending: jingtian validate FILE.",
            "5. No business this month: leave the rows empty and end the file name with _nil.",
        ]

    # -- the stamp ---------------------------------------------------------------------------

    def _stamp(self, sheet: Any) -> None:
        contract = self.contract
        stamp = Stamp(
            contract.name,
            contract.title_zh,
            contract.version,
            self.identity.org_id,
            str(self.identity.period),
            tuple(c.title_zh for c in contract.columns),
        )
        for line, (name, text) in enumerate(stamp.rows()):
            sheet.write_string(line, 0, name)
            sheet.write_string(line, 1, text)


def _least_width(column: Column) -> int:
    if column.kind == "id":
        return min(max((column.max_length or 20) // 3, 14), 22)
    return {"money": 16, "date": 13, "text": 18, "code": 14}.get(column.kind, 10)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
