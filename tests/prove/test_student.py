import pytest

from adr.prove.student import probability, quantile, two_sided


@pytest.mark.parametrize(
    ("p", "df", "t"),
    [  # from printed tables
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 10, 2.228),
        (0.975, 30, 2.042),
        (0.95, 5, 2.015),
        (0.80, 4, 0.941),
        (0.025, 10, -2.228),
    ],
)
def test_quantile__printed_tables(p, df, t):
    assert quantile(p, df) == pytest.approx(t, abs=0.001)


def test_quantile__of_very_many_degrees_of_freedom_is_the_normal_one():
    assert quantile(0.975, 1e7) == pytest.approx(1.95996, abs=1e-4)


@pytest.mark.parametrize("df", [1.0, 1.7, 2.0, 6.5, 40.0, 900.0])
@pytest.mark.parametrize("t", [-3.0, -0.2, 0.0, 0.4, 2.5])
def test_probability__quantile_takes_it_back(t, df):
    assert quantile(probability(t, df), df) == pytest.approx(t, abs=1e-6)


def test_two_sided__both_tails():
    assert two_sided(2.228, 10) == pytest.approx(0.05, abs=1e-4) == two_sided(-2.228, 10)
