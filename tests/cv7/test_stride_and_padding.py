"""What the page says in words, where no test of numbers looks, held to torch."""

import pytest
import torch
from torch import nn
from torchvision.models import alexnet, resnet18

SIZES = range(7, 65)


def made(size: int, kernel_size: int, *, stride: int = 1, padding: int = 0) -> int:
    conv = nn.Conv2d(1, 1, kernel_size, stride=stride, padding=padding, device="meta")
    columns: int = conv(torch.zeros(1, 1, size, size, device="meta")).shape[-1]
    return columns


@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7])
def test_odd_kernels_with_half_their_size_as_padding_keep_a_map(kernel_size: int) -> None:
    for size in SIZES:
        assert made(size, kernel_size, padding=(kernel_size - 1) // 2) == size


def test_even_kernels_keep_none_with_the_same_padding_on_both_sides() -> None:
    for kernel_size in (2, 4, 6):
        assert all(made(64, kernel_size, padding=p) != 64 for p in range(kernel_size))


@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7])
def test_stride_2_halves_even_sizes_and_rounds_half_of_odd_ones_up(kernel_size: int) -> None:
    for size in SIZES:
        halved = made(size, kernel_size, stride=2, padding=(kernel_size - 1) // 2)
        assert halved == (size + 1) // 2


def test_pooling_follows_the_same_formula() -> None:
    for size in SIZES:
        pool = nn.MaxPool2d(3, stride=2, padding=1)
        assert pool(torch.zeros(1, 1, size, size)).shape[-1] == made(size, 3, stride=2, padding=1)


def test_torchvision_has_the_layers_of_the_examples() -> None:
    layers = (resnet18().conv1, 7, 2, 3), (alexnet().features[0], 11, 4, 2)
    for layer, kernel_size, stride, padding in layers:
        assert layer.kernel_size == (kernel_size, kernel_size)
        assert layer.stride == (stride, stride)
        assert layer.padding == (padding, padding)
