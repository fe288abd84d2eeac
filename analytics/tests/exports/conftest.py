"""What the tests of PDFs share."""

import shutil
import subprocess

import pytest


@pytest.fixture
def text(tmp_path):
    """The words on the pages, a page each."""
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext: apt-get install poppler-utils")

    def read(pdf):
        (tmp_path / "it.pdf").write_bytes(pdf)
        done = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "it.pdf", "-"], capture_output=True, text=True, check=True
        )  # fmt: skip
        return done.stdout

    return read
