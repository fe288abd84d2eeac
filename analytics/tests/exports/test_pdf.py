"""PDFs: what stands on the pages, that nothing in them is markup, and that they stay small."""

import time
from xml.etree import ElementTree

import pytest

from analytics.exports.drawing import svg
from analytics.exports.pages import Chart, Figure, Grid, Line, Section
from analytics.exports.papers import chart_of, of_table
from analytics.exports.pdf import MOST_ROWS, _shown, pdf_of
from analytics.tests.world import goal, page_view, store_events
from analytics.views.exports.sources import SOURCES
from config.testing.pictures import JPEG, png
from config.testing.world import NOW
from workspaces import logos

HOSTILE = [
    "#read(\"/etc/passwd\")", "#image(\"/etc/hostname\")", "#import \"@preview/x:1.0.0\"", "*b* _i_ $x$ @r <l> = h",
    "<script>alert(1)</script>", "</text><image href=\"http://169.254.169.254/\"/>", "a\0b\u2028c", "عربي 中文 😀",
]  # fmt: skip


def drawn(chart):
    root = ElementTree.fromstring(svg(chart))
    space = "{http://www.w3.org/2000/svg}"
    return root, [each.text for each in root.iter(f"{space}text")], root.findall(f"{space}path")


def test_figures_chart_and_table_stand_on_the_page(text):
    section = Section(
        "Visitors",
        figures=[Figure("Visitors", "1,234", "+12 %", "good")],
        chart=Chart("line", ["1 Mar", "2 Mar"], [Line("Visitors", [10, 20])]),
        table=Grid(["Page", "Visitors"], [False, True], [["/pricing", "17"]]),
    )

    found = text(pdf_of("Acme", [section], "1 – 2 Mar 2026", "acme.example"))

    for words in ("Acme", "1 – 2 Mar 2026", "1,234", "+12 %", "2 Mar", "/pricing", "17", "acme.example"):
        assert words in found


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_send_is_text_and_nothing_else(text, hostile):
    section = Section(
        hostile, text=hostile, figures=[Figure(hostile, hostile)], table=Grid([hostile], [False], [[hostile]]),
        chart=Chart("bar", [hostile], [Line(hostile, [1])]),
    )  # fmt: skip

    found = text(pdf_of(hostile, [section], hostile, hostile))

    assert "root:" not in found
    assert hostile.split("\0")[0][:12].split(" ")[0] in found


def test_a_long_table_is_cut_with_a_note_and_in_seconds(text):
    rows = [[f"/page/{n} " + "x" * 8000, "1"] for n in range(10_000)]

    start = time.process_time()
    made = pdf_of("Pages", [Section("Pages", table=Grid(["Page", "Visitors"], [False, True], rows))])

    assert time.process_time() - start < 5
    assert f"And {10_000 - MOST_ROWS:,} rows more" in text(made)


def test_a_line_is_interrupted_where_nothing_is_known():
    _, labels, paths = drawn(Chart("line", ["a", "b", "c", "d"], [Line("A", [1, None, 3, 4])]))

    # A dot's empty path, the second run and the area below it.
    assert len([path for path in paths if path.get("fill") == "none"]) == 2
    assert labels[:5] == ["0", "1", "2", "3", "4"]


def test_axis_ends_at_a_round_number():
    _, labels, _ = drawn(Chart("line", ["a", "b"], [Line("A", [0, 1730])]))

    assert [label.replace("\u202f", " ") for label in labels[:5]] == ["0", "500", "1 k", "1.5 k", "2 k"]


def test_bars_are_as_long_as_their_values():
    root, labels, _ = drawn(Chart("bar", ["x", "y"], [Line("n", [100, 25])]))
    widths = [float(each.get("width")) for each in root.iter("{http://www.w3.org/2000/svg}rect")]

    assert widths[0] == pytest.approx(4 * widths[1], abs=0.5)
    assert labels == ["x", "100", "y", "25"]


