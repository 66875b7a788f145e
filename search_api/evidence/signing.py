"""Who vouches for a bundle: an Ed25519 key (RFC 8032), and a fingerprint that people can compare.

The private key is a PEM file that nobody but its owner may read. A fingerprint is the SHA-256 of
the 32 bytes of the public key, in groups of four hexadecimal digits.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segments.errors import UserError

_HEX_DIGITS, _GROUP = 64, 4
_OTHERS = 0o077


class Signature(BaseModel):
    """The signature of a manifest's exact bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str = Field(pattern="^[0-9a-f]{64}$")
    """32 bytes, hexadecimal. That it is in the bundle proves nothing: anybody can make a key."""
    manifest_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Tells an altered manifest from an altered signature."""
    signature: str = Field(pattern="^[0-9a-f]{128}$")
    """64 bytes, hexadecimal."""

    @classmethod
    def of(cls, manifest: bytes, key: Ed25519PrivateKey) -> Self:
        return cls(
            public_key=_raw(key.public_key()).hex(),
            manifest_sha256=hashlib.sha256(manifest).hexdigest(),
            signature=key.sign(manifest).hex(),
        )

    @classmethod
    def parse(cls, content: bytes) -> Self | None:
        """The signature that was written so; None where a byte of it is another."""
        try:
            found = cls.model_validate_json(content)
        except ValidationError:
            return None
        return found if found.to_bytes() == content else None

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=2).encode()

    def fits(self, manifest: bytes) -> bool:
        """Whether the public key that it names signed these bytes."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), manifest)
        except (ValueError, InvalidSignature):
            return False
        return True

    @property
    def signer(self) -> str:
        """The fingerprint of the public key that it names."""
        return _fingerprint(bytes.fromhex(self.public_key))


def default_key_file() -> Path:
    """Where this user's key lies; XDG_CONFIG_HOME moves it."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "retrace" / "evidence-key.pem"


def load_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The private key of a file; a new one, for its owner's eyes only, where there is no file.

    Raises:
        UserError: the file holds no Ed25519 key, or others may read it.
    """
    if not path.exists():
        _write_new_key(path)
    return load_key(path)


def load_key(path: Path) -> Ed25519PrivateKey:
    """The private key of a file.

    Raises:
        UserError: there is no such file, it holds no Ed25519 key, or others may read it.
    """
    if not path.is_file():
        raise UserError(f"no key file {path}: `retrace evidence key --key {path}` makes one")
    if path.stat().st_mode & _OTHERS:
        raise UserError(f"others may read the key {path}: `chmod 600 {path}`, or make a new one")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UserError(f"{path} holds no private key without password (PEM): {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UserError(f"{path} holds a key of another kind; evidence is signed with Ed25519")
    return key


def fingerprint(key: Ed25519PrivateKey) -> str:
    """Of the key's public half: what the sender tells the receiver by another way."""
    return _fingerprint(_raw(key.public_key()))


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public half as a PEM file."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_trusted(text: str) -> str:
    """The fingerprint that a verifier trusts: written out, or of the public key in a file.

    Args:
        text: 64 hexadecimal digits, whatever parts them and in either case, or the name of a PEM
            file or of a file that holds a fingerprint.

    Raises:
        UserError: it is none of these.
    """
    if not Path(text).is_file():
        return parse_fingerprint(text)
    content = Path(text).read_bytes()
    if b"-----BEGIN" not in content:
        return parse_fingerprint(content.decode(errors="replace"), shown=text)
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise UserError(f"{text} holds no public key (PEM)") from None
    if not isinstance(key, Ed25519PublicKey):
        raise UserError(f"{text} holds a key of another kind; evidence is signed with Ed25519")
    return _fingerprint(_raw(key))


def parse_fingerprint(text: str, *, shown: str | None = None) -> str:
    """A fingerprint as it was written out, in its one form.

    Args:
        shown: what the message names instead of the text.

    Raises:
        UserError: it has not 64 hexadecimal digits.
    """
    digits = re.sub(r"[\s:-]", "", text).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{_HEX_DIGITS}}}", digits):
        raise UserError(
            f"{(shown or text)[:80]!r} is neither a fingerprint of {_HEX_DIGITS} hexadecimal "
            "digits, as `retrace evidence key` prints it, nor a file with a public key"
        )
    return _grouped(digits)


def _fingerprint(raw: bytes) -> str:
    return _grouped(hashlib.sha256(raw).hexdigest())


def _grouped(digits: str) -> str:
    return ":".join(digits[at : at + _GROUP] for at in range(0, _HEX_DIGITS, _GROUP))


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _write_new_key(path: Path) -> None:
    """Writes beside and links: where two processes make a key at once, one of them wins."""
    content = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()
