import pytest

from segments.errors import IndexMismatch, LibraryError
from segments.manifest import SpaceManifest, VectorRecord

MANIFEST = SpaceManifest(
    profile="compact",
    vectors=(VectorRecord(name="alan", blocks=("cls.appearance", "avg.appearance"), block_dim=8),),
    levels=("moment", "scene", "video"),
    digests={"alan": "aa", "sound": "bb"},
    default_alpha=0.5,
)


def test_a_manifest_comes_back_as_it_was_saved(tmp_path):
    path = tmp_path / "spaces" / "compact" / "manifest.json"
    MANIFEST.save(path)
    assert SpaceManifest.load(path) == MANIFEST
    assert MANIFEST.specs["alan"].dim == 16


def test_the_same_manifest_is_accepted():
    MANIFEST.require_same(MANIFEST.model_copy())


def test_other_weights_are_named_and_the_command_that_helps():
    other = MANIFEST.model_copy(update={"digests": {"alan": "aa", "sound": "cc", "motion": "dd"}})
    with pytest.raises(IndexMismatch) as caught:
        MANIFEST.require_same(other)
    assert "other weights in motion; other weights in sound." in str(caught.value)
    assert "`retrace index --library NEW --profile compact`" in str(caught.value)


def test_another_profile_is_named():
    with pytest.raises(IndexMismatch, match="profile was 'compact', is 'clip' now"):
        MANIFEST.require_same(MANIFEST.model_copy(update={"profile": "clip"}))


def test_a_missing_or_damaged_manifest_says_so(tmp_path):
    path = tmp_path / "manifest.json"
    with pytest.raises(LibraryError, match="is not a vector space"):
        SpaceManifest.load(path)
    path.write_text('{"profile": 3}')
    with pytest.raises(LibraryError, match="is damaged"):
        SpaceManifest.load(path)
