"""Examples of functions of carekit/sample that are not on the face."""

from carekit.sample.expected import share_of
from carekit.sample.texts.dice import Dice
from carekit.sample.texts.habits import shorten, slip
from carekit.sample.texts.personal import check_digits
from carekit.sample.truth.content import jensen_shannon


def test_example_of_share_of():
    assert (
        round(share_of("x", addressed=True, angry=False) / share_of("x", angry=False), 2)
    ) == 0.75


def test_example_of_dice():
    dice = Dice([0.0, 0.99, 0.5])
    assert (dice.pick("ab"), dice.pick("ab"), dice.chance(0.4)) == ("a", "b", False)


def test_example_of_slip():
    assert (slip("My delivery is late", Dice([0.0, 0.2, 0.9]))) == "My delviery is late"


def test_example_of_shorten():
    assert (shorten("Are you there, please", "en")) == "Are u there, pls"


def test_example_of_check_digits():
    assert (check_digits("GB", "WEST12345698765432")) == "82"


def test_example_of_jensen_shannon():
    assert (jensen_shannon((1.0, 0.0), (0.0, 1.0))) == 1.0
