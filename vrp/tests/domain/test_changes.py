import jsonpatch
import orjson
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


@given(documents)
def test_digest_does_not_depend_on_the_order_of_keys(document):
    reordered = dict(reversed(document.items()))

    assert digest(document) == digest(reordered)


def test_digest_takes_whole_numbers_for_what_they_are():
    assert digest({"a": 5.0, "b": -0.0, "c": 1e16}) == digest({"a": 5, "b": 0, "c": 10**16})
    assert digest({"a": 5.5}) != digest({"a": 5})
    assert digest({"a": True}) != digest({"a": 1})