def test_long_names_of_lines_share_the_width_and_the_past_is_named_once():
    names = [f"Events where Event is {word} or something of the kind" for word in ("bought", "viewed")]
    lines = [Line(name, [1, 2]) for name in names] + [Line(f"before: {name}", [1, 2], True) for name in names]

    drawn = svg(Chart("line", ["1", "2"], lines))

    assert "is bought" in drawn and "is viewed" in drawn
    assert drawn.count(">before<") == 1 and "before:" not in drawn


def test_words_of_a_crowded_table_may_break_and_those_of_a_small_one_stay_whole():
    number = "7" * 19
    crowded, small = (_shown(Section("", table=Grid(["n"] * n, [True] * n, [[number] * n]))) for n in (12, 3))

    assert crowded["table"]["rows"][0][0] == "7" * 12 + "\u200b" + "7" * 7
    assert small["table"]["rows"][0][0] == number


def test_of_nothing_a_chart_can_be_drawn_too():
    drawn(Chart("line", [], [Line("A", [])]))
    drawn(Chart("line", ["a"], [Line("A", [None])]))
    drawn(Chart("bar", [], [Line("A", [])]))


def test_a_table_with_a_time_in_front_becomes_a_line_and_any_other_bars():
    over_time = chart_of(["start", "visits", "before: visits"], [["2026-03-01", 1, 2], ["2026-03-02", 3, None]])
    by_page = chart_of(["page", "kind", "visits"], [["/a", "x", 3], ["/b", None, 1]])

    assert (over_time.kind, over_time.labels) == ("line", ["1 Mar", "2 Mar"])
    assert [(line.values, line.is_before) for line in over_time.lines] == [([1, 3], False), ([2, None], True)]
    assert (by_page.kind, by_page.labels, by_page.lines[0].values) == ("bar", ["/a · x", "/b"], [3, 1])
    assert chart_of(["a"], [["x"]]) is None


def test_a_report_without_rows_says_so():
    assert of_table("Pages", [["page", "visitors"]]) == [Section("Pages", text="Nothing here in this period.")]


@pytest.mark.parametrize("raw", [png(800, 80), JPEG], ids=["PNG", "JPEG"])
def test_a_logo_takes_the_place_of_our_name(acme, owner, clock, text, raw):
    logo = logos.set_logo(acme.organization, raw, actor=owner, now=NOW)
    section = Section("Visitors", text="Nothing")

    assert "MetricPal" in text(pdf_of("Weekly", [section]))
    branded = pdf_of("Weekly", [section], logo=logo)
    assert "MetricPal" not in text(branded) and b"/Subtype/Image" in branded


# --- through the pages


@pytest.fixture
def seen(event_store, acme, clock):
    store_events(acme.dataset_id(), [page_view("10:00", "/a"), page_view("11:00", "/pricing", 2), goal("11:01", "won")])


def paper(client, acme, source, query="period=yesterday"):
    return client.get(f"/w/{acme.slug}/download/{source}/as/pdf/?{query}")


def test_the_overview_as_a_pdf(as_viewer, acme, seen, text):
    answer = paper(as_viewer, acme, "overview")

    found = text(answer.content)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-overview-2026-03-10.pdf"'
    for words in ("Acme: Overview", "9 Mar 2026 · compared with", "Visitors", "/pricing", "won", "acme.example · made"):
        assert words in found


def test_filters_stand_below_the_title(as_viewer, acme, seen, text):
    found = text(paper(as_viewer, acme, "overview", "period=yesterday&f=is,page,/a").content)

    assert "Page is /a" in found
    assert "/pricing" not in found


def test_what_a_report_leaves_aside_does_not_stand_below_its_title(as_viewer, acme, seen, text):
    found = text(paper(as_viewer, acme, "realtime", "period=28d&compare=previous").content)

    assert "10 Mar, 11:3" in found
    assert "compared with" not in found and "Feb" not in found


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_report_has_a_pdf(as_owner, acme, seen, source):
    answer = paper(as_owner, acme, source)

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
