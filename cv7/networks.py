"""Whole networks, layer by layer, for `cv7.cost` to count. Imports no torch.

Their parameters and multiply-adds equal torchvision's.

>>> from cv7 import networks
>>> for network in (networks.resnet(18), networks.mobilenet_v2()):
...     print(f"{network.parameters:,} {network.multiply_adds(224, 224):,}")
11,689,512 1,814,073,344
3,504,872 300,774,272
"""

from .cost import (
    AdaptiveAvgPool2d,
    Conv2d,
    Layer,
    Linear,
    MaxPool2d,
    Sequential,
    bottleneck_block,
    conv_bn,
    depthwise_separable,
    inverted_residual,
    residual_block,
)

__all__ = [
    "MOBILENET_V1_LAYERS",
    "MOBILENET_V2_STAGES",
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v2_features",
    "resnet",
    "vgg16",
]

RESNET_BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
# expand_ratio, out_channels, repeats, stride of the first: Sandler et al. 2018, Table 2
MOBILENET_V2_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
# out_channels and stride of each separable convolution: Howard et al. 2017, Table 1
MOBILENET_V1_LAYERS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)
VGG16_CHANNELS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def resnet(depth: int, *, classes: int = 1000) -> Sequential:
    """ResNet-18, 34, 50, 101 or 152 (He et al. 2015, Table 1; torchvision's version 1.5).

    >>> resnet(50).parameters
    25557032
    >>> resnet(20)
    Traceback (most recent call last):
    ValueError: there is no ResNet-20: choose from [18, 34, 50, 101, 152]
    """
    if depth not in RESNET_BLOCKS:
        raise ValueError(f"there is no ResNet-{depth}: choose from {sorted(RESNET_BLOCKS)}")
    layers: list[Layer] = [conv_bn(3, 64, kernel_size=7, stride=2), MaxPool2d(3, 2, padding=1)]
    channels = 64
    for stage, blocks in enumerate(RESNET_BLOCKS[depth]):
        width = 64 * 2**stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            if depth < 50:
                layers.append(residual_block(channels, width, stride=stride))
                channels = width
            else:
                layers.append(bottleneck_block(channels, 4 * width, width=width, stride=stride))
                channels = 4 * width
    return Sequential((*layers, AdaptiveAvgPool2d(1), Linear(channels, classes)))


def mobilenet_v1(*, classes: int = 1000, separable: bool = True) -> Sequential:
    """MobileNetV1; with separable=False, the same network of standard convolutions.

    >>> work = mobilenet_v1().multiply_adds(224, 224)
    >>> round(mobilenet_v1(separable=False).multiply_adds(224, 224) / work, 1)
    8.6
    """
    layers: list[Layer] = [conv_bn(3, 32, kernel_size=3, stride=2)]
    channels = 32
    for out_channels, stride in MOBILENET_V1_LAYERS:
        if separable:
            layers.append(depthwise_separable(channels, out_channels, stride=stride))
        else:
            layers.append(conv_bn(channels, out_channels, kernel_size=3, stride=stride))
        channels = out_channels
    return Sequential((*layers, AdaptiveAvgPool2d(1), Linear(channels, classes)))


def mobilenet_v2_features() -> tuple[Layer, ...]:
    """The 19 feature stages of torchvision's MobileNetV2, in order.

    >>> [stage.output_size(7, 7) for stage in mobilenet_v2_features()[-2:]]
    [(7, 7), (7, 7)]
    """
    layers: list[Layer] = [conv_bn(3, 32, kernel_size=3, stride=2)]
    channels = 32
    for expand_ratio, out_channels, repeats, first_stride in MOBILENET_V2_STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            layers.append(
                inverted_residual(channels, out_channels, expand_ratio=expand_ratio, stride=stride)
            )
            channels = out_channels
    return (*layers, conv_bn(channels, 1280, kernel_size=1))


def mobilenet_v2(*, classes: int = 1000) -> Sequential:
    """MobileNetV2 (Sandler et al. 2018, Table 2).

    >>> mobilenet_v2(classes=5).parameters
    2230277
    """
    return Sequential((*mobilenet_v2_features(), AdaptiveAvgPool2d(1), Linear(1280, classes)))


def vgg16(*, classes: int = 1000) -> Sequential:
    """VGG-16 without BatchNorm (Simonyan and Zisserman 2015, configuration D).

    >>> vgg16().parameters
    138357544
    >>> sum(layer.parameters for layer in vgg16().layers[-3:])  # the head
    123642856
    """
    layers: list[Layer] = []
    channels = 3
    for stage in VGG16_CHANNELS:
        for out_channels in stage:
            layers.append(Conv2d(channels, out_channels, kernel_size=3, padding=1))
            channels = out_channels
        layers.append(MaxPool2d(2, 2))
    head = (Linear(512 * 7 * 7, 4096), Linear(4096, 4096), Linear(4096, classes))
    return Sequential((*layers, AdaptiveAvgPool2d(7), *head))
