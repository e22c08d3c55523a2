"""Which roles there are and who may give them, what a name must be, and what a roster and a list of people must be."""

from reporting.bureaus.rules.contacts import ContactRow, Giver, KnownPerson, plan_contacts
from reporting.bureaus.rules.names import KINDS, LIMITS, LONGEST_ALIAS, Names, Problem, name_problems
from reporting.bureaus.rules.plans import Change, Line, Outcome, Plan, RowProblem
from reporting.bureaus.rules.roles import DESK_ROLES, REPORTING_ROLES, Role, givable_roles
from reporting.bureaus.rules.roster import KnownBureau, RosterRow, plan_roster, roster_problems

__all__ = [
    "DESK_ROLES",
    "KINDS",
    "LIMITS",
    "LONGEST_ALIAS",
    "REPORTING_ROLES",
    "Change",
    "ContactRow",
    "Giver",
    "KnownBureau",
    "KnownPerson",
    "Line",
    "Names",
    "Outcome",
    "Plan",
    "Problem",
    "Role",
    "RosterRow",
    "RowProblem",
    "givable_roles",
    "name_problems",
    "plan_contacts",
    "plan_roster",
    "roster_problems",
]
