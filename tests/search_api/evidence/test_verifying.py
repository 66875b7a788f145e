"""Whatever is done to a bundle is named; nothing but the trusted key's signature proves it."""

import hashlib
import json
import shutil
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from search_api.evidence import archive
from search_api.evidence.manifest import MANIFEST, SIGNATURE
from search_api.evidence.signing import Signature, fingerprint
from search_api.evidence.verifying import Verdict, verify_bundle
from segments.errors import UserError
from tests.support.evidence import SIGNER, STRANGER, contents, make_bundle, pack

TRUSTED = fingerprint(SIGNER)
CLIP, CURVE, STILL = "items/001/clip.mp4", "items/001/scores-alan.csv", "items/001/peak-alan.png"
TRACES, PICTURES, PAGE = "items/001/traces-trace.json", "items/001/pictures.csv", "report.html"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    made = make_bundle(folder)
    shutil.rmtree(folder / "library")  # checking needs nothing but the bundle
    shutil.rmtree(folder / "footage")
    return made


@pytest.fixture(scope="module")
def files(bundle: Path) -> dict[str, bytes]:
    return contents(bundle)


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def named(verdict: Verdict) -> tuple[tuple[str, ...], ...]:
    return verdict.altered, verdict.missing, verdict.added, verdict.unmatched


def test_an_untouched_bundle_is_proven_by_the_trusted_key_only(bundle: Path) -> None:
    fine = verify_bundle(bundle, trusted=TRUSTED)
    assert (fine.is_proven, fine.signer) == (True, TRUSTED)
    assert named(fine) == ((), (), (), ())
    assert list(fine.lines())[-2:] == [f"signed by the trusted key {TRUSTED}", "verified"]
    without = verify_bundle(bundle)
    assert (without.is_intact, without.is_proven) == (True, False)
    assert "which came with the bundle and proves nothing" in list(without.lines())[-2]
    other = verify_bundle(bundle, trusted=fingerprint(STRANGER))
    assert (other.is_intact, other.is_proven) == (True, False)
    assert f"not by the trusted one {fingerprint(STRANGER)}" in list(other.lines())[-2]


@pytest.mark.parametrize("is_repacked", [False, True])
@pytest.mark.parametrize("name", [CLIP, CURVE, STILL, TRACES, PICTURES, PAGE, MANIFEST, SIGNATURE])
def test_one_flipped_byte_is_named(
    bundle: Path, files: dict[str, bytes], tmp_path: Path, name: str, is_repacked: bool
) -> None:
    """In the ZIP file itself, where its checksum fails too, or repacked with a right checksum."""
    out = tmp_path / "altered.zip"
    for at in np.random.default_rng(1).integers(len(files[name]), size=8).tolist():
        if is_repacked:
            pack(out, {**files, name: flipped(files[name], at)})
        else:
            whole = bundle.read_bytes()
            out.write_bytes(flipped(whole, whole.index(files[name]) + at))
        verdict = verify_bundle(out, trusted=TRUSTED)
        assert verdict.altered == (name,), at
        assert (verdict.missing, verdict.added) == ((), ())
        assert not verdict.is_proven


def test_every_byte_of_small_files_counts(files: dict[str, bytes], tmp_path: Path) -> None:
    for at in range(len(files[SIGNATURE])):
        content = flipped(files[SIGNATURE], at)
        verdict = verify_bundle(
            pack(tmp_path / "b.zip", {MANIFEST: files[MANIFEST], SIGNATURE: content})
        )
        assert verdict.altered == (SIGNATURE,), at


def test_a_flip_anywhere_in_the_file_proves_nothing_else(bundle: Path, tmp_path: Path) -> None:
    """Either it is found, or it changed nothing that is in the bundle's files."""
    whole, before = bundle.read_bytes(), contents(bundle)
    for at in np.random.default_rng(2).integers(len(whole), size=150).tolist():
        out = tmp_path / "flipped.zip"
        out.write_bytes(flipped(whole, at))
        try:
            verdict = verify_bundle(out, trusted=TRUSTED)
        except UserError:
            continue
        assert not verdict.is_proven or contents(out) == before, at


