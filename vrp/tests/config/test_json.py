from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import orjson
import pytest
from django.utils.functional import lazystr
from hypothesis import given, settings
from hypothesis import strategies as st

from config import json
from vrp.errors import Invalid, Malformed, TooLarge

MEGABYTE = 2**20


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b"// note\n{}",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e400",
        b"9" * 1_000_000,
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'"\xff"',
        b'"\xed\xa0\x80"',
        rb'"\ud800"',
        rb'"\udc00\ud800"',
        b'"\x00"',
        b'"a\nb"',
        b"{} {}",
        b"\x00",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_not_json_is_malformed(text):
    with pytest.raises(Malformed):
        json.loads(text)


def test_what_is_wrong_is_said_with_its_place():
    with pytest.raises(Malformed, match="line 2 column"):
        json.loads(b'{"a": 1,\n"b" 2}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"-0", 0),
        (b"18446744073709551615", 2**64 - 1),
        (b"123456789012345678901234567890", 1.2345678901234568e29),
        (b"1e-400", 0.0),
        (rb'"\ud83d\ude9a"', "🚚"),
        (rb'"\\u0000"', r"\u0000"),
    ],
)
def test_every_document_has_one_meaning(text, value):
    assert json.loads(text) == value


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("depth", [65, 1_000, 100_000, 1_000_000])
def test_too_deep_a_document_is_refused_before_it_is_parsed(opening, depth, monkeypatch):
    monkeypatch.setattr(json.orjson, "loads", lambda _: pytest.fail("a parser saw it"))

    with pytest.raises(Malformed, match="64 levels"):
        json.loads(opening * depth)


def test_sixty_four_levels_are_allowed():
    assert json.loads(nested(64))
    with pytest.raises(Malformed):
        json.loads(nested(65))


def test_brackets_in_strings_are_no_depth():
    text = orjson.dumps(["[" * 500, '"' * 3 + "{" * 500, "\\" * 3 + '"[' * 500, {"[" * 99: "\\"}] * 3)

    assert json.loads(text)


def test_depth_is_counted_across_the_pieces_of_a_large_document(monkeypatch):
    monkeypatch.setattr(json, "_CHUNK", 10)
    deep = b'["' + b"[" * 30 + b'",' + b'["' + b"]" * 30 + b'",' + nested(63) + b"]]"

    with pytest.raises(Malformed):
        json.loads(deep)
    assert json.loads(deep.replace(nested(63), nested(62)))


@settings(deadline=None)
@given(st.text('[]{}"\\a', max_size=400))
def test_no_document_deeper_than_allowed_reaches_the_parser(text):
    data = b"[" * 60 + text.encode()

    try:
        json._refuse_deep(data)
    except Malformed:
        return
    assert depth_a_parser_reaches(data) <= json.MAX_DEPTH


def depth_a_parser_reaches(data: bytes) -> int:
    """Character by character, up to the first one that cannot be JSON."""
    depth = deepest = 0
    in_string = escaped = False
    for character in data:
        if in_string:
            in_string = escaped or character != ord('"')
            escaped = not escaped and character == ord("\\")
        elif character == ord('"'):
            in_string = True
        elif character == ord("\\"):
            break
        else:
            depth += {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}.get(character, 0)
            deepest = max(deepest, depth)
    return deepest


trees = st.recursive(
    st.text('[]{}"\\a'), lambda inner: st.lists(inner) | st.dictionaries(st.text('["\\'), inner)
)


@settings(deadline=None)
@given(trees, st.integers(50, 70))
def test_exactly_the_documents_too_deep_are_refused(tree, wrapped):
    for _ in range(wrapped):
        tree = [tree]
    data = orjson.dumps(tree)
    is_deep = depth_a_parser_reaches(data) > json.MAX_DEPTH

    if is_deep:
        with pytest.raises(Malformed):
            json.loads(data)
    else:
        assert json.loads(data) == tree


def test_a_null_character_is_refused_with_every_place_it_stands():
    text = (
        rb'{"jobs": [{"id": 1}, {"description": "a\u0000b"}], "x\u0000": {"y": "\\\u0000"}, "z": "\\u0000"}'
    )

    with pytest.raises(Invalid) as refusal:
        json.loads(text)

    assert [fault.loc for fault in refusal.value.faults] == [
        ("jobs", 1, "description"),
        ("x\0",),
        ("x\0", "y"),
    ]


def test_only_the_first_hundred_faults_are_told():
    with pytest.raises(Invalid) as refusal:
        json.loads(b"[" + rb'"\u0000",' * 5_000 + b"1]")

    assert len(refusal.value.faults) == 100


def test_a_document_beyond_the_limit_is_too_large(settings):
    settings.MAX_BODY_BYTES = 10

    assert json.loads(b'"12345678"')
    with pytest.raises(TooLarge, match="10 bytes"):
        json.loads(b'"123456789"')


@pytest.mark.parametrize(
    "make",
    [
        lambda size: b"[" * size,
        lambda size: b'{"a":' * (size // 5),
        lambda size: b"[" * 65 + b'"' + rb"\"" * (size // 2 - 40),
        lambda size: b"[" * 65 + b'"' + b"\\" * (size - 70),
        lambda size: b"[" * 65 + b'""' * (size // 2 - 40),
    ],
)
def test_the_hardest_documents_are_refused_quickly(make):
    import time

    data = make(32 * MEGABYTE)
    start = time.process_time()

    with pytest.raises(Malformed):
        json.loads(data)

    assert time.process_time() - start < 1  # about 0.15 s where this was written


def test_everything_the_api_answers_can_be_written():
    data = {
        "cost": Decimal("12.50"),
        "tiny": Decimal("1E-7"),
        "nothing": Decimal("NaN"),
        "id": UUID(int=1),
        "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "lazy": lazystr("text"),
        "plan": json.RawJSON('{"routes":[]}'),
    }

    assert json.dumps(data) == (
        b'{"cost":12.50,"tiny":0.0000001,"nothing":null,"id":"00000000-0000-0000-0000-000000000001",'
        b'"at":"2026-01-02T03:04:05Z","lazy":"text","plan":{"routes":[]}}'
    )


def test_what_is_no_data_is_not_written():
    with pytest.raises(TypeError):
        json.dumps({"what": object()})
