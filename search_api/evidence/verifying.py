"""Checking a bundle: needs nothing but the file, and the fingerprint that the verifier trusts."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from search_api.evidence.archive import Archive
from search_api.evidence.manifest import MANIFEST, SIGNATURE, BundleManifest
from search_api.evidence.signing import Signature
from segments.errors import UserError

MAX_MANIFEST_BYTES = 64 << 20
MAX_SIGNATURE_BYTES = 4096


@dataclass(frozen=True)
class Verdict:
    """What was found; each file is named in one list at most."""

    altered: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    """Files that the manifest does not know."""
    unmatched: tuple[str, ...]
    """Files that differ from a manifest which was itself altered, so that either may be wrong."""
    signer: str | None
    """Fingerprint of the key that signed the manifest as it is; None where no signature fits."""
    trusted: str | None
    """Fingerprint that the verifier trusts; None where none was given."""
    num_files: int
    """That the manifest lists."""
    created_at: str | None
    """When the manifest says that it was made."""

    @property
    def is_intact(self) -> bool:
        """Whether everything is as it was signed, by whomever."""
        return self.signer is not None and not (self.altered or self.missing or self.added)

    @property
    def is_proven(self) -> bool:
        """Whether everything is as the holder of the trusted key signed it."""
        return self.is_intact and self.signer == self.trusted

    def lines(self) -> Iterator[str]:
        """For people; a finding per line."""
        yield from (f"altered: {name}" for name in self.altered)
        yield from (f"missing: {name}" for name in self.missing)
        yield from (f"added: {name}" for name in self.added)
        yield from (f"does not match the altered manifest: {name}" for name in self.unmatched)
        if self.is_intact:
            yield f"all {self.num_files} files are as they were signed, {self.created_at}"
        yield self._about_key()
        yield "verified" if self.is_proven else "NOT verified"

    def _about_key(self) -> str:
        if self.signer is None:
            return "wrong signature: no key's signature fits the manifest as it is"
        if self.trusted is None:
            return (
                f"signed by the key {self.signer}, which came with the bundle and proves nothing: "
                "get the fingerprint from the sender by another way and give it with --key"
            )
        if self.signer != self.trusted:
            return f"signed by the key {self.signer}, not by the trusted one {self.trusted}"
        return f"signed by the trusted key {self.signer}"


def verify_bundle(path: Path, *, trusted: str | None = None) -> Verdict:
    """Compares every file with the manifest, and the manifest with its signature.

    Memory is constant, nothing is unpacked to disk, and nothing outside the file is read.

    Args:
        trusted: the fingerprint of the signer's key, as `signing.read_trusted` gives it.

    Raises:
        UserError: the file is not there, cut off, no bundle, or not safe to unpack.
    """
    with Archive.open(path) as archive:
        if not {MANIFEST, SIGNATURE} & set(archive.names):
            raise UserError(f"{path} is no evidence bundle: it has no {MANIFEST}")
        head = _Head.read(archive)
        manifest = _parse_manifest(head.content, is_signed=head.fits)
        differences = _compare(archive, manifest) if manifest else _Differences()
    blamed = head.altered()
    is_known = MANIFEST not in blamed
    known = differences if is_known else _Differences()
    return Verdict(
        altered=(*blamed, *known.altered),
        missing=(*head.missing(), *known.missing),
        added=known.added,
        unmatched=() if is_known else differences.all(),
        signer=head.signature.signer if head.signature and head.fits else None,
        trusted=trusted,
        num_files=len(manifest.files) if manifest else 0,
        created_at=manifest.created_at.isoformat() if manifest else None,
    )


@dataclass(frozen=True)
class _Head:
    """The two files that vouch for all others."""

    names: frozenset[str]
    """Of the two, those that are there."""
    content: bytes | None
    """Of the manifest; None where it is missing or damaged."""
    signature: Signature | None

    @classmethod
    def read(cls, archive: Archive) -> Self:
        names = frozenset({MANIFEST, SIGNATURE} & set(archive.names))
        limits = {MANIFEST: MAX_MANIFEST_BYTES, SIGNATURE: MAX_SIGNATURE_BYTES}
        found = {name: archive.read(name, most_bytes=limits[name]) for name in names}
        return cls(names, found.get(MANIFEST), Signature.parse(found.get(SIGNATURE) or b""))

    @property
    def fits(self) -> bool:
        """Whether the signature is one of the manifest as it is."""
        return bool(self.content and self.signature and self.signature.fits(self.content))

    def missing(self) -> list[str]:
        return [name for name in (MANIFEST, SIGNATURE) if name not in self.names]

    def altered(self) -> list[str]:
        """Which of the two was altered, as far as they tell."""
        if self.signature is None:
            return [SIGNATURE] if SIGNATURE in self.names else []
        digest = hashlib.sha256(self.content or b"").hexdigest()
        is_recorded = self.signature.manifest_sha256 == digest
        if self.fits and is_recorded:
            return []
        blamed = SIGNATURE if self.fits or is_recorded else MANIFEST
        return [blamed] if blamed in self.names else []


@dataclass(frozen=True)
class _Differences:
    """Between the archive and what its manifest lists."""

    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        return tuple(sorted((*self.altered, *self.missing, *self.added)))


def _compare(archive: Archive, manifest: BundleManifest) -> _Differences:
    listed, names = manifest.files, set(archive.names)
    there = sorted(names & set(listed))
    return _Differences(
        altered=tuple(name for name in there if archive.sha256(name) != listed[name].sha256),
        missing=tuple(sorted(set(listed) - names)),
        added=tuple(sorted(names - {MANIFEST, SIGNATURE, *listed})),
    )


def _parse_manifest(content: bytes | None, *, is_signed: bool) -> BundleManifest | None:
    """Raises:
    UserError: it was signed as it is, and this version cannot read it.
    """
    try:
        return BundleManifest.model_validate_json(content or b"")
    except ValidationError as error:
        if is_signed:
            raise UserError(
                f"{MANIFEST} is of a kind that this retrace cannot read: {error}"
            ) from None
        return None