def test_swapped_removed_and_added_files_are_named(files: dict[str, bytes], tmp_path: Path) -> None:
    swapped = {**files, CURVE: files[STILL], STILL: files[CURVE]}
    verdict = verify_bundle(pack(tmp_path / "swapped.zip", swapped), trusted=TRUSTED)
    assert named(verdict) == ((STILL, CURVE), (), (), ())
    removed = {name: content for name, content in files.items() if name != CLIP}
    verdict = verify_bundle(pack(tmp_path / "removed.zip", removed), trusted=TRUSTED)
    assert named(verdict) == ((), (CLIP,), (), ())
    added = {**files, "items/001/alibi.mp4": b"footage"}
    verdict = verify_bundle(pack(tmp_path / "added.zip", added), trusted=TRUSTED)
    assert named(verdict) == ((), (), ("items/001/alibi.mp4",), ())
    renamed = {(CURVE + "x" if name == CURVE else name): files[name] for name in files}
    verdict = verify_bundle(pack(tmp_path / "renamed.zip", renamed), trusted=TRUSTED)
    assert named(verdict) == ((), (CURVE,), (CURVE + "x",), ())
    for made in (swapped, removed, added, renamed):
        assert not verify_bundle(pack(tmp_path / "b.zip", made), trusted=TRUSTED).is_intact


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_without_manifest_or_signature(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    left = {other: content for other, content in files.items() if other != name}
    verdict = verify_bundle(pack(tmp_path / "b.zip", left), trusted=TRUSTED)
    assert (verdict.missing, verdict.signer, verdict.is_intact) == ((name,), None, False)


def test_a_strangers_signature_is_not_the_trusted_one(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    """Somebody alters a curve, writes its digest into the manifest, and signs that himself."""
    manifest = json.loads(files[MANIFEST])
    made_up = b"start_s,end_s,score,within_span\n"
    digest = hashlib.sha256(made_up).hexdigest()
    manifest["files"][CURVE] = {"sha256": digest, "size_bytes": len(made_up)}
    content = json.dumps(manifest, indent=2).encode()
    forged = {**files, CURVE: made_up, MANIFEST: content}
    unsigned = verify_bundle(pack(tmp_path / "unsigned.zip", forged), trusted=TRUSTED)
    assert named(unsigned) == ((MANIFEST,), (), (), ())
    assert unsigned.signer is None
    forged[SIGNATURE] = Signature.of(content, STRANGER).to_bytes()
    verdict = verify_bundle(pack(tmp_path / "forged.zip", forged), trusted=TRUSTED)
    assert (verdict.is_intact, verdict.is_proven) == (True, False)
    assert verdict.signer == fingerprint(STRANGER)
    assert verify_bundle(tmp_path / "forged.zip").is_proven is False


def test_a_file_that_an_altered_manifest_speaks_of_is_not_blamed(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    digest = json.loads(files[MANIFEST])["files"][CLIP]["sha256"]
    other = "0" * 64
    altered = {**files, MANIFEST: files[MANIFEST].replace(digest.encode(), other.encode())}
    verdict = verify_bundle(pack(tmp_path / "b.zip", altered), trusted=TRUSTED)
    assert named(verdict) == ((MANIFEST,), (), (), (CLIP,))
    assert f"does not match the altered manifest: {CLIP}" in list(verdict.lines())


def test_a_truncated_bundle_is_one_clear_error(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        with pytest.raises(UserError, match=r"cut\.zip is no whole ZIP file, cut off or damaged"):
            verify_bundle(tmp_path / "cut.zip")
    with pytest.raises(UserError, match="cannot be read: No such file"):
        verify_bundle(tmp_path / "none.zip")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        verify_bundle(tmp_path)
    with pytest.raises(UserError, match="is no evidence bundle"):
        verify_bundle(pack(tmp_path / "other.zip", {"a.txt": b"a"}))


@pytest.mark.parametrize(
    "name",
    ["../up.txt", "/etc/x", "a/../../b", "a//b", "C:/x", "a\\..\\b", "./a", "a/", "a\nb"],
)
def test_names_that_lead_elsewhere_are_refused(
    files: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    with pytest.raises(UserError, match="is no plain file inside it"):
        verify_bundle(pack(tmp_path / "b.zip", {**files, name: b"x"}), trusted=TRUSTED)


def test_links_and_repeated_names_are_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    link = zipfile.ZipInfo("items/link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    pack(tmp_path / "link.zip", files)
    with zipfile.ZipFile(tmp_path / "link.zip", "a") as opened:
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(UserError, match="'items/link' is no plain file"):
        verify_bundle(tmp_path / "link.zip")
    pack(tmp_path / "twice.zip", files)
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(tmp_path / "twice.zip", "a") as opened,
    ):
        opened.writestr(CURVE, b"another")
    with pytest.raises(UserError, match=f"it holds '{CURVE}' twice"):
        verify_bundle(tmp_path / "twice.zip")


def test_bombs_are_refused_unopened(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(MANIFEST, bytes(64 << 20))
    with pytest.raises(UserError, match=r"claim to hold 67108864 \(at most 200 times"):
        verify_bundle(tmp_path / "b.zip")
    monkeypatch.setattr(archive, "MAX_FILES", len(files) - 1)
    with pytest.raises(UserError, match=f"a bundle has at most {len(files) - 1}"):
        verify_bundle(pack(tmp_path / "many.zip", files))


def test_a_size_that_lies_is_caught(files: dict[str, bytes], tmp_path: Path) -> None:
    """The list says that a packed megabyte has ten bytes: ten are read, and they are wrong."""
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, bytes(1 << 20) if name == CURVE else content)
    whole = bytearray(path.read_bytes())
    at = whole.rindex(CURVE.encode()) - 46 + 24  # the size in the central directory's entry
    assert struct.unpack_from("<I", whole, at) == (1 << 20,)
    struct.pack_into("<I", whole, at, 10)
    path.write_bytes(whole)
    assert verify_bundle(path, trusted=TRUSTED).altered == (CURVE,)


def test_a_repacked_but_unaltered_bundle_is_still_proven(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        for name in sorted(files, reverse=True):
            opened.writestr(name, files[name])
    assert verify_bundle(tmp_path / "b.zip", trusted=TRUSTED).is_proven
