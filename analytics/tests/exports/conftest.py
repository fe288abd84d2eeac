"""What the tests of PDFs share."""

from io import BytesIO

import pytest
from pypdf import PdfReader


@pytest.fixture
def text():
    """The words of a PDF, line by line as they stand on its pages."""

    def read(pdf):
        return "\n".join(page.extract_text(extraction_mode="layout") for page in PdfReader(BytesIO(pdf)).pages)

    return read
