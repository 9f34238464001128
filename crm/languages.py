"""What administrators name stands in both languages; who reads gets his own."""

from django.utils.translation import get_language


def in_language(english: str, danish: str) -> str:
    """Danish where the reader wants it and there is any."""
    return danish if get_language() == "da" and danish else english
