import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrp.domain import polyline

PLACES = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=20)


def test_it_is_the_encoding_google_describes():
    places = np.array([(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)])

    assert polyline.encode(places) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


@given(PLACES, st.sampled_from([5, 6]))
def test_what_was_encoded_is_decoded_to_the_last_decimal(places, decimals):
    points = np.array(places).reshape(-1, 2)

    decoded = polyline.decode(polyline.encode(points, decimals), decimals)

    assert decoded.shape == points.shape
    assert np.abs(decoded - points).max(initial=0) <= 0.501 / 10**decimals


@pytest.mark.parametrize("text", ["\u20ac", " ", "_p~iF", "_p~i", "~" * 40])
def test_text_that_is_no_line_is_refused(text):
    with pytest.raises(ValueError, match="polyline"):
        polyline.decode(text)
