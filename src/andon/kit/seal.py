"""Sealing of secrets that must be read again: Fernet under the installation's key."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """Seals and opens texts. What another installation sealed opens for nobody here."""

    def __init__(self, key: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"andon seal").derive(key.encode())
        self._fernet = Fernet(urlsafe_b64encode(derived))

    def close(self, text: str, at: float) -> str:
        """The sealed text; `at` in seconds since 1970, for `max_age_s` on opening."""
        return self._fernet.encrypt_at_time(text.encode(), int(at)).decode()

    def open(self, sealed: str, at: float, max_age_s: int | None = None) -> str | None:
        """The text; None when it is not ours, was tampered with, or is older than `max_age_s`."""
        try:
            if max_age_s is None:
                return self._fernet.decrypt(sealed.encode()).decode()
            return self._fernet.decrypt_at_time(sealed.encode(), max_age_s, int(at)).decode()
        except InvalidToken:
            return None
