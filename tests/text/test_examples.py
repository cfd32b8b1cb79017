"""Examples of functions of carekit/text that are not on the face."""

from carekit.text.abuse import score_abuse
from carekit.text.handoffs import flag_handoffs
from carekit.text.language import other_script
from carekit.text.lexicon import english_forms, french_forms
from carekit.text.questions import flag_questions
from carekit.text.tone import score_tone


def test_example_of_score_abuse():
    assert (
        score_abuse(["You are all idiots", "This stupid box is broken"], lang="en").to_list()
    ) == [0.7, 0.3]


def test_example_of_flag_handoffs():
    assert (flag_handoffs(["Please DM us your order number", "We've sent you a DM"]).to_list()) == [
        "requested",
        "announced",
    ]
    assert (flag_handoffs(["Le secteur privé recrute", "Contactez-nous en MP svp"]).to_list()) == [
        "none",
        "requested",
    ]


def test_example_of_other_script():
    assert (other_script(["привет", "salut", "😀"]).tolist()) == [True, False, False]


def test_example_of_english_forms():
    assert (sorted(english_forms("terrible", "adj"))) == ["terrible", "terribly"]
    assert (sorted(english_forms("deny", "verb"))) == ["denied", "denies", "deny", "denying"]


def test_example_of_french_forms():
    assert (sorted(french_forms("honteux", "adj"))) == [
        "honteuse",
        "honteusement",
        "honteuses",
        "honteux",
    ]
    assert (sorted(french_forms("content", "adj"))[:4]) == [
        "content",
        "contente",
        "contentement",
        "contentes",
    ]


def test_example_of_flag_questions():
    assert (flag_questions(["where is my bag", "Bag lost."], lang="en").to_list()) == [True, False]
    assert (
        flag_questions(["savez vous quand ça rouvre"], lang="fr", definition="mark").to_list()
    ) == [False]


def test_example_of_score_tone():
    assert (
        score_tone(["Thanks, great crew!", "2 hours on hold, no answer"], lang="en").tone.to_list()
    ) == ["positive", "negative"]
    assert (score_tone(["Ma box ne marche toujours pas"], lang="fr").tone.to_list()) == ["negative"]
