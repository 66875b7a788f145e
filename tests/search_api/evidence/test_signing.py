import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from search_api.evidence import signing
from segments.errors import UserError
from tests.support.evidence import SIGNER, STRANGER

# RFC 8032, section 7.1, test 1: an empty message
RFC_KEY = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
RFC_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
RFC_SIGNATURE = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
    "46bd25bf5f0595bbe24655141438e7a100b"
)


def test_signatures_are_ed25519() -> None:
    key = signing.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC_KEY))
    made = signing.Signature.of(b"", key)
    assert (made.public_key, made.signature) == (RFC_PUBLIC, RFC_SIGNATURE)
    assert made.fits(b"")
    assert not made.fits(b"x")
    assert signing.Signature.parse(made.to_bytes()) == made
    assert signing.Signature.parse(made.to_bytes() + b"\n") is None


def test_a_fingerprint_is_the_digest_of_the_raw_public_key() -> None:
    raw = SIGNER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shown = signing.fingerprint(SIGNER)
    assert shown.replace(":", "") == hashlib.sha256(raw).hexdigest()
    assert {len(group) for group in shown.split(":")} == {4}


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "config" / "key.pem"
    made = signing.load_or_make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again = signing.load_or_make_key(path)
    assert signing.fingerprint(again) == signing.fingerprint(made)
    assert [found.name for found in path.parent.iterdir()] == ["key.pem"]
    path.chmod(0o640)
    with pytest.raises(UserError, match="others may read the key"):
        signing.load_or_make_key(path)


def test_the_users_own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert signing.default_key_file() == tmp_path / "retrace" / "evidence-key.pem"
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert signing.default_key_file() == tmp_path / ".config" / "retrace" / "evidence-key.pem"


def test_files_that_hold_no_such_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(UserError, match="no key file"):
        signing.load_key(path)
    path.write_text("hello")
    path.chmod(0o600)
    with pytest.raises(UserError, match="holds no private key"):
        signing.load_key(path)
    other = generate_private_key(SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(UserError, match="a key of another kind"):
        signing.load_key(path)
    path.write_bytes(
        other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(UserError, match="a key of another kind"):
        signing.read_trusted(str(path))


def test_what_a_verifier_may_name(tmp_path: Path) -> None:
    shown = signing.fingerprint(SIGNER)
    assert signing.read_trusted(shown.replace(":", " ").upper()) == shown
    assert signing.read_trusted(shown.replace(":", "")) == shown
    (tmp_path / "signer.pem").write_bytes(signing.public_pem(SIGNER))
    assert signing.read_trusted(str(tmp_path / "signer.pem")) == shown
    (tmp_path / "signer.txt").write_text(f"{shown}\n")
    assert signing.read_trusted(str(tmp_path / "signer.txt")) == shown
    assert shown != signing.fingerprint(STRANGER)
    for wrong in ("", "abcd", shown + "00", "g" * 64):
        with pytest.raises(UserError, match="is neither a fingerprint of 64"):
            signing.read_trusted(wrong)
