"""What only a GPU shows; `.ci/gpu` runs it. Elsewhere pytest does not look here."""

from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2
from torchvision.models.resnet import BasicBlock

from cv7 import fine_tuning, weights
from cv7.depthwise_separable import DepthwiseSeparableConv
from cv7.residual_block import ResidualBlock

pytestmark = pytest.mark.gpu


@pytest.fixture(autouse=True)
def on_the_gpu() -> Iterator[None]:
    torch.manual_seed(0)
    with torch.device("cuda"):
        yield


@pytest.fixture(params=[False, True], ids=["float32", "TF32"])
def tf32(request: pytest.FixtureRequest) -> Iterator[bool]:
    backend = torch.backends.cudnn
    before, backend.allow_tf32 = backend.allow_tf32, request.param
    yield request.param
    backend.allow_tf32 = before


def pretrained() -> nn.Module:
    weights.ensure()
    return mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1).cuda().eval()


def test_the_residual_block_is_torchvisions(tf32: bool) -> None:
    theirs = BasicBlock(64, 64).eval()
    ours = ResidualBlock(64, 64).eval()
    ours.load_state_dict(
        dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True))
    )  # both name conv, BatchNorm, conv, BatchNorm, in this order
    x = torch.randn(8, 64, 32, 32)
    with torch.no_grad():
        # Sums of 576 products: TF32 rounds each factor to 10 bits.
        limit = 1e-2 if tf32 else 1e-5
        torch.testing.assert_close(ours(x), theirs(x), atol=limit, rtol=0)
        on_the_cpu = ours.cpu()(x.cpu())
    torch.testing.assert_close(theirs(x).cpu(), on_the_cpu, atol=limit, rtol=0)


@pytest.mark.parametrize("block", [ResidualBlock, DepthwiseSeparableConv])
def test_channels_last_changes_the_order_and_nothing_else(block: type[nn.Module]) -> None:
    module = block(32, 64, stride=2).eval()
    x = torch.randn(8, 32, 56, 56)
    with torch.no_grad():
        usual = module(x)
        moved = module.to(memory_format=torch.channels_last)(
            x.to(memory_format=torch.channels_last)
        )
    assert moved.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(moved, usual, atol=1e-2, rtol=1e-2)  # another algorithm, TF32


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_mixed_precision_names_the_same_animal(dtype: torch.dtype) -> None:
    from skimage import data

    preprocess = MobileNet_V2_Weights.IMAGENET1K_V1.transforms()
    pixels = torch.tensor(data.cat()).permute(2, 0, 1)
    model, batch = pretrained(), preprocess(pixels)[None]
    with torch.no_grad():
        exact = model(batch).softmax(1)
        with torch.autocast("cuda", dtype=dtype):
            logits = model(batch)
    assert logits.dtype == dtype
    rounded = logits.float().softmax(1)
    assert rounded.argmax() == exact.argmax()
    # float16 keeps 10 bits after the point, bfloat16 only 7.
    limit = 0.01 if dtype == torch.float16 else 0.05
    assert (rounded - exact).abs().max() < limit


def test_mixed_precision_trains() -> None:
    """Sixteen images by heart, with scaled losses: small float16 gradients would vanish."""
    model = fine_tuning.prepare(pretrained(), 4, trainable_stages=3).cuda()
    fine_tuning.train(model, keep_statistics=True)
    groups = fine_tuning.parameter_groups(model, trainable_stages=3, head_lr=1e-3)
    optimiser, scaler = torch.optim.Adam(groups), torch.amp.GradScaler("cuda")
    images, labels = torch.randn(16, 3, 96, 96), torch.arange(16) % 4
    losses = []
    for _ in range(40):
        optimiser.zero_grad()
        with torch.autocast("cuda", dtype=torch.float16):
            loss = cross_entropy(model(images), labels)
        scaler.scale(loss).backward()
        scaler.step(optimiser)
        scaler.update()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert all(p.isfinite().all() for p in model.parameters())
