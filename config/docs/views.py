"""Pages of the documentation, for everybody, signed in or not."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.docs.contents import CONTENTS, SECTIONS, beside
from config.docs.markdown import load
from config.docs.search import find


def page(request: HttpRequest, slug: str = CONTENTS[0]) -> HttpResponse:
    if slug not in CONTENTS:
        raise Http404
    before, after = (each and load(each) for each in beside(slug))
    shown = load(slug)
    return render(request, "docs/page.html", _frame(slug) | {"shown": shown, "before": before, "after": after})


def search(request: HttpRequest) -> HttpResponse:
    question = request.GET.get("q", "")[:200]
    return render(request, "docs/search.html", _frame("") | {"question": question, "hits": find(question)})


def _frame(current: str) -> dict[str, object]:
    sections = [(title, [load(slug) for slug in slugs]) for title, slugs in SECTIONS.items()]
    return {"sections": sections, "current": current}


pages = [
    path("", page, name="docs"),
    path("search/", search, name="docs_search"),
    path("<slug:slug>/", page, name="docs_page"),
]
