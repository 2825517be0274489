"""Chat models: the built-in offline one, any OpenAI-compatible endpoint, and a scripted one for tests and demos."""

from .endpoint import EndpointModel, Limits, open_endpoint
from .offline import OfflineModel
from .scripted import ScriptedModel, open_script

__all__ = ["EndpointModel", "Limits", "OfflineModel", "ScriptedModel", "open_endpoint", "open_script"]
