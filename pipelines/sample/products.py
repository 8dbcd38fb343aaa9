"""Loan products of the sample bank: who borrows them, how much, how long, at what rate.

Here belongs the price list and nothing that happens to a loan afterwards (``loans.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.sample import customers as cust

OPERATING, CONSUMPTION, HOUSING, OTHER = range(4)
PURPOSES = ("operating", "consumption", "housing", "other")
BULLET, INSTALMENT, BILL = range(3)
CREDIT, GUARANTEED, MORTGAGE, PLEDGE = range(4)
GUARANTEES = ("credit", "guaranteed", "mortgage", "pledge")


@dataclass(frozen=True)
class Product:
    """One product; amounts in yuan, terms in months, rates in ten-thousandths a year.

    ``terms`` are drawn with ``term_odds``; amounts are lognormal around ``median`` within
    ``limits``; ``guarantee_odds`` follow ``GUARANTEES``.
    """

    code: str
    name: str
    purpose: int
    method: int
    terms: tuple[int, ...]
    term_odds: tuple[float, ...]
    median: int
    sigma: float
    limits: tuple[int, int]
    rates: tuple[int, int]
    guarantee_odds: tuple[float, float, float, float]


PRODUCTS = (
    Product("NH01", "农户小额信用贷款", OPERATING, BULLET, (12, 24, 36), (0.7, 0.18, 0.12),
            50_000, 0.6, (10_000, 300_000), (435, 650), (0.8, 0.2, 0.0, 0.0)),
    Product("NH02", "农户生产经营贷款", OPERATING, BULLET, (6, 12, 24), (0.15, 0.7, 0.15),
            130_000, 0.5, (50_000, 500_000), (430, 620), (0.1, 0.4, 0.45, 0.05)),
    Product("XF01", "个人综合消费贷款", CONSUMPTION, INSTALMENT, (24, 36, 60), (0.3, 0.5, 0.2),
            80_000, 0.6, (10_000, 300_000), (395, 720), (0.65, 0.15, 0.2, 0.0)),
    Product("ZF01", "个人住房按揭贷款", HOUSING, INSTALMENT, (120, 180, 240, 300),
            (0.2, 0.3, 0.3, 0.2), 320_000, 0.4, (120_000, 900_000), (310, 425),
            (0.0, 0.0, 1.0, 0.0)),
    Product("GT01", "个体工商户经营贷款", OPERATING, BULLET, (12, 24, 36), (0.75, 0.15, 0.10),
            160_000, 0.8, (30_000, 3_000_000), (405, 620), (0.3, 0.3, 0.38, 0.02)),
    Product("XW01", "小微企业主经营贷款", OPERATING, BULLET, (12, 24, 36), (0.75, 0.15, 0.10),
            420_000, 0.9, (100_000, 6_000_000), (385, 580), (0.15, 0.25, 0.58, 0.02)),
    Product("LD01", "小微企业流动资金贷款", OPERATING, BULLET, (6, 12, 24), (0.15, 0.75, 0.10),
            650_000, 0.7, (200_000, 4_900_000), (375, 560), (0.15, 0.3, 0.5, 0.05)),
    Product("LD02", "小型企业流动资金贷款", OPERATING, BULLET, (12, 24), (0.85, 0.15),
            2_600_000, 0.9, (800_000, 18_000_000), (365, 520), (0.08, 0.32, 0.55, 0.05)),
    Product("LD03", "中型企业流动资金贷款", OPERATING, BULLET, (12, 24, 36), (0.6, 0.2, 0.2),
            11_000_000, 0.5, (5_000_000, 34_000_000), (345, 480), (0.05, 0.3, 0.6, 0.05)),
    Product("LD04", "大型企业项目贷款", OPERATING, BULLET, (36, 60), (0.5, 0.5),
            32_000_000, 0.3, (20_000_000, 60_000_000), (335, 420), (0.2, 0.3, 0.5, 0.0)),
    Product("HZ01", "农民专业合作社贷款", OPERATING, BULLET, (12, 24), (0.8, 0.2),
            480_000, 0.6, (100_000, 3_000_000), (385, 540), (0.3, 0.4, 0.3, 0.0)),
    Product("JT01", "农村集体经济组织贷款", OPERATING, BULLET, (12, 36), (0.7, 0.3),
            700_000, 0.5, (200_000, 3_000_000), (375, 500), (0.5, 0.4, 0.1, 0.0)),
    Product("KC01", "科创企业信用贷款", OPERATING, BULLET, (12, 24), (0.8, 0.2),
            1_500_000, 0.6, (300_000, 8_000_000), (345, 460), (0.6, 0.2, 0.2, 0.0)),
    Product("CY01", "创业担保贷款", OPERATING, BULLET, (24, 36), (0.6, 0.4),
            150_000, 0.35, (50_000, 300_000), (345, 465), (0.0, 1.0, 0.0, 0.0)),
    Product("PJ01", "银行承兑汇票贴现", OPERATING, BILL, (3, 6), (0.3, 0.7),
            900_000, 0.7, (200_000, 5_000_000), (120, 260), (0.0, 0.0, 0.0, 1.0)),
    Product("ZZ01", "其它组织贷款", OTHER, BULLET, (12, 24), (0.8, 0.2),
            400_000, 0.6, (100_000, 3_000_000), (375, 520), (0.3, 0.4, 0.3, 0.0)),
    Product("ZZ02", "其它组织经营贷款", OPERATING, BULLET, (12, 24), (0.8, 0.2),
            450_000, 0.6, (100_000, 3_000_000), (375, 520), (0.3, 0.4, 0.3, 0.0)),
)  # fmt: skip
(NH01, NH02, XF01, ZF01, GT01, XW01, LD01, LD02, LD03, LD04, HZ01, JT01, KC01, CY01, PJ01,
 ZZ01, ZZ02) = range(17)  # fmt: skip

CHOICES: dict[int, tuple[tuple[int, ...], tuple[float, ...]]] = {
    cust.FARMER: ((NH01, NH02, XF01, ZF01), (0.56, 0.26, 0.12, 0.06)),
    cust.RESIDENT: ((XF01, ZF01, GT01), (0.56, 0.38, 0.06)),
    cust.SELF: ((GT01, XF01), (0.95, 0.05)),
    cust.SM_OWNER: ((XW01, XF01), (0.97, 0.03)),
    cust.MICRO_FIRM: ((LD01, PJ01), (0.95, 0.05)),
    cust.SMALL_FIRM: ((LD02, LD01, PJ01), (0.75, 0.13, 0.12)),
    cust.MEDIUM_FIRM: ((LD03, PJ01), (0.85, 0.15)),
    cust.LARGE_FIRM: ((LD04,), (1.0,)),
    cust.COOPERATIVE: ((HZ01,), (1.0,)),
    cust.COLLECTIVE: ((JT01,), (1.0,)),
    cust.ORGANISATION: ((ZZ01, ZZ02), (0.5, 0.5)),
}
"""Products a customer group borrows, with odds."""
