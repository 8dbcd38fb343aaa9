"""The sample bank as its own EAST 5.0 export: text files, one for each table and month.

Written from what the tables are said to hold, not from the mapping that reads them. A customer,
loan or line is a row of the sample's ledgers; what EAST tells differently (percent, default dates,
sums over organisations and accounts, listed values) is written as EAST tells it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.east5_tables import TITLES

BANK_CODE = "B9999H342890001"
MAPPED = ("org_unit", "staff", "customer", "credit_line", "loan_account", "gl_balance")
REGISTERS = ("org_unit", "staff", "customer", "credit_line")
Row = dict[str, Any]

_LICENCE = {"bank": "H", "business_dept": "G", "branch": "S", "outlet": "U"}
_PERSON = {
    "individual_business": "个体工商户",
    "small_micro_owner": "小微企业主",
    "other_individual": "普通个人客户",
}
_SIZE = {"large": "大型企业", "medium": "中型企业", "small": "小型企业", "micro": "微型企业"}
_CLASS = {
    "normal": "正常",
    "special_mention": "关注",
    "substandard": "次级",
    "doubtful": "可疑",
    "loss": "损失",
}
_STATUS = {
    "active": "正常",
    "in_arrears": "逾期",
    "expired_unpaid": "逾期",
    "settled": "结清",
    "written_off": "核销",
}
_GRANTED = {
    "new": "新增",
    "extension": "新增",
    "renewal_without_repayment": "无还本续贷",
    "refinance": "借新还旧",
    "restructure": "重组贷款",
}
_SECURITY = {"credit": "信用", "guaranteed": "保证", "mortgage": "抵押", "pledge": "质押"}
_SECTION = {
    "A": "2.1农、林、牧、渔业",
    "C": "2.3制造业",
    "E": "2.5建筑业",
    "F": "2.6批发和零售业",
    "G": "2.7交通运输、仓储和邮政业",
    "H": "2.8住宿和餐饮业",
    "I": "2.9信息传输、软件和信息技术服务业",
    "M": "2.13科学研究和技术服务业",
    "O": "2.15居民服务、修理和其他服务业",
    "Q": "2.17卫生和社会工作",
    "S": "2.19公共管理、社会保障和社会组织",
}
_STAFF_STATE = {
    "on_post": "在岗",
    "waiting": "离岗",
    "left": "离职",
    "early_retired": "其他-内退",
    "seconded": "其他-借调",
    "disciplined": "其他-留用",
}
_ACCOUNTS = {  # account: side, business class, account above
    "1001": ("借", "1现金", "0"),
    "1301": ("借", "8贴现及买断式转贴现", "0"),
    "1303": ("借", "6贷款", "0"),
    "130301": ("借", "6贷款", "1303"),
    "130302": ("借", "6贷款", "1303"),
    "130303": ("借", "6贷款", "1303"),
    "1304": ("贷", "24各项资产减值损失准备", "0"),
    "2011": ("贷", "25单位存款", "0"),
    "201101": ("贷", "25单位存款", "2011"),
    "201102": ("贷", "26储蓄存款", "2011"),
    "6011": ("贷", "55利息收入", "0"),
}


def ledger_rows(home: Path, ledger: str, period: str) -> list[Row]:
    """Rows of a ledger in the lake: of that month, or of a register as it stood then."""
    parts: dict[str, Path] = {}
    for path in sorted((home / "lake" / ledger).rglob("part.parquet")):
        words = dict(w.split("=", 1) for w in path.parts if "=" in w)
        is_in_force = words["period"] == period
        if ledger in REGISTERS:
            is_in_force = words["period"] <= period
        if is_in_force:
            parts[words["org"]] = path  # in the order of the months
    return [row for p in parts.values() for row in pq.ParquetFile(p).read().to_pylist()]


def write_export(
    home: Path,
    folder: Path,
    period: str,
    *,
    separator: str = "\x01",
    header: bool = False,
    encoding: str = "utf-8",
) -> Path:
    """Write every table of one month's export from the ledgers that a home has received."""
    tables = _Export(home, period).tables()
    folder.mkdir(parents=True, exist_ok=True)
    day = month_end(period).strftime("%Y%m%d")
    for table, rows in tables.items():
        titles = TITLES[table]
        lines = [separator.join(titles.values())] if header else []
        lines += [separator.join(_cell(row.get(c), c) for c in titles) for row in rows]
        assert not any(set(row) - set(titles) for row in rows), table
        path = folder / f"{BANK_CODE}-{table}-{day}.txt"
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    (folder / f"{BANK_CODE}-GYB-{day}.txt").write_text("", encoding="utf-8")  # not used
    return folder


