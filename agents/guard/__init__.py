"""Before and after a model: personal data, danger, hostile words; then claims against their sources."""

from .claims import PUBLIC_NUMBERS, Checked, Checker, Source, numbers
from .personal import Masked, Vault, hide, mask, restore, restore_value
from .screen import Screened, screen
from .triage import Danger, is_called, is_over, lasting, tells_more, triage

__all__ = [
    "PUBLIC_NUMBERS",
    "Checked",
    "Checker",
    "Danger",
    "Masked",
    "Screened",
    "Source",
    "Vault",
    "hide",
    "is_called",
    "is_over",
    "lasting",
    "mask",
    "numbers",
    "restore",
    "restore_value",
    "screen",
    "tells_more",
    "triage",
]
