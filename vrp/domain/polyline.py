"""Lines as text: Google's encoding, of five decimals unless said otherwise."""

import numpy as np


def encode(points: np.ndarray, decimals: int = 5) -> str:
    """This will write points (longitude, latitude) as an encoded polyline."""
    whole = np.floor(np.asarray(points, dtype=np.float64).reshape(-1, 2) * 10**decimals + 0.5).astype(
        np.int64
    )
    steps = np.diff(whole[:, ::-1], axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
    text = bytearray()
    for value in np.where(steps < 0, ~(steps << 1), steps << 1).tolist():
        while value >= 32:
            text.append((32 | value & 31) + 63)
            value >>= 5
        text.append(value + 63)
    return text.decode()


def decode(text: str, decimals: int = 5) -> np.ndarray:
    """This will return the points (longitude, latitude) of an encoded polyline. Raises `ValueError` for none."""
    steps, value, shift = [], 0, 0
    for character in text.encode():
        chunk = character - 63
        if not 0 <= chunk < 64 or shift > 40:
            raise ValueError("not an encoded polyline")
        value |= (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(steps) % 2:
        raise ValueError("an encoded polyline that breaks off")
    return np.cumsum(np.array(steps, dtype=np.float64).reshape(-1, 2), axis=0)[:, ::-1] / 10**decimals