def month_end(period: str) -> dt.date:
    """Last day of a month."""
    year, month = map(int, period.split("-"))
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def _cell(value: Any, code: str) -> str:
    if value is None:
        return "99991231" if code.endswith("RQ") else "999912" if code.endswith("NY") else ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.date):
        return value.strftime("%Y%m%d")
    return str(value)


class _Export:
    def __init__(self, home: Path, period: str) -> None:
        self.day = month_end(period)
        ledgers = {name: ledger_rows(home, name, period) for name in MAPPED}
        self.orgs = [o for o in ledgers["org_unit"] if _is_open(o, self.day)]
        self.customers = {c["customer_id"]: c for c in ledgers["customer"]}
        self.lines = ledgers["credit_line"]
        self.loans = ledgers["loan_account"]
        self.balances = ledgers["gl_balance"]
        self.staff = sorted(ledgers["staff"], key=lambda person: str(person["staff_id"]))
        (self.root,) = (o["org_id"] for o in self.orgs if o["org_type_code"] == "bank")

    def tables(self) -> dict[str, list[Row]]:
        persons = [c for c in self.customers.values() if _is_person(c)]
        firms = [c for c in self.customers.values() if not _is_person(c)]
        return {
            "JGXXB": [self._org(n, o) for n, o in enumerate(self.orgs, start=1)],
            "JGGXB": [self._relation(o) for o in self.orgs],
            "GRJCXXB": [self._person(c) for c in persons],
            "DGKHXXB": [self._firm(c) for c in firms],
            "SXXXB": [self._line(n, x) for n, x in enumerate(self.lines)],
            "XDHTB": [self._contract(x) for x in self.loans],
            "GRXDYWJJB": [*map(self._loan, self._loans_of(persons)), self._entrusted()],
            "DGXDYWJJB": [*map(self._loan, self._loans_of(firms))],
            "ZZKJQKMB": list(self._ledger()),
            "NBKMDZB": [self._account(n) for n in _ACCOUNTS],
            "YGB": self._staff(),
            "GRCKFHZ": list(self._deposits(persons, "GRCKZH", "个人活期存款")),
            "DGCKFHZ": list(self._deposits(firms, "DGCKZH", "单位活期存款")),
        }

    def _org(self, number: int, org: Row) -> Row:
        kind = org["org_type_code"]
        return {
            "YHJGDM": "402999900019",
            "NBJGH": org["org_id"],
            "JRXKZH": f"B9999{_LICENCE[kind]}34289{number:04d}",
            "YHJGMC": org["org_name"],
            "JGLB": "管理机构" if kind == "bank" else "营业机构",
            "XZQHDM": org["division_code"],
            "YYZT": "营业",
            "CLRQ": org["opened_date"],
            "CJRQ": self.day,
        }

    def _relation(self, org: Row) -> Row:
        parent = org["parent_org_id"] or "0"
        return {"NBJGH": org["org_id"], "SJGLNBJGH": parent, "CJRQ": self.day}

    def _person(self, customer: Row) -> Row:
        return {
            "NBJGH": customer["branch_id"],
            "KHTYBH": customer["customer_id"],
            "KHXM": "某*",
            "ZJLB": "居民身份证",
            "ZJHM": "9f86d081884c7d65",
            "BXYGBZ": _PERSON[customer["borrower_category_code"]],
            "SFNH": customer["is_farm_household"],
            "CJRQ": self.day,
        }

    def _firm(self, customer: Row) -> Row:
        return {
            "NBJGH": customer["branch_id"],
            "KHTYBH": customer["customer_id"],
            "KHMC": customer["customer_name"],
            "KHLX": "单一法人客户",
            "ZJLB": "统一社会信用代码",
            "ZJHM": customer["id_no"],
            "SSHY": customer["industry_code"],
            "QYFL": _SIZE.get(customer["enterprise_size_code"], "其他组织机构"),
            "CJRQ": self.day,
        }

    def _line(self, number: int, line: Row) -> Row:
        kind = "综合额度授信"
        customer = self.customers[line["customer_id"]]
        is_business = (
            not _is_person(customer)
            or customer["is_farm_household"]
            or customer["borrower_category_code"] in ("individual_business", "small_micro_owner")
        )
        told = "operating" if is_business else "consumption"  # what the borrower's kind says
        if line["credit_kind_code"] != told or (_is_person(customer) and number % 2):
            purpose = {"operating": "经营", "consumption": "消费"}[line["credit_kind_code"]]
            kind = f"其他-个人{purpose}额度"
        return {
            "NBJGH": line["branch_id"],
            "KHTYBH": line["customer_id"],
            "SXXYH": line["credit_line_id"],
            "SXZL": kind,
            "SXED": line["credit_amount"],
            "BZ": line["currency_code"],
            "SXKSRQ": line["effective_date"],
            "SXDQRQ": line["expiry_date"],
            "SXZT": "有效" if line["status_code"] == "active" else "无效",
            "CJRQ": self.day,
        }

    def _contract(self, loan: Row) -> Row:
        return {
            "NBJGH": loan["branch_id"],
            "KHTYBH": loan["customer_id"],
            "XDHTH": loan["contract_no"],
            "HTDQRQ": loan["original_due_date"],
            "DBLX": _SECURITY[loan["guarantee_type_code"]],
            "CJRQ": self.day,
        }

    def _loans_of(self, customers: Iterable[Row]) -> list[Row]:
        known = {c["customer_id"] for c in customers}
        return [x for x in self.loans if x["customer_id"] in known]

    def _loan(self, loan: Row) -> Row:
        is_extended = loan["due_date"] != loan["original_due_date"]
        granted = _GRANTED[loan["disbursement_kind_code"]]
        if loan["is_bill_finance"]:
            granted = "其他-票据贴现"
        industry = (loan["industry_code"] or " ")[0]
        return {
            "NBJGH": loan["branch_id"],
            "KHTYBH": loan["customer_id"],
            "XDHTH": loan["contract_no"],
            "XDJJH": loan["loan_id"],
            "XDYWZL": self._business(loan),
            "DKFFLX": granted,
            "BZ": loan["currency_code"],
            "DKJE": loan["loan_amount"],
            "DKYE": loan["balance"],
            "DKWJFL": _CLASS[loan["five_class_code"]],
            "ZQCS": int(is_extended),
            "DKFFRQ": loan["disbursement_date"],
            "DKDQRQ": loan["due_date"],
            "SBXDJJH": loan["prev_loan_id"],
            "SJLL": f"{loan['annual_rate'] * 100:.4f}",
            "DKTXHY": _SECTION.get(industry, "2.21.4个人贷款-其他"),
            "SFSNDK": loan["is_agri"],
            "SFPHXXWQYDK": loan["is_inclusive"],
            "XDYGH": loan["manager_id"],
            "QBRQ": self._unpaid_since(loan),
            "DKZT": _STATUS[loan["contract_status_code"]],
            "CJRQ": self.day,
        }

    def _staff(self) -> list[Row]:
        """The bank's staff; EAST has their state and kind of contract, not their posts."""
        return [
            {
                "NBJGH": person["branch_id"],
                "GH": person["staff_id"],
                "XM": f"员工{person['staff_id']}",
                "GWMC": "客户经理",
                "YGLX": "正式员工" if person["is_on_establishment"] else "非正式员工",
                "YGZT": _STAFF_STATE[person["status_code"]],
                "CJRQ": self.day,
            }
            for person in self.staff
        ]

    def _deposits(self, customers: Iterable[Row], number: str, kind: str) -> Iterator[Row]:
        """Two accounts for every customer, of as many fen as the customer's number says."""
        for customer in customers:
            for account in ("1", "2"):
                yield {
                    "NBJGH": customer["branch_id"],
                    "KHTYBH": customer["customer_id"],
                    number: customer["customer_id"] + account,
                    f"{number}LX": kind,
                    "BZ": "CNY",
                    "CKYE": f"{int(customer['customer_id'][-6:]) + int(account) / 100:.2f}",
                    "CJRQ": self.day,
                }

    def _business(self, loan: Row) -> str:
        if loan["is_bill_finance"]:
            return "票据贴现"
        if loan["purpose_code"] == "operating":
            is_person = _is_person(self.customers[loan["customer_id"]])
            return "个人经营性贷款" if is_person else "流动资金贷款"
        if loan["purpose_code"] == "other":
            return f"其他-{loan['product_name']}"
        return {"consumption": "消费贷款", "housing": "住房按揭贷款"}[loan["purpose_code"]]

    def _unpaid_since(self, loan: Row) -> dt.date | None:
        """First day of the arrears of a loan that has some."""
        if not loan.get("overdue_days"):
            return None
        return self.day - dt.timedelta(days=loan["overdue_days"])

    def _entrusted(self) -> Row:
        """A loan of somebody else's money: the table has it, the bank's book has not."""
        row = self._loan(
            next(x for x in self.loans if _is_person(self.customers[x["customer_id"]]))
        )
        return row | {"XDJJH": "WT0001", "XDYWZL": "委托贷款", "DKYE": "1000000.00"}

    def _ledger(self) -> Iterator[Row]:
        """Accounts of all levels, for every organisation and for the bank as a whole."""
        own: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self.balances:
            account, amount = row["subject_code"], row["closing_balance"]
            for org in (row["branch_id"], self.root):
                own[org, account] += amount
                above = _ACCOUNTS[account][2]
                if above != "0":
                    own[org, above] += amount
        names = {r["subject_code"]: r["subject_name"] for r in self.balances}
        for (org, account), amount in own.items():
            side = _ACCOUNTS[account][0]
            is_debit = (side == "借") == (amount >= 0)
            yield {
                "NBJGH": org,
                "KJKMBH": account,
                "KJKMMC": names.get(account, "汇总科目"),
                "BZ": "CNY",
                "QMJFYE": abs(amount) if is_debit else Decimal("0.00"),
                "QMDFYE": Decimal("0.00") if is_debit else abs(amount),
                "BSZQ": "月报",
                "KJRQ": self.day,
                "CJRQ": self.day,
            }
        yield {
            "NBJGH": self.root,
            "KJKMBH": "1001",
            "KJKMMC": "库存现金",
            "BZ": "CNY",
            "QMJFYE": Decimal("1.00"),
            "QMDFYE": Decimal("0.00"),
            "BSZQ": "日报",
            "KJRQ": self.day,
            "CJRQ": self.day,
        }

    def _account(self, account: str) -> Row:
        side, business, above = _ACCOUNTS[account]
        return {
            "NBJGH": self.root,
            "KJKMBH": account,
            "SJKMBH": above,
            "KMJDBZ": side,
            "GSYWZL": business,
            "CJRQ": self.day,
        }


def _is_person(customer: Row) -> bool:
    return customer["borrower_category_code"] in _PERSON


def _is_open(org: Row, day: dt.date) -> bool:
    return org["closed_date"] is None or org["closed_date"] > day
