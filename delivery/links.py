"""Links into the staff desk."""

from dataclasses import dataclass
from urllib.parse import quote

from leads.outbox import Claim


@dataclass(frozen=True, slots=True)
class Links:
    """`public_url` is the address under which staff see Hairline."""

    public_url: str

    def to(self, delivery: Claim) -> str:
        """Give the page of what a delivery is about: the lead, else the conversation."""
        if delivery.lead_reference is not None:
            return f"{self.public_url}/desk/leads/{quote(delivery.lead_reference, safe='')}"
        return f"{self.public_url}/desk/conversations/{quote(delivery.conversation_id or '', safe='')}"
