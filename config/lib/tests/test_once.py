"""{% once %}: rendered once a page."""

from django.template import engines

LINK = '{% once "components/_nav_link.html" %}'


def test_a_fragment_that_stands_twice_is_rendered_once(rf):
    """The second place shows what the first shows, though what it is made of is another by then."""
    page = engines["django"].from_string(f'{LINK}|{{% with label="Second" %}}{LINK}{{% endwith %}}')

    first, second = page.render({"href": "/", "icon": "key", "label": "First"}, rf.get("/")).split("|")

    assert first == second
    assert "First" in first


def test_another_page_renders_it_anew(rf):
    page = engines["django"].from_string(LINK)

    texts = [page.render({"href": "/", "icon": "key", "label": label}, rf.get("/")) for label in ("First", "Second")]

    assert ["First" in texts[0], "Second" in texts[1], "First" in texts[1]] == [True, True, False]
