"""The texts that pretrained models are asked."""

import pytest

from encoders.pretrained.phrases import anomaly_prompts, digest, sound_phrases
from tests.support.leaks import captions, leaks

CAMERA = ("security camera footage of ", "CCTV picture of ", "surveillance video of ")
KINDS = {
    "abuse": ("abuses", "mistreats", "beating a child"),
    "arrest": ("arrest",),
    "arson": ("arson", "setting a fire", "set alight"),
    "assault": ("assault", "attack"),
    "burglary": ("burglar", "breaking into", "forces the back door"),
    "explosion": ("explo", "blast"),
    "fighting": ("fight", "brawl"),
    "road accident": ("collision", "hits a pedestrian", "crashes", "traffic accident"),
    "robbery": ("robber", "robs"),
    "shooting": ("shoot", "gunman", "pistol"),
    "shoplifting": ("shoplift", "unpaid"),
    "stealing": ("steal", "pickpocket", "snatches"),
    "vandalism": ("vandal", "scratches"),
    "riot": ("riot",),
    "fall or medical": ("falls", "medical", "first aid"),
    "panic": ("panic", "stampede", "frightened"),
}
SOUNDS = (
    *("single gunshot", "automatic gunfire", "gunshots far away", "explosion", "fireworks"),
    *("window pane", "bottle breaking", "woman screaming", "child screaming", "people screaming"),
    *("shouting", "quarrel", "crying", "laughing", "applauding", "cheering", "chanting", "riot"),
    *("fire alarm", "burglar alarm", "car alarm", "police siren", "ambulance", "fire engine"),
    *("car crash", "skidding", "car horn", "engine starting", "revving", "motorcycle"),
    *("lorry reversing", "train passing", "tram bell", "helicopter", "aeroplane", "drone", "boat"),
    *("slamming", "forced open", "knocking", "footsteps running", "footsteps walking", "gravel"),
    *("stairs", "hammering", "drill", "hand saw", "angle grinder", "metal clanging"),
    *("chain rattling", "keys", "coins", "cash register", "phone ringing", "barking", "growling"),
    *("cat meowing", "birds", "horse", "cattle", "heavy rain", "thunder", "strong wind"),
    *("fire crackling", "splashing", "flood", "gas hissing", "steam", "furniture falling"),
    *("dishes breaking", "body falling", "punches and slaps", "coughing", "snoring"),
    *("breathing hard", "baby crying", "children playing", "school bell", "band", "loud music"),
    *("piano", "television", "speaking calmly", "conversation", "announcement", "murmuring"),
    *("silence", "static noise", "road traffic", "vacuum", "lawn mower", "washing machine"),
    *("air conditioner", "typing", "camera shutter", "skateboard", "bicycle bell", "ball bouncing"),
    *("gym weights", "whistle", "church bell", "clock", "spray paint", "zip", "paper"),
    *("plastic bag", "shop door chime", "lift", "ticket machine", "shutter rattling up"),
    "shutter coming down",
)


def all_prompts():
    return [*anomaly_prompts().normal, *anomaly_prompts().anomalous]


def all_texts():
    sounds = sound_phrases()
    return [*(one.heard for one in sounds), *(one.seen for one in sounds), *all_prompts()]


@pytest.fixture(scope="module")
def written_by_others(shared_data):
    return captions(shared_data)


def test_counts():
    assert len(sound_phrases()) >= 130
    assert len(anomaly_prompts().normal) >= 24
    assert len(anomaly_prompts().anomalous) >= 40


def test_no_text_comes_twice():
    folded = [text.casefold() for text in all_texts()]
    assert [text for text in folded if folded.count(text) > 1] == []


def test_every_text_has_4_to_14_words():
    assert [text for text in all_texts() if not 4 <= len(text.split()) <= 14] == []


def test_texts_are_bare_of_stray_spaces_and_full_stops():
    assert [text for text in all_texts() if text != " ".join(text.split()).rstrip(".")] == []


@pytest.mark.parametrize("sound", SOUNDS)
def test_sound_is_there(sound):
    assert any(f" {sound}" in f" {one.heard}" for one in sound_phrases())


@pytest.mark.parametrize("kind", KINDS)
def test_kind_has_two_prompts_and_no_normal_one(kind):
    prompts = anomaly_prompts()
    assert sum(any(stem in text for stem in KINDS[kind]) for text in prompts.anomalous) >= 2
    assert [text for text in prompts.normal if any(stem in text for stem in KINDS[kind])] == []


def test_naming_the_camera_tells_nothing_of_the_side():
    for opening in CAMERA:
        shares = [
            sum(text.startswith(opening) for text in side) / len(side)
            for side in (anomaly_prompts().normal, anomaly_prompts().anomalous)
        ]
        assert shares == [pytest.approx(0.1, abs=0.05)] * 2


def test_digest_changes_with_text_order_border_and_group():
    whole = digest(["ab", "c"], ["d"])
    assert whole == digest(("ab", "c"), ("d",))
    others = [
        digest(["ab", "C"], ["d"]),
        digest(["c", "ab"], ["d"]),
        digest(["a", "bc"], ["d"]),
        digest(["ab"], ["c", "d"]),
        digest(["ab", "c"]),
    ]
    assert len({whole, *others}) == 6


def test_digest_is_sha256_of_the_json():
    # printf '[["a", "b"]]' | sha256sum
    assert digest(["a", "b"]) == "cccb00f1aa26751ef483ce54ac95ba9c914ccf956651f6453229f53f2b682f98"


def test_leaks_share_7_words_in_a_row():
    caption = "A man in red breaks the old window, then runs off."
    same = "a MAN in red breaks the old window then runs off"
    seven = "someone says a man in red breaks the old"
    six = "someone says a man in red breaks the"
    assert leaks([same, seven, six], [caption]) == [(same, caption), (seven, caption)]


def test_leaks_share_more_than_four_fifths_of_their_words():
    nine_of_ten = ("a b c d e f g h i j", "b a d c f e h g i")
    eight_of_ten = ("a b c d e f g h i", "b a d c f e h g j")
    assert leaks([nine_of_ten[0]], [nine_of_ten[1]]) == [nine_of_ten]
    assert leaks([nine_of_ten[1]], [nine_of_ten[0]]) == [nine_of_ten[::-1]]
    assert leaks([eight_of_ten[0]], [eight_of_ten[1]]) == []


def test_captions_of_both_data_sets_are_compared(written_by_others):
    # 1,900 of UCFCrime-AR and UCA's 23,542.
    assert len(written_by_others) == 1900 + 23542
    one, other = written_by_others[0], written_by_others[-1]
    assert {caption for _, caption in leaks([one, other], written_by_others)} >= {one, other}


def test_no_text_is_taken_from_a_data_set(written_by_others):
    assert leaks(all_texts(), written_by_others) == []
