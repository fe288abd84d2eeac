import pytest

from tracking.steps.geo import Place, _place, _reader, locate


@pytest.fixture(autouse=True)
def _open_anew():
    _reader.cache_clear()
    yield
    _reader.cache_clear()


def test_without_a_database_there_is_no_country(settings, tmp_path):
    settings.GEOIP_PATH = tmp_path / "missing.mmdb"

    assert locate("8.8.8.8") == Place()


def test_a_broken_database_is_like_none(settings, tmp_path):
    settings.GEOIP_PATH = tmp_path / "broken.mmdb"
    settings.GEOIP_PATH.write_bytes(b"not a database")

    assert locate("8.8.8.8") == Place()


def test_the_database_that_comes_with_the_pages_knows_countries(settings):
    assert settings.GEOIP_PATH.exists(), "npm ci in static/ brings it"
    assert locate("8.8.8.8").country == "US"
    assert locate("2001:4860:4860::8888").country != ""
    assert locate("127.0.0.1") == locate("") == locate("unix:") == Place()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"country_code": "DE"}, Place("DE")),
        (
            {"country": {"iso_code": "DE"}, "subdivisions": [{"iso_code": "BY"}], "city": {"names": {"en": "Munich"}}},
            Place("DE", "BY", "Munich"),
        ),
        ({"continent": {"code": "EU"}}, Place()),
    ],
)
def test_databases_of_either_shape_are_read(found, expected):
    assert _place(found) == expected
