"""Composes the text of every post from fragments, and says what is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from carekit.sample import plan
from carekit.sample.roster import Brand
from carekit.sample.texts import fragments, personal
from carekit.sample.texts.dice import Dice
from carekit.sample.texts.habits import NARROW, NO_BREAK, shorten, slip, spaced

LONGEST = {"x": 140, "google_play": 350}
EMOJI = {
    "negative": ["😡", "😠", "🙄", "😤", "👎"],
    "angry": ["😡😡", "🤬", "😡", "👎👎"],
    "neutral": ["🙂", "🤔", ""],
    "positive": ["😊", "👍", "❤️", "🙏", "😍"],
}
EXTRAS = {"facebook": 1, "google_play": 1, "blog": 3, "forum": 3}
REPLY_DETAILS = {"facebook": 1, "google_play": 1, "forum": 3, "blog": 3}
FREE_LINE = {
    "US": "1-800-555-01{n}",
    "CA": "1-800-555-01{n}",
    "GB": "0808 157 01{n}",
    "IE": "1800 000 0{n}",
    "AU": "1800 975 7{n}",
}


class Post(NamedTuple):
    """What the composer needs to know of a post."""

    kind: str
    network: str
    lang: str
    category: str
    tone: str
    mood: str
    question: bool
    marked: bool
    irony: bool
    abuse: bool
    exposes: bool
    plain: bool
    incident: int
    account: str | None
    to: str  # pseudonym of the author answered
    to_tone: str
    redirects: str
    handoff: str | None

    @property
    def angry(self) -> bool:
        return self.mood == "angry"


@dataclass
class Written:
    """A text and what it holds."""

    text: str
    pii: list[str] = field(default_factory=list)
    irony: bool = False
    abuse: bool = False


class Composer:
    """Writes one text after the other."""

    def __init__(self, firm: Brand, post: Post, dice: Dice) -> None:
        self.firm, self.post, self.dice = firm, post, dice
        self.words = fragments(post.lang)
        # posts of one incident share their numbers, hence their core and their question
        self.common = dice if post.incident < 0 else Dice.of_number(post.incident)
        self.slots = self._slots(self.common)
        self.pii: list[str] = []

    def _slots(self, dice: Dice) -> dict[str, Any]:
        words, sector = self.words, self.firm.sector
        if self.post.lang == "fr":
            goods, the_goods = dice.pick(words.goods_pairs[sector])
        else:
            goods = the_goods = dice.pick(words.goods[sector])
        return {
            "brand": self.firm.brand,
            "goods": goods,
            "the_goods": the_goods,
            "service": dice.pick(words.service[sector]),
            "when": dice.pick(words.when),
            "since": dice.pick(words.since),
            "span": dice.pick(words.span),
            "amount": dice.pick(_amounts(self.firm, words, self.post.lang)).format(
                n=dice.number(5, 240)
            ),
        }

    def say(self, fragments: list[str], *, common: bool = False) -> str:
        """One fragment, its slots filled, with a capital."""
        made = (self.common if common else self.dice).pick(fragments).format(**self.slots)
        return made[:1].upper() + made[1:]

    def ask(self, questions: list[str], marked: bool, *, common: bool = False) -> str:
        """A question; without its mark it ends as people end it."""
        made = self.say(questions, common=common)
        if marked:
            return made + (" ?" if self.post.lang == "fr" else "?")
        polite = [".", "", " svp", "..."] if self.post.lang == "fr" else [".", "", " please", "..."]
        return made + self.dice.pick(polite)

    def expose(self) -> str:
        """A sentence with made-up personal data; its kind is noted."""
        dice, words = self.dice, self.words
        # an address or an IBAN leaves no room on X
        shares = personal.SHORT_SHARE if self.post.network == "x" else personal.KIND_SHARE
        kind = dice.weighted(personal.KINDS, shares)
        made = personal.value(
            dice,
            kind,
            lang=self.post.lang,
            country=self.firm.country,
            places=words.places,
            towns=words.towns,
        )
        self.pii.append(kind)
        said = dice.pick(words.personal[kind]).format(**{kind: made})
        return said[:1].upper() + said[1:] + dice.pick([".", "", ""])

    def opening(self) -> Written:
        post, dice, words = self.post, self.dice, self.words
        # what must stay, in order; in short words where there is no room
        head, need = self._needed(tight=False)
        if len(_joined(head, list(enumerate(need)))) > LONGEST.get(post.network, 4000):
            head, need = self._needed(tight=True)
        spare: list[tuple[int, str]] = []  # (place, text): left out where there is no room
        said: set[str] = set()
        tone = "neutral" if post.plain else post.tone  # as it shows
        for _ in range(EXTRAS.get(post.network, 0)):
            extra = self.say(words.extra[tone])
            if post.category != "troll" and dice.chance(0.6) and extra not in said:
                spare.append((1 + post.irony, extra))
                said.add(extra)
        if post.plain or (post.tone == "neutral" and dice.chance(0.2)):
            spare.append((len(need), self.say(words.flat)))
        elif dice.chance(0.85 if post.angry else 0.45) and post.category != "troll":
            spare.append((len(need), self.say(words.emotion[post.mood])))
        if dice.chance(0.12):
            spare.append((len(need) + 1, dice.pick(words.tags[tone])))
        if dice.chance(0.10) and not post.irony:
            spare.append((len(need) + 2, dice.pick(EMOJI["angry" if post.angry else tone])))
        if dice.chance(0.35) and post.category != "troll":
            spare.append((-1, self.say(words.greeting) + ","))
        text = self._fit(head, need, spare)
        return Written(self._style(text), self.pii, post.irony, post.abuse)

    def _needed(self, *, tight: bool) -> tuple[str, list[str]]:
        """Address, irony, core, personal data, question and insult, as the labels want them."""
        post, words = self.post, self.words

        def among(fragments: list[str]) -> list[str]:
            return [min(fragments, key=len)] if tight else fragments

        self.pii.clear()
        need = [self.say(among(words.irony))] if post.irony else []
        sober = post.plain or post.incident >= 0
        cores = words.cores[post.category]["neutral" if sober else post.tone]
        core = self.say(among(cores), common=True)
        need.append(core + self._stop(post.mood))
        if post.exposes:
            need.append(self.expose())
        if post.question:
            questions = among(words.questions[post.category])
            need.append(self.ask(questions, post.marked, common=True))
        elif post.marked:
            need.append(self.say(among(words.rhetorical)))
        if post.abuse and post.category != "troll":
            need.append(self.say(among(words.abuse)))
        return self._address(core), need

    def _address(self, core: str) -> str:
        """Whom the text names: the handle where the network has it, else the brand."""
        post = self.post
        if post.network in ("x", "instagram") and post.account:
            return "@" + post.account
        if post.account is None and self.firm.brand not in core:
            tag = "#" + self.firm.handle
            return self.dice.pick([tag, self.firm.brand + (" :" if post.lang == "fr" else ":")])
        return ""

    def _fit(self, head: str, need: list[str], spare: list[tuple[int, str]]) -> str:
        """Head, needed parts and as many spare ones as the network allows."""
        limit = LONGEST.get(self.post.network, 4000)
        parts: list[tuple[float, str]] = [(float(i), part) for i, part in enumerate(need)]
        if len(_joined(head, parts)) > limit and self.post.kind == "answer":
            head = ""
        for place, extra in spare:
            added = [*parts, (place - 0.5, extra)]
            if len(_joined(head, added)) <= limit:
                parts = added
        return _joined(head, parts)

    def _stop(self, mood: str) -> str:
        if mood == "angry":
            return self.dice.pick(["!", "!!", ".", "!!!"])
        return self.dice.pick([".", ".", ".", ".", "", "...", "!" if mood == "positive" else "."])

    def _style(self, text: str) -> str:
        """Habits of the writer: capitals, small letters, spaces before signs."""
        dice, post = self.dice, self.post
        if not self.pii and dice.chance(plan.TYPO_SHARE):
            text = slip(text, dice, keep=self.firm.brand)
        if not self.pii and dice.chance(plan.SHORTHAND_SHARE):
            text = shorten(text, post.lang)
        protected = bool(self.pii) or "@" in text
        if post.angry and dice.chance(0.12) and not protected:
            text = text.upper()
        elif dice.chance(0.12) and not protected:
            text = text.lower()
        return spaced(text, post.lang, dice.pick(["", "", " ", " ", " ", NO_BREAK]))

    def customer(
        self, tone_lists: dict[str, list[str]] | list[str], questions: list[str]
    ) -> Written:
        """A short post of a customer further down the thread."""
        post = self.post
        fragments = tone_lists[post.tone] if isinstance(tone_lists, dict) else tone_lists
        need = [self.say(fragments)]
        if post.exposes:
            need.append(self.expose())
        if post.question and questions:
            need.append(self.ask(questions, post.marked))
        head = "@" + post.account if post.network == "x" and post.account else ""
        text = self._fit(head, need, [])
        if not post.question:
            text = text.replace("?", "")
        return Written(self._style(text), self.pii)

    def reply(self) -> Written:
        """The brand's first answer."""
        post, dice, words = self.post, self.dice, self.words
        short = post.network == "x"
        need: list[str] = []
        if post.handoff == "announced":
            need.append(self.say(words.reply["announced"]))
        elif post.redirects:
            need += [self._redirect(kind) for kind in post.redirects.split(";")]
        elif post.category == "troll":
            need.append(self.say(words.reply["troll"]))
        elif post.to_tone == "positive":
            need.append(self.say(words.reply["thanks"]))
        else:
            need.append(self.say(words.substance[post.category]))
        spare: list[tuple[int, str]] = [(-1, self.say(words.reply["greeting"]))]
        if post.to_tone == "negative" and dice.chance(0.65):
            spare.append((0, self.say(words.reply["apology"])))
        if not short and post.redirects and post.to_tone != "positive":
            spare.append((0, self.say(words.substance[post.category])))
        for _ in range(REPLY_DETAILS.get(post.network, int(dice.chance(0.3)))):
            detail = self.say(words.reply["detail"])
            if (len(need), detail) not in spare:
                spare.append((len(need), detail))
        if dice.chance(0.6):
            spare.append((len(need) + 1, self.say(words.reply["close"])))
        return self._signed(need, spare)

    def _signed(self, need: list[str], spare: list[tuple[int, str]]) -> Written:
        dice = self.dice
        if dice.chance(0.45):
            sign = dice.pick(["^", "– ", "/"]) + dice.pick("ABCEJKLNRST") + dice.pick("BCGLRSV")
            spare.append((len(need) + 9, sign))
        head = "@" + self.post.to if self.post.network == "x" and self.post.to else ""
        return Written(spaced(self._fit(head, need, spare), self.post.lang, NARROW))

    def _redirect(self, kind: str) -> str:
        made = self.dice.pick(self.words.redirect[kind])
        return made.format(**self.slots, **self._contacts())

    def _contacts(self) -> dict[str, str]:
        name = self.firm.care_handle.lower()
        line = FREE_LINE.get(self.firm.country, "0 800 000 0{n}")
        return {
            "link": f"https://{name}.example/{self.dice.number(100, 999)}",
            "mail": f"contact@{name}.example",
            "line": line.format(n=self.dice.number(10, 99)),
        }

    def brand_line(self, fragments: list[str]) -> Written:
        """A later answer, an addition or a post that the brand writes unasked."""
        made = self.dice.pick(fragments).format(**self.slots, **self._contacts())
        return self._signed([made[:1].upper() + made[1:]], [])


