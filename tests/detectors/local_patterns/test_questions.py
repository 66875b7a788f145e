"""Captions as questions: a table written by hand, and what is refused."""

import pytest

from detectors.local_patterns.questions import to_question

_TABLE = """
# auxiliaries and progressive
The man is pushing a stroller on the street.
  Is the man pushing a stroller on the street?
The man is pushing a stroller.
  Is the man pushing a stroller?
two men are walking on the sidewalk
  are two men walking on the sidewalk?
A woman was sitting on a bench.
  Was a woman sitting on a bench?
the dogs were running across the road
  were the dogs running across the road?
He is riding a bicycle.
  Is he riding a bicycle?
I am waiting for the bus.
  Am I waiting for the bus?
The people are not moving.
  Are the people not moving?
The man isn't wearing a helmet.
  Isn't the man wearing a helmet?
a person is lying on the ground while others run
  is a person lying on the ground while others run?
the car is red
  is the car red?
# there is
There is a man on the roof.
  Is there a man on the roof?
there are many people in the square
  are there many people in the square?
There's a dog in the street.
  Is there a dog in the street?
there is a man who is riding a bike
  is there a man who is riding a bike?
# passives
A man is being arrested by two officers.
  Is a man being arrested by two officers?
the car was hit by a truck
  was the car hit by a truck?
a man being chased by a dog
  is a man being chased by a dog?
a car hit by a truck
  is a car hit by a truck?
bags have been left on the platform
  have bags been left on the platform?
# modals
A person can be seen near the door.
  Can a person be seen near the door?
the cyclist might fall
  might the cyclist fall?
two people could be fighting
  could two people be fighting?
a trash can is burning
  is a trash can burning?
a trash can on the sidewalk
  is there a trash can on the sidewalk?
# have
A man has a backpack on his shoulder.
  Does a man have a backpack on his shoulder?
the woman has fallen on the stairs
  has the woman fallen on the stairs?
two boys have a skateboard
  do two boys have a skateboard?
the driver had stopped the van
  had the driver stopped the van?
# present simple
A man walks down the street.
  Does a man walk down the street?
a woman holds a bag and talks on her phone
  does a woman hold a bag and talk on her phone?
the cyclist crosses the road
  does the cyclist cross the road?
A boy carries a box.
  Does a boy carry a box?
the bus stops at the corner
  does the bus stop at the corner?
a man quickly runs away
  does a man quickly run away?
a child tries to climb the fence
  does a child try to climb the fence?
a man wearing a hat walks past a shop
  does a man wearing a hat walk past a shop?
Smoke rises from the building.
  Does smoke rise from the building?
she watches the traffic
  does she watch the traffic?
# plural present
people walk through the park
  do people walk through the park?
Two dogs run in the grass.
  Do two dogs run in the grass?
a man and a woman cross the street
  do a man and a woman cross the street?
several cars wait at the light
  do several cars wait at the light?
pedestrians on the bridge look at the river
  do pedestrians on the bridge look at the river?
a group of people stand around a car
  do a group of people stand around a car?
# past simple
A man walked into the store.
  Did a man walk into the store?
the truck stopped suddenly
  did the truck stop suddenly?
a boy rode his bike down the hill
  did a boy ride his bike down the hill?
three men carried a ladder
  did three men carry a ladder?
the man threw a bottle and ran
  did the man throw a bottle and run?
a cyclist fell off his bicycle
  did a cyclist fall off his bicycle?
the man smoked
  did the man smoke?
# progressive without auxiliary
a man riding a bike
  is a man riding a bike?
two women walking with umbrellas
  are two women walking with umbrellas?
a man and a woman walking a dog
  are a man and a woman walking a dog?
A group of people standing in front of a building
  Is a group of people standing in front of a building?
a lot of people waiting on the platform
  are a lot of people waiting on the platform?
people riding bikes on a road
  are people riding bikes on a road?
a man with a beard holding a sign
  is a man with a beard holding a sign?
a man in a hat and a coat riding a horse
  is a man in a hat and a coat riding a horse?
a man in black and a woman in white walking side by side
  are a man in black and a woman in white walking side by side?
walking down the street
  is someone walking down the street?
a child building a snowman
  is a child building a snowman?
a black and white dog running on the beach
  is a black and white dog running on the beach?
a man riding a bike and a woman walking a dog
  is a man riding a bike and a woman walking a dog?
# participles without auxiliary
a car parked on the side of the road
  is a car parked on the side of the road?
two men dressed in black
  are two men dressed in black?
a street covered in snow
  is a street covered in snow?
# noun phrases
a man on a bicycle
  is there a man on a bicycle?
a red car in a parking lot
  is there a red car in a parking lot?
two parked cars and a bus
  are there two parked cars and a bus?
street lights at night
  are there street lights at night?
no people in the room
  are there no people in the room?
a man who is wearing a hat
  is there a man who is wearing a hat?
A building with a swimming pool.
  Is there a building with a swimming pool?
a man in riding gear
  is there a man in riding gear?
# relative clauses
a man who is wearing a hat is riding a bike
  is a man who is wearing a hat riding a bike?
the dog that barks is black
  is the dog that barks black?
# coordination
a man is walking and a woman is running
  is a man walking and is a woman running?
a man walks and a woman runs
  does a man walk and does a woman run?
the man is walking and talking
  is the man walking and talking?
# possessives
a man's dog is running
  is a man's dog running?
The man's bags are on the floor.
  Are the man's bags on the floor?
his bike falls over
  does his bike fall over?
he's running away
  is he running away?
# settings and prefaces
In the background, a man is running.
  In the background, is a man running?
on the street a man is walking
  on the street, is a man walking?
a black and white photo of a man riding a bike
  is a man riding a bike?
A close-up of a car.
  Is there a car?
A blurry image of two people fighting
  Are two people fighting?
# capitals and punctuation
John is riding a horse.
  Is John riding a horse?
SWAT officers enter the house.
  Do SWAT officers enter the house?
A man is running!
  Is a man running?
Is the man running?
  Is the man running?
A man falls. A dog barks.
  Does a man fall? Does a dog bark?
inside a bus
  is this inside a bus?
a man, wearing a red shirt, is walking
  is a man, wearing a red shirt, walking?
Then the white car drove away.
  Did the white car drive away?
a man in a red coat and others stand in a queue
  do a man in a red coat and others stand in a queue?
A white car passed by on the road.
  Did a white car pass by on the road?
The man then slowly left the room.
  Did the man then slowly leave the room?
a man in a red coat examines the shelf
  does a man in a red coat examine the shelf?
a bag left on a bench
  is a bag left on a bench?
two people continued to search the shelves
  did two people continue to search the shelves?
"""
"""A caption, and the question under it."""


def _cases() -> list[tuple[str, ...]]:
    lines = [line.strip() for line in _TABLE.splitlines() if line and line[0] != "#"]
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.mark.parametrize(("caption", "question"), _cases())
def test_a_caption_becomes_the_question_that_it_answers(caption: str, question: str) -> None:
    assert to_question(caption) == question


def test_a_question_stays_as_it_is() -> None:
    for _, question in _cases():
        assert to_question(question) == question


@pytest.mark.parametrize("caption", ["", "  ", "..."])
def test_a_caption_without_words_is_refused(caption: str) -> None:
    with pytest.raises(ValueError, match="without words"):
        to_question(caption)


@pytest.mark.parametrize(
    "word", ["a", "is", "riding", "the", "in", "I", "CCTV", "and", "12", "'s", "walks"]
)
def test_a_single_word_is_a_question_too(word: str) -> None:
    assert to_question(word).endswith("?")
