"""What the contestants are told: whose file it is, the fifteen rules and the columns they speak of."""

ORG, PERIOD = "090001", "2025-12"
FILE_NAME = f"loan_account_{ORG}_{PERIOD}.csv"
EMPTY_RULE, KEY_RULE, OWN_LOAN_RULE = "JT-CELL-0001", "JT-KEY-0001", "JT-LOAN-0007"
RULES = (
    EMPTY_RULE,  # of the customer
    KEY_RULE,
    *(f"JT-LOAN-{number:04}" for number in range(1, 12)),
    "JT-ROW-0001",
    "JT-ROW-0002",
)
TITLES = {
    "loan_id": "借据号", "customer_id": "客户号", "branch_id": "机构号", "data_date": "数据日期",
    "loan_amount": "贷款金额", "balance": "贷款余额", "disbursement_date": "发放日期",
    "original_due_date": "原到期日期", "due_date": "到期日期", "annual_rate": "年利率",
    "five_class_code": "五级分类", "contract_status_code": "合同状态",
    "disbursement_kind_code": "发放类型", "prev_loan_id": "上笔借据号", "purpose_code": "贷款用途",
    "is_small_micro": "是否小微企业贷款", "is_inclusive": "是否普惠型小微企业贷款",
}  # fmt: skip
