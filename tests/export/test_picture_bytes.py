"""What the same bytes of a picture take, by hand."""

from adr.export.picture_bytes import same_bytes


def test_same_bytes__by_device_and_threads() -> None:
    small = '{"device": "cpu", "batch": 8, "threads": 1}'
    large = '{"device": "cpu", "batch": 1, "threads": 4}'
    assert same_bytes([small, large, small, '{"device": "cuda:1", "batch": 8}', None, '{"device": "cpu"}']) == {
        "any number of threads": 2,
        "cuda, up to 1 of 255": 1,
        "threads: 4": 1,
        "threads: not known": 1,
    }


def test_same_bytes__what_is_no_picture_does_not_count() -> None:
    assert same_bytes([None, '{"model_anyway": true}']) == {}
