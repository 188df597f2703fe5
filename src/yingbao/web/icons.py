"""The drawings of the pages: one path each on a 24 × 24 field, drawn with a line."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "home": "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-5.500 8-5.500s7 1.500 8 5.500",
    "people": "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c.5-4 3-5.500 6-5.500s5.500 1.500 6 5.500M16 4.500a3.500 3.500 0 0 1 0 6.500M18 15c2 .7 3 2.500 3.500 5",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
    "register": "M6 3h12v18H6zM9 8h6M9 12h6M9 16h3",
    "card": "M3 6h18v12H3zM3 10h18M7 15h3",
    "scales": "M12 4v16M7 20h10M5 7h14M5 7l-3 6h6zM19 7l-3 6h6z",
    "uncovered": "M10 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c.5-4 3-5.500 7-5.500 1.500 0 3 .2 4 .7M17 13v4M17 20h.01",
    "chart": "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
    "book": "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
    "history": "M12 21a9 9 0 1 0-9-9M3 6v6h6M12 7v5l3 2",
    "down": "M6 9l6 6 6-6",
    "right": "M9 6l6 6-6 6",
    "arrow": "M5 12h14M13 6l6 6-6 6",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "check": "M5 12.500l4.500 4.500L19 7.500",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
    "warning": "M12 4L2.500 20h19zM12 10v4.500M12 17.500h.01",
    "lock": "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
    "tray": "M4 13l3-8h10l3 8v6H4zM4 13h5l1 3h4l1-3h5",
    "pin": "M12 21s7-6.500 7-11a7 7 0 0 0-14 0c0 4.500 7 11 7 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
    "download": "M12 4v11M7 11l5 5 5-5M5 20h14",
    "print": "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
    "plug": "M9 3v6M15 3v6M6 9h12v3a6 6 0 0 1-12 0zM12 18v3",
    "close": "M6 6l12 12M18 6L6 18",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
}
