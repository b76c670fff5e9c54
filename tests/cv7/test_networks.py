"""cv7.networks against torchvision: parameters, and half of torch's FLOP counter, exactly."""

import json

import pytest
import torch
import torchvision.models as models
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cv7 import cost, networks

from ..conftest import ROOT

NETWORKS = {
    **{f"resnet{depth}": networks.resnet(depth) for depth in networks.RESNET_BLOCKS},
    "mobilenet_v2": networks.mobilenet_v2(),
    "vgg16": networks.vgg16(),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_counts_are_torchvisions(name: str) -> None:
    ours = NETWORKS[name]
    with torch.device("meta"):  # shapes only: no memory, no time
        theirs = getattr(models, name)(weights=None).eval()
        with FlopCounterMode(display=False) as counter:
            theirs(torch.empty(1, 3, 224, 224))
    assert ours.parameters == sum(p.numel() for p in theirs.parameters())
    assert 2 * ours.multiply_adds(224, 224) == counter.get_total_flops()


def test_published_weights_agree() -> None:
    for name, ours in NETWORKS.items():
        meta = models.get_model_weights(name)["IMAGENET1K_V1"].meta
        assert ours.parameters == meta["num_params"]
        assert round(ours.multiply_adds(224, 224) / 1e9, 3) == meta["_ops"]


def test_the_feature_stages_of_mobilenet_v2() -> None:
    with torch.device("meta"):
        theirs = models.mobilenet_v2(weights=None).features
    ours = networks.mobilenet_v2_features()
    assert [stage.parameters for stage in ours] == [
        sum(p.numel() for p in stage.parameters()) for stage in theirs
    ]
    size: cost.Size = (224, 224)
    for stage in ours:
        size = stage.output_size(*size)
    assert size == (7, 7)


def test_mobilenet_v1_is_the_papers() -> None:
    separable, standard = networks.mobilenet_v1(), networks.mobilenet_v1(separable=False)
    assert separable.parameters == 4_231_976
    assert separable.multiply_adds(224, 224) == 568_740_352
    assert round(standard.parameters / 1e6, 1) == 29.3
    assert round(standard.multiply_adds(224, 224) / 1e6) == 4867


@pytest.mark.parametrize("classes", [2, 10])
def test_another_number_of_classes_changes_the_head_only(classes: int) -> None:
    change = (1000 - classes) * (1280 + 1)
    assert (
        networks.mobilenet_v2().parameters - networks.mobilenet_v2(classes=classes).parameters
        == change
    )


def test_there_are_five_resnets() -> None:
    with pytest.raises(ValueError, match="there is no ResNet-20: choose from"):
        networks.resnet(20)


def test_blocks_agree_with_their_modules() -> None:
    into, out = 32, 64
    module = nn.Sequential(
        nn.Conv2d(into, into, 3, padding=1, groups=into, bias=False),
        nn.BatchNorm2d(into),
        nn.Conv2d(into, out, 1, bias=False),
        nn.BatchNorm2d(out),
    )
    assert cost.depthwise_separable(into, out).parameters == sum(
        p.numel() for p in module.parameters()
    )
    theirs = models.mobilenetv2.InvertedResidual(32, 32, stride=1, expand_ratio=6)
    assert cost.inverted_residual(32, 32, expand_ratio=6).parameters == sum(
        p.numel() for p in theirs.parameters()
    )
    with pytest.raises(ValueError, match="expand_ratio must be"):
        cost.inverted_residual(32, 32, expand_ratio=0)


def test_the_accuracies_that_we_cite_are_torchvisions_own() -> None:
    path = ROOT / "docs/data/sources.json"
    cited = json.loads(path.read_text(encoding="utf-8"))["torchvision"]["values"]
    (table,) = cited.values()
    for version, weights in enumerate(models.ResNet50_Weights, start=1):
        metrics = weights.meta["_metrics"]["ImageNet-1K"]
        assert table[f"ResNet-50 V{version}"] == metrics["acc@1"]
