"""The report of a run: one HTML file that needs no network, prints, and shows the data behind each figure."""

from .page import report_html

__all__ = ["report_html"]
