import copy

import jsonpatch
import jsonpointer
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrp.domain import changes
from vrp.domain.digest import digest

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("a/~é", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=4)
    ),
    max_leaves=20,
)
documents = st.dictionaries(st.text("ab/~", max_size=2), values, max_size=5)


def written(document):
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


@given(documents, documents)
def test_the_operations_turn_one_document_into_the_other(before, after):
    patch = changes.between(before, after)

    assert written(jsonpatch.apply_patch(before, patch)) == written(after)
    assert bool(patch) == (written(before) != written(after))


def test_one_item_taken_out_is_one_operation():
    before = {"jobs": [{"id": number} for number in range(1000)]}
    after = {"jobs": [job for job in before["jobs"] if job["id"] != 500]}

    assert changes.between(before, after) == [{"op": "remove", "path": "/jobs/500"}]


def test_what_nobody_would_read_is_given_whole():
    before = {"matrix": list(range(5000)), "same": 1, "old": 1}
    after = {"matrix": list(range(1, 5001)), "same": 1, "new": 1}

    patch = changes.between(before, after)

    assert len(patch) == 3
    assert jsonpatch.apply_patch(before, patch) == after


pointers = st.lists(
    st.sampled_from(["a", "b", "~0", "~1", "", "0", "1", "2", "01", "-", "x"]), max_size=3
).map(lambda parts: "".join(f"/{part}" for part in parts))
operations = st.one_of(
    st.builds(lambda path: {"op": "remove", "path": path}, pointers.filter(bool)),
    st.builds(
        lambda op, path, value: {"op": op, "path": path, "value": value},
        st.sampled_from(["add", "replace", "test"]),
        pointers,
        st.text("ab", max_size=1) | st.lists(st.integers(0, 2), max_size=2),
    ),
)


@given(documents, documents)
def test_applying_the_operations_gives_the_other_document_and_leaves_the_first(before, after):
    kept = copy.deepcopy(before)

    assert written(changes.apply(before, changes.between(before, after))) == written(after)
    assert written(before) == written(kept)


@given(documents, st.lists(operations, max_size=4))
def test_any_operations_do_what_the_library_does_or_both_refuse(document, patch):
    kept = copy.deepcopy(document)
    try:
        expected = jsonpatch.apply_patch(document, patch)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError):
        with pytest.raises(changes.DoesNotFit):
            changes.apply(document, patch)
    else:
        assert written(changes.apply(document, patch)) == written(expected)
    assert written(document) == written(kept)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"op": "test", "path": "/a~1b/0", "value": 100}, "/a~1b/0 is 120, not 100."),
        ({"op": "test", "path": "/yes", "value": 1}, "/yes is true, not 1."),
        ({"op": "replace", "path": "/a~1b/1", "value": 1}, "/a~1b/1 is not there."),
        ({"op": "replace", "path": "/a~1b/-", "value": 1}, "/a~1b/- is not there."),
        ({"op": "remove", "path": "/nothing"}, "/nothing is not there."),
        ({"op": "add", "path": "/yes/x", "value": 1}, "/yes/x is not there."),
        ({"op": "remove", "path": "yes"}, "yes is not a JSON pointer."),
        ({"op": "remove", "path": "/~2"}, "/~2 is not a JSON pointer."),
        ({"op": "move", "path": "/yes"}, "/yes cannot be changed by 'move'."),
        ({"op": "remove", "path": ""}, "The whole document cannot be changed by 'remove'."),
    ],
)
def test_what_cannot_be_done_names_its_place(operation, words):
    with pytest.raises(changes.DoesNotFit) as refused:
        changes.apply({"a/b": [120], "yes": True}, [operation])

    assert str(refused.value) == words


def test_numbers_are_tested_as_numbers():
    document = {"capacity": [100.0]}

    assert changes.apply(document, [{"op": "test", "path": "/capacity/0", "value": 100}]) == document


@given(documents)
def test_digest_does_not_depend_on_the_order_of_keys(document):
    reordered = dict(reversed(document.items()))

    assert digest(document) == digest(reordered)


def test_digest_takes_whole_numbers_for_what_they_are():
    assert digest({"a": 5.0, "b": -0.0, "c": 1e16}) == digest({"a": 5, "b": 0, "c": 10**16})
    assert digest({"a": 5.5}) != digest({"a": 5})
    assert digest({"a": True}) != digest({"a": 1})
