"""Public sets in their own formats, as samples that can be run or as component records that can be scored."""

from .records import Component, Imported, json_lines, read_components, write_imported
from .sets import FORMATS, import_set

__all__ = ["FORMATS", "Component", "Imported", "import_set", "json_lines", "read_components", "write_imported"]
