from tracking.tests.quarantine.conftest import drain

__all__ = ["drain"]
