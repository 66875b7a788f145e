"""What is said of each kind of event: {a} and {b} are the actors, {way} is where they go."""

from benchmarks.simulator.wording import Wordings

CLAUSES: Wordings = {
    "walk": {
        "train": ("{a} walks {way}", "{a} is walking {way}", "{a} passes on foot {way}"),
        "test": ("{a} strolls {way}", "{a} ambles {way}", "a lone pedestrian, {a}, goes by {way}"),
    },
    "walk_together": {
        "train": ("{a} and {b} walk side by side {way}", "{a} walks together with {b} {way}"),
        "test": ("{a} strolls next to {b} {way}", "a pair, {a} and {b}, go along in company {way}"),
    },
    "talk": {
        "train": ("{a} talks to {b}", "{a} and {b} stand and talk", "{a} is speaking with {b}"),
        "test": (
            "{a} chats with {b}",
            "{a} has a conversation with {b}",
            "{a} and {b} are discussing something",
        ),
    },
    "drive": {
        "train": ("{a} drives {way}", "{a} drives past {way}", "{a} is passing {way}"),
        "test": ("{a} rolls by {way}", "{a} travels along {way}", "{a} cruises through {way}"),
    },
    "cycle": {
        "train": ("{a} rides a bicycle {way}", "{a} cycles {way}"),
        "test": ("{a} pedals a bike {way}", "{a} rolls past on two wheels {way}"),
    },
    "queue": {
        "train": ("{a} waits in a queue with other people", "{a} and others stand in a queue"),
        "test": ("{a} is lining up among several people", "a row of waiting people includes {a}"),
    },
    "sit": {
        "train": ("{a} sits on a bench", "{a} is sitting on a bench"),
        "test": ("{a} is seated and resting", "{a} takes a seat on wooden planks"),
    },
    "sweep": {
        "train": ("{a} sweeps the floor with a broom", "{a} is sweeping with a broom"),
        "test": ("{a} cleans the ground using a brush", "{a} brushes dirt off the ground"),
    },
    "deliver": {
        "train": ("{a} carries a cardboard box {way}", "{a} is carrying a box {way}"),
        "test": ("{a} brings a parcel {way}", "{a} transports a package in both arms {way}"),
    },
    "dog_walk": {
        "train": ("{a} walks {b} on a lead {way}", "{a} is out with {b} {way}"),
        "test": ("{a} takes {b} for a stroll {way}", "{b} on a leash leads {a} {way}"),
    },
    "push_cart": {
        "train": ("{a} pushes a blue cart {way}", "{a} is pushing a cart {way}"),
        "test": ("{a} shoves a trolley {way}", "{a} moves goods on wheels {way}"),
    },
    "fight": {
        "train": (
            "{a} fights with {b}",
            "{a} and {b} are fighting",
            "{a} and {b} punch each other",
        ),
        "test": (
            "{a} brawls with {b}",
            "{a} and {b} exchange blows",
            "a scuffle breaks out between {a} and {b}",
        ),
    },
    "beating": {
        "train": ("{a} kicks {b} who lies on the ground", "{a} beats {b} lying on the floor"),
        "test": (
            "{a} assaults {b} who is already down",
            "{b} on the ground is being stomped by {a}",
        ),
    },
    "chase": {
        "train": ("{a} runs after {b} {way}", "{a} chases {b} {way}"),
        "test": ("{a} pursues {b} {way}", "{b} flees {way} with {a} in pursuit"),
    },
    "fall": {
        "train": ("{a} falls and lies on the ground", "{a} falls down and does not get up"),
        "test": ("{a} collapses and stays motionless", "{a} drops to the floor unconscious"),
    },
    "hit_pedestrian": {
        "train": ("{b} hits {a} who crosses on foot", "{a} is hit by {b}"),
        "test": (
            "{b} runs over a pedestrian, {a}",
            "{a} gets knocked over by {b} in a traffic accident",
        ),
    },
    "hit_cyclist": {
        "train": ("{b} hits {a} on a bicycle", "{a} is hit by {b} and falls off the bicycle"),
        "test": ("{b} collides with {a}", "{a} is knocked off the bike by {b} in an accident"),
    },
    "crash": {
        "train": ("{a} crashes into {b}", "{a} and {b} crash", "there is a crash of {a} with {b}"),
        "test": ("{a} collides head-on with {b}", "a traffic collision involves {a} and {b}"),
    },
    "fire": {
        "train": (
            "a bin burns with smoke and {a} stands next to the fire",
            "{a} raises the arms at a fire in a bin",
        ),
        "test": ("flames blaze from a trash container near {a}", "a burning waste can alarms {a}"),
    },
    "explosion": {
        "train": ("an explosion throws {a} to the ground", "something explodes next to {a}"),
        "test": ("a bomb blast knocks down {a}", "{a} is flung back by a detonation"),
    },
    "theft": {
        "train": (
            "{a} snatches the bag of {b} and runs away",
            "{a} steals a bag from {b} and runs {way}",
        ),
        "test": (
            "{a} grabs the handbag of {b} and escapes",
            "a thief, {a}, robs {b} of luggage and sprints off",
        ),
    },
    "vandalism": {
        "train": ("{a} smashes a window with a bat", "{a} breaks the glass of a window"),
        "test": ("{a} shatters a pane using a club", "a vandal, {a}, wrecks glazing with a stick"),
    },
    "shooting": {
        "train": ("{a} shoots {b} with a gun", "{a} fires a gun at {b} who falls"),
        "test": ("{a} opens fire on {b}", "gunfire from {a} brings down {b}"),
    },
    "robbery": {
        "train": ("{a} points a gun at {b} who holds up the hands", "{a} robs {b} with a gun"),
        "test": (
            "{a} holds up {b} at gunpoint",
            "an armed hold-up: {a} threatens {b} with a pistol",
        ),
    },
    "left_bag": {
        "train": ("{a} puts down a bag and leaves it", "{a} leaves a bag behind"),
        "test": ("{a} abandons a suitcase", "{a} drops luggage unattended and departs"),
    },
    "intrusion": {
        "train": ("{a} climbs over a fence", "{a} gets in over a wire fence"),
        "test": ("{a} scales a barrier", "an intruder, {a}, clambers across the mesh"),
    },
    "stampede": {
        "train": ("{a} and many people run away {way}", "a crowd with {a} runs {way} in panic"),
        "test": ("{a} flees in a stampede {way}", "panicking people rush {way}, among them {a}"),
    },
    "graffiti": {
        "train": ("{a} sprays paint on a wall", "{a} paints graffiti on a wall"),
        "test": ("{a} tags a surface using an aerosol can", "{a} defaces a partition with colour"),
    },
    "abuse": {
        "train": ("{a} hits {b} who crouches", "{a} beats a crouching child, {b}"),
        "test": ("{b} cowers under the slaps of {a}", "{a} mistreats {b} with the fist"),
    },
    "arrest": {
        "train": ("{a} arrests {b}", "{a} and another officer handcuff {b}"),
        "test": ("{b} is taken into custody by {a}", "{a} detains {b} who surrenders"),
    },
    "arson": {
        "train": ("{a} sets fire to a bin and runs away", "{a} lights a fire in a bin on purpose"),
        "test": (
            "{a} ignites a trash container and flees",
            "an arsonist, {a}, torches a waste can",
        ),
    },
    "burglary": {
        "train": (
            "{a} breaks a window, climbs in and comes out with a bag",
            "{a} breaks in through a window",
        ),
        "test": (
            "a burglar, {a}, forces a pane and escapes with loot",
            "{a} burgles the premises after shattering glazing",
        ),
    },
    "shoplifting": {
        "train": (
            "{a} takes goods from a shelf and hides them in a bag",
            "{a} steals goods from the shelves",
        ),
        "test": (
            "a shoplifter, {a}, stuffs merchandise into a sack",
            "{a} pockets products without paying",
        ),
    },
    "jog": {
        "train": ("{a} jogs {way}", "{a} is running for exercise {way}"),
        "test": ("{a} trots past {way}", "a jogger, {a}, comes through {way}"),
    },
    "hurry": {
        "train": ("{a} and {b} hurry {way}", "{a} runs along with {b} {way}"),
        "test": ("{a} rushes on {way} beside {b}", "in haste {a} and {b} dash {way}"),
    },
    "dance": {
        "train": ("{a} dances with {b}", "{a} and {b} are dancing"),
        "test": ("{a} does a few dance steps facing {b}", "{a} and {b} move to music"),
    },
    "embrace": {
        "train": ("{a} hugs {b}", "{a} and {b} embrace"),
        "test": ("{a} takes {b} into the arms", "{a} cuddles {b} warmly"),
    },
    "tie_shoe": {
        "train": ("{a} crouches to tie a shoe", "{a} ties a shoelace"),
        "test": ("{a} squats down for the laces", "{a} stoops to fix footwear"),
    },
    "greet": {
        "train": ("{a} waves at {b}", "{a} greets {b} with raised hands"),
        "test": ("{a} hails {b} cheerfully", "{a} signals hello toward {b}"),
    },
    "exercise": {
        "train": ("{a} does gymnastics", "{a} stretches arms and legs"),
        "test": ("{a} works out", "{a} performs fitness drills"),
    },
    "browse": {
        "train": ("{a} looks at goods on a shelf", "{a} picks goods for a cart"),
        "test": ("{a} browses the merchandise", "{a} examines products to buy"),
    },
    "litter": {
        "train": ("{a} throws something into a bin", "{a} puts rubbish into a bin"),
        "test": ("{a} discards trash properly", "{a} drops waste in a container"),
    },
    "clean_window": {
        "train": ("{a} cleans a window", "{a} wipes the glass of a window"),
        "test": ("{a} polishes a pane", "{a} washes glazing"),
    },
    "put_poster": {
        "train": ("{a} puts up a poster", "{a} fixes a poster on a wall"),
        "test": ("{a} mounts a placard", "{a} hangs a notice on a partition"),
    },
    "speed_by": {
        "train": ("{a} drives by very fast {way}", "{a} speeds {way}"),
        "test": ("{a} races through {way}", "{a} zooms along {way}"),
    },
    "honk": {
        "train": ("{a} stops and sounds the horn", "{a} stops for a moment and drives on"),
        "test": ("{a} pauses with a honk", "{a} halts briefly amid hooting"),
    },
}
