"""What leaves MetricPal as a file.

csv_lines, tables      rows of an answer, and their CSV
spool                  rows on their way: typed, compressed, in pieces that survive a kill
formats                CSV, XLSX, JSON and Parquet, each written from a spool in constant memory
jobs                   exports that run in the background: asked for, claimed, gathered, written, downloaded
links                  the signed address of a finished file
pdf, drawing           pages with figures, charts and tables: pdf_of(title, sections)
"""

from analytics.exports.csv_lines import csv_lines, csv_of, csv_of_events, line

__all__ = ["csv_lines", "csv_of", "csv_of_events", "line"]