def write(firm: Brand, post: Post, dice: Dice) -> Written:
    """The text of one post."""
    made, words = Composer(firm, post, dice), fragments(post.lang)
    if post.kind == "opening":
        return made.opening()
    if post.kind == "answer":
        return made.reply()
    if post.kind in ("later_answer", "self_reply"):
        return made.brand_line(words.reply["later" if post.kind == "later_answer" else "self"])
    if post.kind == "broadcast":
        return made.brand_line(words.broadcast)
    if post.kind == "bot":
        return made.brand_line(words.bot)
    lists: dict[str, Any] = {
        "again": words.again,
        "thanks": words.thanks,
        "still": words.still,
        "details": words.details,
        "bystander": words.bystander,
        "comment": words.comment,
    }
    questions = {
        "again": words.again_questions,
        "still": words.still_questions,
        "comment": words.questions["product_info"],
    }
    return made.customer(lists[post.kind], questions.get(post.kind, []))


def _joined(head: str, parts: list[tuple[float, str]]) -> str:
    ordered = [text for _, text in sorted(parts, key=lambda p: p[0]) if text]
    return " ".join([head, *ordered] if head else ordered)


def _amounts(firm: Brand, words: SimpleNamespace, lang: str) -> list[str]:
    if firm.country in ("US", "CA", "AU"):
        return words.dollars if lang == "fr" else words.amounts
    if firm.country == "CH":
        return fragments("fr").francs
    if lang != "fr":
        return words.pounds if firm.country == "GB" else words.euros
    return words.amounts
