"""What should be there: plans, their standards and measures, and the reader of plan files."""

from servicecircle.plan.filters import ANY_SERVICE, Bounds, Condition, Facilities, FacilityFilter, Where
from servicecircle.plan.frozen import FrozenMap
from servicecircle.plan.measures import (
    Composite,
    Connection,
    Coverage,
    Measure,
    Presence,
    Provision,
    Reach,
    Register,
    Requirement,
    Share,
    Stock,
    TravelTime,
)
from servicecircle.plan.plan import Group, Plan, Profile, Service, Source
from servicecircle.plan.reader import bundled_plans, read_plan
from servicecircle.plan.register import Registered
from servicecircle.plan.standard import (
    Alternative,
    Assumption,
    Citation,
    Conflict,
    Method,
    Standard,
    Target,
)
from servicecircle.plan.workbook import read_workbook, write_workbook
from servicecircle.plan.writer import new_plan, plan_text, write_plan

__all__ = [
    "ANY_SERVICE",
    "Alternative",
    "Assumption",
    "Bounds",
    "Citation",
    "Composite",
    "Condition",
    "Conflict",
    "Connection",
    "Coverage",
    "Facilities",
    "FacilityFilter",
    "FrozenMap",
    "Group",
    "Measure",
    "Method",
    "Plan",
    "Presence",
    "Profile",
    "Provision",
    "Reach",
    "Register",
    "Registered",
    "Requirement",
    "Service",
    "Share",
    "Source",
    "Standard",
    "Stock",
    "Target",
    "TravelTime",
    "Where",
    "bundled_plans",
    "new_plan",
    "plan_text",
    "read_plan",
    "read_workbook",
    "write_plan",
    "write_workbook",
]
