"""QR codes (ISO/IEC 18004) of what leads a wallet to an offer: as SVG for pages, as PNG for other systems."""

import io
from typing import Final

import segno

_QUIET_ZONE: Final = 4
"""Modules around the code (ISO/IEC 18004 section 6.3.8)."""
_MASK: Final = 3
"""Any mask makes a valid code. Choosing the prettiest of eight takes five times as long as all else; for links of this
length the difference cannot be seen by a camera."""


def svg(text: str) -> str:
    """Return ``text`` as a QR code in an SVG image, black on white whatever is around it, as a ``data:`` address."""
    return _code(text).svg_data_uri(border=_QUIET_ZONE, scale=4, light="#fff", xmldecl=False, omitsize=False)


def png(text: str) -> bytes:
    """Return ``text`` as a QR code in a PNG image of about 500 by 500 pixels."""
    file = io.BytesIO()
    code = _code(text)
    code.save(file, kind="png", border=_QUIET_ZONE, scale=max(1, 500 // code.symbol_size(border=_QUIET_ZONE)[0]))
    return file.getvalue()


def _code(text: str) -> segno.QRCode:
    # Correction level M: 15 % of the symbol may be unreadable, as on a screen with a reflection.
    return segno.make_qr(text, error="m", mask=_MASK, boost_error=False)
