"""What the tests of PDFs share."""

import pytest
from pypdfium2 import PdfDocument


@pytest.fixture
def text():
    """The words of a PDF, as a reader would select and copy them."""

    def read(pdf):
        with PdfDocument(pdf) as document:
            return "\n".join(page.get_textpage().get_text_range() for page in document)

    return read
