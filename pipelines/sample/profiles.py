"""How each branch of the sample behaves: what it reaches, where it falls short.

Here belongs the table of profiles; branches take them in turn. Three of eight reach the first
year's targets of their grid scheme, others miss one or several; two lose their pay pool to the
deduction for loans not collected; one loses deposits through the year.
"""

from __future__ import annotations

from dataclasses import dataclass

SANXIA, HUBEI = "sanxia_grid", "hubei_county_grid"
SEGMENTS = (
    "community_resident",
    "rural_household",
    "community_merchant",
    "small_micro_enterprise",
    "park_enterprise",
)
RESIDENT, RURAL, MERCHANT, ENTERPRISE, PARK = range(5)
DOCKING = (
    "rural_large_operator",
    "specialised_cooperative",
    "agri_leading_enterprise",
    "family_farm",
)
"""Segments of the five dockings beside farm households; no coverage rate counts them."""
LARGE_OPERATOR, COOPERATIVE, LEADING, FAMILY_FARM = range(5, 9)
ALL_SEGMENTS = (*SEGMENTS, *DOCKING)


@dataclass(frozen=True)
class Profile:
    """Behaviour of one branch.

    Attributes:
        scheme_id: Grid scheme the branch is bound to.
        pilot_ratio: Pilot units as a share of all, after one and after two plan years.
        grid_ratio: Units whose leaf grid goes live before the plan, in its first and second year.
        gap_units: Villages that no grid will ever hold.
        has_overlap: One community has two live leaf grids.
        archives: Coverage after the first plan year of residents, farm households, merchants and
            firms in pilot units; parks go with firms.
        renewal: Share of due loans renewed without repayment.
        refinance: Share of due loans replaced by a new one after the due date.
        extension: Share of due loans extended.
        default: Share of due loans never paid.
        soft_cap_yuan: Loans above it are paid in cash, never renewed, extended or left unpaid.
        deposit_growth: Growth of deposits a year.
        deposit_dip: Deposits rise early in the first year and fall after.
    """

    scheme_id: str
    pilot_ratio: tuple[float, float]
    grid_ratio: tuple[float, float, float]
    gap_units: int
    has_overlap: bool
    archives: tuple[float, float, float, float]
    renewal: float
    refinance: float
    extension: float
    default: float
    soft_cap_yuan: int
    deposit_growth: float
    deposit_dip: bool

    def archive_curve(self, segment: int) -> tuple[float, float, float]:
        """Coverage of pilot units at the start, after one and after two plan years."""
        resident, rural, merchant, firm = self.archives
        after_one = (resident, rural, merchant, firm, firm)[segment]
        return 0.45 * after_one, after_one, min(0.97, after_one + 0.32)


# fmt: off
PROFILES = (
    #        scheme   pilots        grids live          gap  overlap archives
    #        renewal refinance extension default  cap      growth  dip
    Profile(SANXIA, (0.30, 0.70), (0.25, 0.40, 0.25), 0, False, (0.47, 0.78, 0.58, 0.61),
            0.05,   0.020,    0.020,    0.006,    90_000,  0.085,  False),
    Profile(HUBEI,  (0.40, 1.00), (0.30, 0.40, 0.30), 0, True,  (0.52, 0.82, 0.60, 0.63),
            0.18,   0.060,    0.030,    0.012,    400_000, 0.070,  False),
    Profile(SANXIA, (0.30, 0.70), (0.20, 0.35, 0.30), 0, False, (0.46, 0.74, 0.55, 0.43),
            0.08,   0.030,    0.030,    0.010,    120_000, 0.095,  False),
    Profile(HUBEI,  (0.40, 0.85), (0.20, 0.30, 0.30), 0, False, (0.36, 0.78, 0.57, 0.60),
            0.10,   0.050,    0.050,    0.015,    250_000, 0.060,  False),
    Profile(SANXIA, (0.30, 0.70), (0.30, 0.45, 0.25), 0, False, (0.49, 0.83, 0.62, 0.66),
            0.04,   0.015,    0.020,    0.005,    60_000,  0.105,  False),
    Profile(HUBEI,  (0.35, 1.00), (0.15, 0.30, 0.35), 2, False, (0.45, 0.61, 0.49, 0.44),
            0.12,   0.060,    0.060,    0.030,    300_000, 0.020,  True),
    Profile(SANXIA, (0.20, 0.50), (0.15, 0.20, 0.30), 1, False, (0.42, 0.66, 0.52, 0.57),
            0.09,   0.040,    0.040,    0.020,    150_000, 0.045,  False),
    Profile(HUBEI,  (0.40, 1.00), (0.25, 0.40, 0.35), 0, False, (0.48, 0.81, 0.62, 0.66),
            0.03,   0.010,    0.015,    0.004,    50_000,  0.080,  False),
)
# fmt: on
