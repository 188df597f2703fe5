"""Who acts, in which post, for which region: every action takes one as `by`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from yingbao.journal.errors import NotPermitted, OutOfRegion

#: The region of whoever acts for the whole nation.
NATION = "0"


@dataclass(frozen=True, slots=True)
class Acting:
    """A member of staff in one post. `unit_code` bounds what may be seen and changed: that unit and all below it.

    `department` is the certifying body of a department's user, who sees and hands in that body's lists only.
    """

    staff_id: UUID | None
    name: str
    role: str
    unit_code: str
    unit_name: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    address: str = ""
    department: str = ""

    @classmethod
    def program(cls, unit_code: str, name: str = "系统") -> Self:
        """The program itself, for what nobody asked for by hand: a load, a nightly job."""
        return cls(None, name, "program", unit_code, "", frozenset({"*"}))

    def also(self, permission: str) -> Self:
        """The same with one permission more, for what an action does on behalf of one it has asked for."""
        return replace(self, permissions=self.permissions | {permission})

    def may(self, permission: str) -> bool:
        """Whether the post carries a permission."""
        return permission in self.permissions or "*" in self.permissions

    def require(self, permission: str, unit_code: str | None = None) -> None:
        """Refuse what the post does not carry or what lies outside its region.

        Raises NotPermitted, OutOfRegion.
        """
        if not self.may(permission):
            raise NotPermitted(permission)
        if unit_code is not None and not self.reaches(unit_code):
            raise OutOfRegion(self.unit_name)

    def reaches(self, unit_code: str) -> bool:
        """Whether a unit is the post's own or lies below it."""
        return self.unit_code == NATION or (self.unit_code != "" and unit_code.startswith(self.unit_code))
