"""What the processes of one run share."""

from __future__ import annotations

import gc
from threading import Event, Thread

import pytest

import carekit
from carekit.dataset.processes import SELDOM, seldom_searching


@pytest.fixture
def own():
    before = gc.get_threshold()
    gc.set_threshold(123, 4, 5)
    yield 123, 4, 5
    gc.set_threshold(*before)


def test_garbage_is_looked_for_as_before_once_the_block_is_left(own):
    with seldom_searching():
        with seldom_searching():
            pass
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == own


def test_a_block_that_ends_after_the_one_it_began_in_changes_nothing(own):
    begun, ended = Event(), Event()

    def other():
        with seldom_searching():
            begun.set()
            ended.wait(10)

    thread = Thread(target=other)
    with seldom_searching():
        thread.start()
        begun.wait(10)
    ended.set()
    thread.join()
    assert gc.get_threshold() == own


def test_a_measure_looks_for_garbage_seldom_and_leaves_the_habit_of_the_caller(own, monkeypatch):
    from carekit.measures import answers

    seen = []
    count = answers.rates_of_targets

    def watched(*args, **kwargs):
        seen.append(gc.get_threshold())
        return count(*args, **kwargs)

    monkeypatch.setattr(answers, "rates_of_targets", watched)
    carekit.answer_rate(carekit.open_dataset())
    assert seen == [SELDOM]
    assert gc.get_threshold() == own
