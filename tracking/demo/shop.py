"""The demo shop as tables: who comes, from where, with what, to which pages, and how often they do what."""

DAYS = 60
VISITS_A_DAY = 220
LATELY = 9  # visits of the last half hour, whatever the hour: real time is not empty at a first look
HOST = "shop.example.com"
# Share of a day's visits in each hour, UTC.
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 10, 10, 10, 10, 11, 12, 13, 12, 9, 6, 4)
WEEKDAYS = (1.1, 1.12, 1.1, 1.05, 1.0, 0.75, 0.82)
COUNTRIES = {
    "US": 30,
    "GB": 14,
    "DE": 13,
    "FR": 8,
    "CA": 6,
    "NL": 5,
    "IN": 5,
    "AU": 4,
    "ES": 4,
    "BR": 4,
    "SE": 3,
    "JP": 2,
}
LANGUAGES = {"DE": "de-DE", "FR": "fr-FR", "NL": "nl-NL", "ES": "es-ES", "BR": "pt-BR", "SE": "sv-SE", "JP": "ja-JP"}
AGENTS = {  # browser, version, OS, version, device, screen
    ("Chrome", "156", "Windows", "11", "desktop", "1920x1080"): 30,
    ("Safari", "26", "iOS", "26", "phone", "390x844"): 25,
    ("Chrome", "156", "Android", "16", "phone", "412x915"): 20,
    ("Safari", "26", "Mac OS X", "26", "desktop", "1512x982"): 10,
    ("Firefox", "150", "Linux", "", "desktop", "1920x1200"): 6,
    ("Edge", "156", "Windows", "11", "desktop", "1536x864"): 6,
    ("Safari", "26", "iPadOS", "26", "tablet", "820x1180"): 3,
}
ARRIVALS = {  # referrer, query of the landing page
    ("", ""): 34,
    ("https://www.google.com/", ""): 27,
    ("https://www.google.com/", "?utm_source=google&utm_medium=cpc&utm_campaign=spring-sale"): 8,
    ("https://www.bing.com/", ""): 3,
    ("https://chatgpt.com/", ""): 6,
    ("https://www.instagram.com/", ""): 6,
    ("https://www.reddit.com/", ""): 4,
    ("https://www.youtube.com/", ""): 3,
    ("https://news.ycombinator.com/", ""): 2,
    ("", "?utm_source=newsletter&utm_medium=email&utm_campaign=weekly"): 7,
}
PAGES = {
    "/": ("Home", 34),
    "/collections/mugs": ("Mugs", 15),
    "/collections/posters": ("Posters", 11),
    "/products/blue-mug": ("Blue mug", 13),
    "/products/city-poster": ("City poster", 9),
    "/products/tote-bag": ("Tote bag", 7),
    "/blog/how-we-print": ("How we print", 8),
    "/about": ("About us", 4),
}
PRICES = {"/products/blue-mug": 18.0, "/products/city-poster": 34.0, "/products/tote-bag": 22.0}
CATEGORIES = {"/products/blue-mug": "Mugs", "/products/city-poster": "Posters", "/products/tote-bag": "Bags"}
CURRENCIES = {"GB": "GBP", "DE": "EUR", "FR": "EUR", "NL": "EUR", "ES": "EUR"}  # all others pay in dollars
SEARCHES = {"blue mug": 22, "gift": 14, "poster": 12, "tote bag": 10, "christmas": 6, "large mug": 5, "voucher": 4,
            "map of berlin": 4, "t-shirt": 3}  # fmt: skip
GONE = {"/products/red-mug": 5, "/sale": 4, "/blog/summer-market": 2}
OUTSIDE = {"https://www.instagram.com/": 8, "https://www.etsy.com/": 4, "https://maps.example.com/our-shop": 3}
FILES = {"/files/size-guide.pdf": 6, "/files/care-instructions.pdf": 4, "/files/press-kit.zip": 1}
PLANS = {"free": 7, "club": 3}
ACCOUNTS = 40  # companies that order together
# Chances, for each visit or deed.
SEARCHED, MISSED, LEFT_FOR, LOADED = 0.07, 0.012, 0.05, 0.03
MEASURED = 0.3
SIGNED_UP, DESIGNED, FAILED, SHARED, ACCEPTED = 0.09, 0.4, 0.08, 0.08, 0.35
DECLINED, REFUNDED, JOINED_CLUB, LEFT_CLUB, CLUB_PRICE = 0.07, 0.05, 0.5, 0.15, 9.0
