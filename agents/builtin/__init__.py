"""The built-in parts, brought by the same four hooks as anybody's plugin: four agents, the tools, the models."""

from . import development, government, insurance, operations, parts

PLUGINS = (government, insurance, operations, development, parts)

__all__ = ["PLUGINS"]
