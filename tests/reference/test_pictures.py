"""The given pictures and their plot."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Instead of a window: the figures that plt.show would have shown."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: nothing can be plotted")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figures: list[object] = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    yield figures
    plt.close("all")


def test_the_pictures_are_two_rgb_pictures_in_whole_numbers(data: ModuleType) -> None:
    pictures = data.load_images()
    assert pictures.shape == (2, 200, 200, 3)
    assert pictures.dtype == np.float64
    assert pictures.min() >= 0 and pictures.max() <= 255
    assert np.array_equal(pictures, np.round(pictures))


def test_the_pictures_are_the_same_each_time_and_show_something(data: ModuleType) -> None:
    first, second = data.load_images(), data.load_images()
    assert np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])
    for picture in first:
        assert picture.std(axis=(0, 1)).min() > 20
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 100


@pytest.mark.parametrize("filters", [1, 2, 5])
def test_the_plot_has_a_row_a_picture_and_a_column_a_filter(
    data: ModuleType, shown: list[object], filters: int
) -> None:
    x = np.zeros((3, 8, 6, 3))
    data.plot_conv_images(x, np.random.default_rng(1).standard_normal((3, 4, 3, filters)))
    (figure,) = shown
    images = [axis.get_images()[0].get_array().shape for axis in figure.axes]
    assert images == ([(8, 6, 3)] + [(4, 3)] * filters) * 3


def test_the_plot_leaves_its_arrays_alone(data: ModuleType, shown: list[object]) -> None:
    x, out = np.full((1, 4, 4, 3), 300.0), np.full((1, 4, 4, 1), -1.0)
    x.flags.writeable = out.flags.writeable = False
    data.plot_conv_images(x, out)
    assert len(shown) == 1


def test_filtering_pictures_shows_the_map_of_each_filter(
    layers: ModuleType, data: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    plotted: list[tuple[np.ndarray, np.ndarray]] = []
    data.plot_conv_images = lambda x, out: plotted.append((x, out))
    monkeypatch.setitem(sys.modules, "Utils", ModuleType("Utils"))
    monkeypatch.setitem(sys.modules, "Utils.data_utils", data)
    picture = np.zeros((1, 20, 20, 3))
    picture[:, :, 10:] = 200.0
    layers.Test_conv_forward_IP(picture)
    ((x, out),) = plotted
    assert x is picture and out.shape == (1, 20, 20, 3)
    blurred, left_right, above_below = np.moveaxis(out[0, 5:15, 5:15], -1, 0)
    assert blurred.min() >= 0 and blurred.max() == pytest.approx(200)
    assert left_right.max() > 50 and np.allclose(above_below, 0)
