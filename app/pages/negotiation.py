"""Which of several forms of one thing a reader asked for (RFC 9110 section 12.5.1)."""

from collections.abc import Sequence


def _preferences(header: str) -> list[tuple[str, float]]:
    preferences = []
    for item in header.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.lower().startswith("q="):
                try:
                    quality = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        if name:
            preferences.append((name.lower(), quality))
    return preferences


def media_type(accept: str | None, offered: Sequence[str]) -> str:
    """Return the one of ``offered`` that ``accept`` likes best; the first of them on a tie or when none is named."""

    def quality(offer: str) -> float:
        family = offer.split("/", 1)[0]
        matches = [
            (0 if name == "*/*" else 1 if name == f"{family}/*" else 2, q)
            for name, q in _preferences(accept or "*/*")
            if name in (offer, f"{family}/*", "*/*")
        ]
        return max(matches)[1] if matches else 0.0

    return max(offered, key=quality)
