"""What the floor script knows of the ledgers, written down once by hand as an analyst would.

Nothing here is read from the contracts: the floor is the script one would write without a
framework, and the bench fails when its figures differ from the pipeline's. Here belong headers,
formats, codes and row rules; reading and figures stand in floor.py and floor_figures.sql.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class C:
    """A column: name, Chinese header, kind and limits; ``must`` marks a required cell."""

    name: str
    header: str
    kind: str = "id"
    must: bool = False
    longest: int | None = None
    pattern: str | None = None
    least: int | None = None
    most: int | None = None
    codes: str = ""


@dataclass(frozen=True)
class Ledger:
    """A ledger's columns, key and row rules (code, first column, predicate of an offending row).

    ``is_register``: the last file is carried forward. ``is_unique``: the key is unique over the
    whole bank, not only within a file.
    """

    columns: tuple[C, ...]
    key: tuple[str, ...]
    rules: tuple[tuple[str, str, str], ...] = ()
    is_register: bool = False
    is_unique: bool = False


# Rules whose findings a person looks at; the month goes on.
_HINTS = (
    "JT-ADMN-0002 JT-ADMN-0003 JT-ADMN-0004 JT-ADMN-0005 JT-ADMN-0006 JT-ADMN-0007 "
    "JT-ADMN-0009 JT-ADMN-0011 JT-ARCH-0005 JT-ARCH-0007 JT-ARCH-0008 JT-ARCH-0009 "
    "JT-ARCH-0010 JT-CALE-0001 JT-CALE-0002 JT-CRED-0002 JT-CRED-0003 JT-CRED-0004 "
    "JT-CRED-0005 JT-CRED-0006 JT-CRED-0007 JT-CRED-0008 JT-CUST-0002 JT-CUST-0003 "
    "JT-CUST-0004 JT-CUST-0005 JT-CUST-0006 JT-CUST-0007 JT-CUST-0008 JT-CUST-0009 "
    "JT-CUST-0010 JT-CUST-0011 JT-CUST-0012 JT-CUST-0013 JT-CUST-0015 JT-CUST-0016 "
    "JT-DEPO-0003 JT-EVNT-0004 JT-EVNT-0005 JT-EVNT-0006 JT-GLBA-0001 JT-GLBA-0002 "
    "JT-GRID-0001 JT-GRID-0004 JT-GRID-0006 JT-GRID-0007 JT-GRID-0008 JT-LOAN-0010 "
    "JT-LOAN-0011 JT-LOAN-0012 JT-LOAN-0013 JT-LOAN-0014 JT-LOAN-0015 JT-LOAN-0016 "
    "JT-LOAN-0017 JT-LOAN-0018 JT-LOAN-0019 JT-LOAN-0020 JT-LOAN-0021 JT-LOAN-0022 "
    "JT-LOAN-0023 JT-LOAN-0024 JT-LOAN-0025 JT-LOAN-0026 JT-LOAN-0027 JT-LOAN-0028 "
    "JT-LOAN-0029 JT-LOAN-0030 JT-LOAN-0031 JT-LOAN-0032 JT-LOAN-0033 JT-LOAN-0034 "
    "JT-ORG-0002 JT-ORG-0003 JT-ORG-0004 JT-ORG-0006 JT-ORG-0007 JT-PARA-0002 JT-POPU-0002 "
    "JT-POPU-0003 "
)
HINTS = frozenset(_HINTS.split())

LEDGERS: dict[str, Ledger] = {
    "admin_unit": Ledger(
        columns=(
            C("admin_unit_id", "村居代码", must=True, longest=12, pattern="[0-9]{12}"),
            C("admin_unit_name", "村居名称", "text", must=True, longest=60),
            C(
                "unit_kind_code",
                "村居类型",
                "code",
                must=True,
                codes="village=行政村 community=社区",
            ),
            C("township_name", "乡镇街道", "text", longest=60),
            C("division_code", "行政区划代码", longest=6, pattern="[0-9]{6}"),
            C("branch_id", "机构号", must=True, longest=30),
            C("is_urban", "是否城区", "bool", must=True),
            C("is_pilot", "是否试点", "bool", must=True),
            C("pilot_from_date", "试点开始日期", "date"),
            C("township_code", "乡镇街道代码", longest=9, pattern="[0-9]{9}"),
            C("household_count", "总户数", "int", least=0),
            C("population", "总人口", "int", least=0),
            C("whole_village_date", "整村授信开展日期", "date"),
            C("credit_unit_date", "信用村认定日期", "date"),
            C("credit_unit_expiry_date", "信用村有效期至", "date"),
            C("credit_township_date", "信用乡镇认定日期", "date"),
            C("agreement_date", "合作协议签订日期", "date"),
            C("longitude", "经度", "rate", least=73, most=136),
            C("latitude", "纬度", "rate", least=3, most=54),
        ),
        key=("admin_unit_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-ADMN-0001", "pilot_from_date", "is_pilot and pilot_from_date is null"),
            ("JT-ADMN-0002", "admin_unit_id", "not village_code_is_valid(admin_unit_id)"),
            (
                "JT-ADMN-0003",
                "unit_kind_code",
                "village_code_kind(admin_unit_id) <> unit_kind_code",
            ),
            ("JT-ADMN-0004", "division_code", "division_code <> substr(admin_unit_id, 1, 6)"),
            ("JT-ADMN-0005", "township_code", "township_code <> substr(admin_unit_id, 1, 9)"),
            ("JT-ADMN-0006", "is_pilot", "not is_pilot and pilot_from_date <= period_end"),
            ("JT-ADMN-0007", "population", "population < household_count"),
            (
                "JT-ADMN-0008",
                "credit_unit_expiry_date",
                "credit_unit_expiry_date < credit_unit_date",
            ),
            (
                "JT-ADMN-0009",
                "credit_unit_date",
                "credit_unit_expiry_date is not null and credit_unit_date is null",
            ),
            ("JT-ADMN-0010", "whole_village_date", "whole_village_date > period_end"),
            ("JT-ADMN-0011", "latitude", "(latitude is null) <> (longitude is null)"),
        ),
        is_register=True,
    ),
    "calendar_override": Ledger(
        columns=(
            C("calendar_date", "日期", "date", must=True),
            C("is_workday", "是否工作日", "bool", must=True),
            C("reason", "原因", "text", must=True, longest=200),
        ),
        key=("calendar_date",),
        rules=(
            ("JT-CALE-0001", "is_workday", "not is_workday and isodow(calendar_date) > 5"),
            (
                "JT-CALE-0002",
                "calendar_date",
                (
                    "calendar_date > cast(period_end + interval 25 month as date) or calendar_date < "
                    "cast(period_start - interval 37 month as date)"
                ),
            ),
        ),
        is_register=True,
    ),
    "credit_line": Ledger(
        columns=(
            C("credit_line_id", "授信编号", must=True, longest=60),
            C("customer_id", "客户号", must=True, longest=60),
            C("branch_id", "机构号", must=True, longest=30),
            C(
                "credit_kind_code",
                "授信种类",
                "code",
                must=True,
                codes="operating=经营性 consumption=消费性",
            ),
            C("credit_amount", "授信额度", "money", must=True, least=0),
            C("currency_code", "币种", must=True, longest=3, pattern="[A-Z]{3}"),
            C("effective_date", "授信开始日期", "date", must=True),
            C("expiry_date", "授信到期日期", "date"),
            C(
                "status_code",
                "授信状态",
                "code",
                must=True,
                codes="active=有效 frozen=冻结 closed=终止",
            ),
            C(
                "program_code",
                "授信项目",
                "code",
                codes="individual=单户授信 whole_village=整村授信 industry=行业授信"
                " association=协会合作授信 village_industry=整村产业授信",
            ),
            C(
                "guarantee_type_code",
                "担保方式",
                "code",
                codes="credit=信用 guaranteed=保证 mortgage=抵押 pledge=质押",
            ),
            C("is_revolving", "是否循环", "bool"),
            C("rating_date", "评级日期", "date"),
        ),
        key=("credit_line_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-CRED-0001", "expiry_date", "expiry_date < effective_date"),
            ("JT-CRED-0002", "rating_date", "rating_date > effective_date"),
            (
                "JT-CRED-0003",
                "credit_amount",
                "program_code = 'whole_village' and credit_amount > 300000",
            ),
            (
                "JT-CRED-0004",
                "effective_date",
                "status_code = 'active' and effective_date > period_end",
            ),
            ("JT-CRED-0005", "expiry_date", "status_code = 'active' and expiry_date < period_end"),
            ("JT-CRED-0006", "credit_amount", "status_code = 'active' and credit_amount = 0"),
            ("JT-CRED-0007", "currency_code", "not currency_is_known(currency_code)"),
            (
                "JT-CRED-0008",
                "guarantee_type_code",
                "program_code = 'whole_village' and guarantee_type_code <> 'credit'",
            ),
        ),
        is_register=True,
        is_unique=True,
    ),
    "customer": Ledger(
        columns=(
            C("customer_id", "客户号", must=True, longest=60),
            C("customer_name", "客户名称", "text", longest=150),
            C(
                "id_type_code",
                "证件类别",
                "code",
                codes="resident_id=居民身份证 uscc=统一社会信用代码 other=其他",
            ),
            C("id_no", "证件号码", longest=70),
            C("phone_no", "联系电话", longest=30),
            C("branch_id", "机构号", must=True, longest=30),
            C(
                "borrower_category_code",
                "借款主体类别",
                "code",
                must=True,
                codes="enterprise=企业法人 other_organisation=其它组织 individual_business=个体工商户"
                " small_micro_owner=小微企业主 other_individual=其他个人",
            ),
            C(
                "enterprise_size_code",
                "企业规模",
                "code",
                codes="large=大型 medium=中型 small=小型 micro=微型",
            ),
            C("is_farm_household", "是否农户", "bool", must=True),
            C("is_rural_collective", "是否农村集体经济组织", "bool"),
            C("is_cooperative", "是否农民专业合作社", "bool"),
            C("is_tech_innovation", "是否科创企业", "bool"),
            C("is_disabled", "是否残疾人", "bool"),
            C("industry_code", "所属行业", longest=10),
            C("admin_unit_id", "村居代码", longest=12, pattern="[0-9]{12}"),
            C("opened_date", "开户日期", "date"),
            C("is_low_income", "是否低收入农户", "bool"),
            C("staff_count", "从业人员数", "int", least=0),
            C("operating_revenue", "营业收入", "money", least=0),
            C("total_assets", "资产总额", "money", least=0),
            C("manager_id", "管户经理工号", longest=30),
        ),
        key=("customer_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            (
                "JT-CUST-0001",
                "enterprise_size_code",
                "borrower_category_code = 'enterprise' and enterprise_size_code is null",
            ),
            (
                "JT-CUST-0002",
                "id_no",
                "id_type_code = 'resident_id' and not resident_id_is_valid(id_no)",
            ),
            ("JT-CUST-0003", "id_no", "id_type_code = 'uscc' and not uscc_is_valid(id_no)"),
            (
                "JT-CUST-0004",
                "id_no",
                (
                    "id_type_code = 'resident_id' and resident_id_is_valid(id_no) and "
                    "(resident_id_birth_date(id_no) is null or resident_id_birth_date(id_no) > period_end)"
                ),
            ),
            (
                "JT-CUST-0005",
                "id_no",
                "id_type_code = 'resident_id' and not province_is_known(id_no)",
            ),
            ("JT-CUST-0006", "phone_no", "not phone_is_plausible(phone_no)"),
            ("JT-CUST-0007", "industry_code", "not industry_is_known(industry_code)"),
            (
                "JT-CUST-0008",
                "enterprise_size_code",
                (
                    "borrower_category_code = 'enterprise' and enterprise_size(industry_code, staff_count, "
                    "operating_revenue, total_assets) <> enterprise_size_code"
                ),
            ),
            (
                "JT-CUST-0009",
                "enterprise_size_code",
                (
                    "borrower_category_code in ('other_individual', 'small_micro_owner') and "
                    "enterprise_size_code is not null"
                ),
            ),
            (
                "JT-CUST-0010",
                "is_farm_household",
                "is_farm_household and borrower_category_code in ('enterprise', 'other_organisation')",
            ),
            (
                "JT-CUST-0011",
                "id_type_code",
                (
                    "borrower_category_code in ('enterprise', 'other_organisation') and id_type_code = "
                    "'resident_id'"
                ),
            ),
            (
                "JT-CUST-0012",
                "id_no",
                "is_cooperative and id_type_code = 'uscc' and not starts_with(id_no, '93')",
            ),
            (
                "JT-CUST-0013",
                "is_cooperative",
                "is_cooperative and borrower_category_code not in ('enterprise', 'other_organisation')",
            ),
            ("JT-CUST-0014", "opened_date", "opened_date > period_end"),
            ("JT-CUST-0015", "is_low_income", "is_low_income and not is_farm_household"),
            ("JT-CUST-0016", "id_no", "(id_no is null) <> (id_type_code is null)"),
        ),
        is_register=True,
        is_unique=True,
    ),
    "customer_archive": Ledger(
        columns=(
            C("archive_id", "档案编号", must=True, longest=60),
            C("subject_id", "建档主体编号", must=True, longest=60),
            C("customer_id", "客户号", longest=60),
            C(
                "segment_code",
                "客群",
                "code",
                must=True,
                codes="community_resident=社区居民 rural_household=农户 community_merchant=社区商户"
                " small_micro_enterprise=小微企业 park_enterprise=园区企业"
                " rural_large_operator=农村经营大户 specialised_cooperative=专业合作组织"
                " agri_leading_enterprise=涉农龙头企业 family_farm=家庭农场",
            ),
            C("admin_unit_id", "村居代码", must=True, longest=12, pattern="[0-9]{12}"),
            C("branch_id", "机构号", must=True, longest=30),
            C(
                "status_code",
                "建档状态",
                "code",
                must=True,
                codes="draft=采集中 complete=已建档 cancelled=已注销",
            ),
            C("opened_date", "建档日期", "date", must=True),
            C("updated_date", "更新日期", "date"),
            C("expiry_date", "有效期至", "date"),
            C("rating_code", "评级", "text", longest=10),
            C("rating_date", "评级日期", "date"),
            C("credit_household_date", "信用户认定日期", "date"),
            C("credit_household_expiry_date", "信用户有效期至", "date"),
            C("evaluation_date", "发起评价日期", "date"),
            C(
                "capture_channel_code",
                "采集方式",
                "code",
                codes="mobile_terminal=移动终端 paper=纸质 online=线上 data_exchange=数据共享",
            ),
            C("member_count", "家庭人口", "int", least=0),
        ),
        key=("archive_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-ARCH-0001", "updated_date", "updated_date < opened_date"),
            ("JT-ARCH-0002", "expiry_date", "expiry_date < opened_date"),
            ("JT-ARCH-0003", "opened_date", "opened_date > period_end"),
            (
                "JT-ARCH-0004",
                "credit_household_expiry_date",
                "credit_household_expiry_date < credit_household_date",
            ),
            ("JT-ARCH-0005", "rating_code", "rating_date is not null and rating_code is null"),
            ("JT-ARCH-0006", "rating_date", "rating_date > period_end"),
            ("JT-ARCH-0007", "rating_date", "rating_date < evaluation_date"),
            (
                "JT-ARCH-0008",
                "rating_code",
                "credit_household_date is not null and rating_code is null",
            ),
            ("JT-ARCH-0009", "member_count", "member_count = 0 or member_count > 20"),
            (
                "JT-ARCH-0010",
                "segment_code",
                (
                    "credit_household_date is not null and segment_code not in ('rural_household', "
                    "'community_resident')"
                ),
            ),
        ),
        is_register=True,
        is_unique=True,
    ),
    "deposit_tenday": Ledger(
        columns=(
            C("branch_id", "机构号", must=True, longest=30),
            C("balance_date", "旬末日期", "date", must=True),
            C("deposit_balance", "存款余额", "money", must=True, least=0),
            C("currency_code", "币种", must=True, longest=3, pattern="[A-Z]{3}"),
        ),
        key=("branch_id", "balance_date"),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-ROW-0002", "balance_date", "balance_date not between period_start and period_end"),
            (
                "JT-DEPO-0001",
                "balance_date",
                "extract(day from balance_date) not in (10, 20) and balance_date <> last_day(balance_date)",
            ),
            ("JT-DEPO-0003", "currency_code", "not currency_is_known(currency_code)"),
        ),
    ),
    "gl_balance": Ledger(
        columns=(
            C("branch_id", "机构号", must=True, longest=30),
            C("subject_code", "科目编号", must=True, longest=60),
            C("subject_name", "科目名称", "text", must=True, longest=150),
            C("data_date", "数据日期", "date", must=True),
            C("currency_code", "币种", must=True, longest=3, pattern="[A-Z]{3}"),
            C("closing_balance", "期末余额", "money", must=True),
            C(
                "control_item_code",
                "对账项目",
                "code",
                codes="loan_balance=各项贷款余额 deposit_balance=各项存款余额",
            ),
        ),
        key=("branch_id", "subject_code"),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-ROW-0002", "data_date", "data_date <> period_end"),
            ("JT-GLBA-0001", "currency_code", "not currency_is_known(currency_code)"),
            (
                "JT-GLBA-0002",
                "closing_balance",
                "control_item_code is not null and closing_balance < 0",
            ),
        ),
    ),
    "grid": Ledger(
        columns=(
            C("grid_id", "网格编号", must=True, longest=30),
            C("grid_name", "网格名称", "text", must=True, longest=100),
            C("parent_grid_id", "上级网格编号", longest=30),
            C("grid_level_code", "网格层级", "code", must=True, codes="big=大网格 leaf=小网格"),
            C("grid_class_code", "网格类别", "code", must=True, codes="urban=城区 rural=农村"),
            C(
                "grid_subclass_code",
                "城区四区",
                "code",
                codes="commercial=商区 park=园区 campus=校区 community=社区",
            ),
            C("admin_unit_id", "村居代码", must=True, longest=12, pattern="[0-9]{12}"),
            C("branch_id", "机构号", must=True, longest=30),
            C("live_date", "上线日期", "date"),
            C("closed_date", "撤销日期", "date"),
            C("grid_kind_code", "网格形态", "code", codes="physical=实体 virtual=虚拟"),
            C("household_count", "网格户数", "int", least=0),
            C("ledger_date", "电子台账建立日期", "date"),
        ),
        key=("grid_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            (
                "JT-GRID-0001",
                "parent_grid_id",
                "grid_level_code = 'leaf' and parent_grid_id is null",
            ),
            ("JT-GRID-0002", "closed_date", "closed_date < live_date"),
            (
                "JT-GRID-0003",
                "grid_subclass_code",
                "grid_class_code = 'rural' and grid_subclass_code is not null",
            ),
            (
                "JT-GRID-0004",
                "grid_subclass_code",
                "grid_class_code = 'urban' and grid_level_code = 'leaf' and grid_subclass_code is null",
            ),
            ("JT-GRID-0005", "parent_grid_id", "parent_grid_id = grid_id"),
            (
                "JT-GRID-0006",
                "parent_grid_id",
                "grid_level_code = 'big' and parent_grid_id is not null",
            ),
            ("JT-GRID-0007", "live_date", "closed_date is not null and live_date is null"),
            ("JT-GRID-0008", "ledger_date", "ledger_date > period_end"),
        ),
        is_register=True,
    ),
    "loan_account": Ledger(
        columns=(
            C("loan_id", "借据号", must=True, longest=100),
            C("customer_id", "客户号", must=True, longest=60),
            C("branch_id", "机构号", must=True, longest=30),
            C("data_date", "数据日期", "date", must=True),
            C("contract_no", "合同号", longest=100),
            C("product_code", "产品代码", longest=30),
            C("product_name", "产品名称", "text", longest=150),
            C("currency_code", "币种", must=True, longest=3, pattern="[A-Z]{3}"),
            C("loan_amount", "贷款金额", "money", must=True, least=0),
            C("balance", "贷款余额", "money", must=True, least=0),
            C("disbursement_date", "发放日期", "date", must=True),
            C("original_due_date", "原到期日期", "date", must=True),
            C("due_date", "到期日期", "date", must=True),
            C("annual_rate", "年利率", "rate", least=0, most=1),
            C(
                "five_class_code",
                "五级分类",
                "code",
                must=True,
                codes="normal=正常 special_mention=关注 substandard=次级 doubtful=可疑 loss=损失",
            ),
            C(
                "contract_status_code",
                "合同状态",
                "code",
                must=True,
                codes="active=正常 in_arrears=逾期 expired_unpaid=到期未还"
                " settled=结清 written_off=核销",
            ),
            C(
                "disbursement_kind_code",
                "发放类型",
                "code",
                must=True,
                codes="new=新增 renewal_without_repayment=无还本续贷 refinance=借新还旧"
                " extension=展期 restructure=重组",
            ),
            C("prev_loan_id", "上笔借据号", longest=100),
            C(
                "guarantee_type_code",
                "担保方式",
                "code",
                codes="credit=信用 guaranteed=保证 mortgage=抵押 pledge=质押",
            ),
            C(
                "purpose_code",
                "贷款用途",
                "code",
                must=True,
                codes="operating=经营 consumption=消费 housing=住房 other=其他",
            ),
            C("industry_code", "投向行业", longest=10),
            C("is_agri", "是否涉农贷款", "bool", must=True),
            C("is_small_micro", "是否小微企业贷款", "bool", must=True),
            C("is_inclusive", "是否普惠型小微企业贷款", "bool", must=True),
            C("is_bill_finance", "是否票据融资", "bool"),
            C("is_startup_guarantee", "是否创业担保贷款", "bool"),
            C("manager_id", "客户经理工号", longest=30),
            C(
                "product_class_code",
                "产品类别",
                "code",
                codes="micro_credit=小额信用贷款 beautiful_home=美丽家园 beautiful_field=美丽田园"
                " micro_guarantee=小额联保 startup=创业担保 other=其他",
            ),
            C(
                "program_code",
                "合作模式",
                "code",
                codes="double_base=双基双赢 whole_village=整村授信 industry=行业授信 association=协会合作",
            ),
            C("overdue_days", "逾期天数", "int", least=0),
        ),
        key=("loan_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-ROW-0002", "data_date", "data_date <> period_end"),
            ("JT-LOAN-0001", "balance", "balance > loan_amount"),
            ("JT-LOAN-0002", "original_due_date", "original_due_date <= disbursement_date"),
            ("JT-LOAN-0003", "due_date", "due_date < original_due_date"),
            ("JT-LOAN-0004", "balance", "contract_status_code = 'settled' and balance <> 0"),
            ("JT-LOAN-0005", "disbursement_date", "disbursement_date > data_date"),
            (
                "JT-LOAN-0006",
                "prev_loan_id",
                "disbursement_kind_code in ('renewal_without_repayment', 'refinance') and prev_loan_id is null",
            ),
            ("JT-LOAN-0007", "prev_loan_id", "prev_loan_id = loan_id"),
            ("JT-LOAN-0008", "is_inclusive", "is_inclusive and not is_small_micro"),
            ("JT-LOAN-0009", "is_inclusive", "is_inclusive and purpose_code <> 'operating'"),
            ("JT-LOAN-0010", "annual_rate", "annual_rate > 0.36"),
            (
                "JT-LOAN-0011",
                "five_class_code",
                "contract_status_code = 'expired_unpaid' and five_class_code = 'normal'",
            ),
            (
                "JT-LOAN-0012",
                "due_date",
                "due_date > original_due_date and disbursement_kind_code = 'new'",
            ),
            (
                "JT-LOAN-0013",
                "due_date",
                "disbursement_kind_code = 'extension' and due_date = original_due_date",
            ),
            (
                "JT-LOAN-0014",
                "overdue_days",
                "overdue_days > 0 and contract_status_code = 'active'",
            ),
            (
                "JT-LOAN-0015",
                "overdue_days",
                "overdue_days = 0 and contract_status_code in ('in_arrears', 'expired_unpaid')",
            ),
            ("JT-LOAN-0016", "five_class_code", "overdue_days > 0 and five_class_code = 'normal'"),
            (
                "JT-LOAN-0017",
                "five_class_code",
                "overdue_days > 90 and five_class_code = 'special_mention'",
            ),
            (
                "JT-LOAN-0018",
                "five_class_code",
                "overdue_days > 270 and five_class_code = 'substandard'",
            ),
            (
                "JT-LOAN-0019",
                "five_class_code",
                "overdue_days > 360 and five_class_code = 'doubtful'",
            ),
            (
                "JT-LOAN-0020",
                "contract_status_code",
                "contract_status_code = 'expired_unpaid' and due_date >= data_date",
            ),
            (
                "JT-LOAN-0021",
                "due_date",
                "contract_status_code = 'active' and balance > 0 and due_date < data_date",
            ),
            ("JT-LOAN-0022", "balance", "contract_status_code = 'written_off' and balance > 0"),
            (
                "JT-LOAN-0023",
                "contract_status_code",
                "balance = 0 and contract_status_code in ('in_arrears', 'expired_unpaid')",
            ),
            (
                "JT-LOAN-0024",
                "guarantee_type_code",
                "is_startup_guarantee and guarantee_type_code = 'credit'",
            ),
            (
                "JT-LOAN-0025",
                "is_startup_guarantee",
                (
                    "(product_class_code = 'startup' and not is_startup_guarantee) or (is_startup_guarantee "
                    "and product_class_code <> 'startup')"
                ),
            ),
            (
                "JT-LOAN-0026",
                "prev_loan_id",
                "prev_loan_id is not null and disbursement_kind_code = 'new'",
            ),
            ("JT-LOAN-0027", "industry_code", "not industry_is_known(industry_code)"),
            ("JT-LOAN-0028", "is_agri", "not is_agri and industry_code between 'A01' and 'A05Z'"),
            (
                "JT-LOAN-0029",
                "guarantee_type_code",
                "product_class_code = 'micro_credit' and guarantee_type_code <> 'credit'",
            ),
            ("JT-LOAN-0030", "currency_code", "not currency_is_known(currency_code)"),
            (
                "JT-LOAN-0031",
                "annual_rate",
                "balance > 0 and (annual_rate is null or annual_rate = 0)",
            ),
            (
                "JT-LOAN-0032",
                "original_due_date",
                "original_due_date > cast(disbursement_date + interval 30 year as date)",
            ),
            (
                "JT-LOAN-0033",
                "is_small_micro",
                "is_small_micro and purpose_code in ('consumption', 'housing')",
            ),
            (
                "JT-LOAN-0034",
                "five_class_code",
                "disbursement_kind_code = 'restructure' and five_class_code = 'normal'",
            ),
        ),
        is_unique=True,
    ),
    "loan_event": Ledger(
        columns=(
            C("event_id", "流水号", must=True, longest=100),
            C("loan_id", "借据号", must=True, longest=100),
            C("customer_id", "客户号", must=True, longest=60),
            C("branch_id", "机构号", must=True, longest=30),
            C("event_date", "发生日期", "date", must=True),
            C(
                "event_type_code",
                "业务类型",
                "code",
                must=True,
                codes="disburse=发放 repay=归还 repay_reversal=还款冲正"
                " renewal_settlement=以贷还贷结清 write_off=核销",
            ),
            C("principal_amount", "本金金额", "money", must=True, least=0),
            C("interest_amount", "利息金额", "money", must=True, least=0),
            C("annual_rate", "年利率", "rate", least=0, most=1),
            C("currency_code", "币种", must=True, longest=3, pattern="[A-Z]{3}"),
            C(
                "channel_code",
                "办理渠道",
                "code",
                codes="counter=柜面 mobile_bank=手机银行 internet_bank=网上银行 self_service=自助终端 batch=系统批量",
            ),
            C("is_first_loan", "是否首贷", "bool"),
        ),
        key=("event_id",),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-ROW-0002", "event_date", "event_date not between period_start and period_end"),
            ("JT-EVNT-0001", "annual_rate", "event_type_code = 'disburse' and annual_rate is null"),
            (
                "JT-EVNT-0002",
                "interest_amount",
                "event_type_code = 'disburse' and interest_amount <> 0",
            ),
            ("JT-EVNT-0003", "principal_amount", "principal_amount = 0 and interest_amount = 0"),
            ("JT-EVNT-0004", "annual_rate", "annual_rate > 0.36"),
            ("JT-EVNT-0005", "currency_code", "not currency_is_known(currency_code)"),
            ("JT-EVNT-0006", "is_first_loan", "is_first_loan and event_type_code <> 'disburse'"),
        ),
        is_unique=True,
    ),
    "org_unit": Ledger(
        columns=(
            C("org_id", "机构号", must=True, longest=30),
            C("org_name", "机构名称", "text", must=True, longest=150),
            C("parent_org_id", "上级机构号", longest=30),
            C(
                "org_type_code",
                "机构类别",
                "code",
                must=True,
                codes="bank=法人机构 business_dept=营业部 branch=支行 outlet=分理处",
            ),
            C(
                "location_code",
                "所在区域",
                "code",
                codes="urban=城区 county_seat=城关镇 township=乡镇",
            ),
            C("is_urban_union", "是否城区社", "bool"),
            C("division_code", "行政区划代码", longest=6, pattern="[0-9]{6}"),
            C("licence_no", "金融许可证号", longest=30),
            C(
                "reporting_scope_code",
                "填报口径",
                "code",
                codes="domestic=境内汇总 legal_entity=法人 consolidated=合并",
            ),
            C("opened_date", "成立日期", "date"),
            C("closed_date", "撤销日期", "date"),
            C(
                "marketing_zone_code",
                "营销片区",
                "code",
                codes="outer_ring=外环 middle_ring=中环 urban=市区 rural=农区",
            ),
            C("is_strong_county_pilot", "是否强县试点", "bool"),
            C(
                "inclusive_tier_code",
                "普惠网点类别",
                "code",
                codes="flagship=旗舰 benchmark=标杆 popular=普及",
            ),
            C("tier_date", "类别建成日期", "date"),
            C("peer_group_code", "分组PK组别", longest=30),
            C("transformed_date", "转型导入日期", "date"),
            C("six_s_date", "6S导入日期", "date"),
            C("is_hotline_posted", "是否公示投诉电话", "bool"),
            C("longitude", "经度", "rate", least=73, most=136),
            C("latitude", "纬度", "rate", least=3, most=54),
        ),
        key=("org_id",),
        rules=(
            ("JT-ORG-0001", "closed_date", "closed_date < opened_date"),
            ("JT-ORG-0002", "licence_no", "not financial_licence_is_valid(licence_no)"),
            ("JT-ORG-0003", "division_code", "not division_is_valid(division_code)"),
            (
                "JT-ORG-0004",
                "reporting_scope_code",
                "org_type_code = 'bank' and reporting_scope_code is null",
            ),
            ("JT-ORG-0005", "parent_org_id", "parent_org_id = org_id"),
            ("JT-ORG-0006", "latitude", "(latitude is null) <> (longitude is null)"),
            ("JT-ORG-0007", "tier_date", "inclusive_tier_code is not null and tier_date is null"),
        ),
        is_register=True,
    ),
    "scheme_binding": Ledger(
        columns=(
            C("org_id", "机构号", must=True, longest=30),
            C("scheme_id", "方案代码", must=True, longest=60),
            C("effective_date", "生效日期", "date", must=True),
            C("expiry_date", "失效日期", "date"),
            C("note", "备注", "text", longest=200),
        ),
        key=("org_id", "scheme_id", "effective_date"),
        rules=(("JT-BIND-0001", "expiry_date", "expiry_date < effective_date"),),
        is_register=True,
    ),
    "scheme_param": Ledger(
        columns=(
            C("scheme_id", "方案代码", must=True, longest=60),
            C("param_name", "参数名", must=True, longest=60),
            C("org_id", "适用机构号", must=True, longest=30),
            C("param_value", "参数值", "text", must=True, longest=200),
            C("unit", "单位", "text", longest=30),
            C("effective_date", "生效日期", "date", must=True),
            C("expiry_date", "失效日期", "date"),
            C("approved_by", "批准人", "text", must=True, longest=100),
            C("note", "备注", "text", longest=200),
        ),
        key=("scheme_id", "param_name", "org_id", "effective_date"),
        rules=(
            ("JT-PARA-0001", "expiry_date", "expiry_date < effective_date"),
            (
                "JT-PARA-0002",
                "param_value",
                "unit is not null and try_cast(replace(param_value, '%', '') as decimal(38, 9)) is null",
            ),
        ),
        is_register=True,
    ),
    "segment_population": Ledger(
        columns=(
            C("admin_unit_id", "村居代码", must=True, longest=12, pattern="[0-9]{12}"),
            C(
                "segment_code",
                "客群",
                "code",
                must=True,
                codes="community_resident=社区居民 rural_household=农户 community_merchant=社区商户"
                " small_micro_enterprise=小微企业 park_enterprise=园区企业"
                " rural_large_operator=农村经营大户 specialised_cooperative=专业合作组织"
                " agri_leading_enterprise=涉农龙头企业 family_farm=家庭农场",
            ),
            C("branch_id", "机构号", must=True, longest=30),
            C("subject_count", "应建档户数", "int", must=True, least=0),
            C("source_name", "数据来源", "text", longest=100),
            C("statistics_date", "统计日期", "date"),
        ),
        key=("admin_unit_id", "segment_code"),
        rules=(
            ("JT-ROW-0001", "branch_id", "branch_id <> _org"),
            ("JT-POPU-0001", "statistics_date", "statistics_date > period_end"),
            ("JT-POPU-0002", "source_name", "source_name is null"),
            (
                "JT-POPU-0003",
                "statistics_date",
                "statistics_date < cast(period_end - interval 25 month as date)",
            ),
        ),
        is_register=True,
    ),
}
