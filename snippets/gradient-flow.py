# --8<-- [start:measure]
import torch
from torch import nn


def factor_per_layer(activation: nn.Module, gain: float) -> float:
    """How much each of 50 layers multiplies the gradient on its way back."""
    torch.manual_seed(0)
    x = torch.randn(256, 64, dtype=torch.float64, requires_grad=True)
    a = x
    for _ in range(50):
        weight = torch.randn(64, 64, dtype=torch.float64) * gain / 64**0.5
        a = activation(a @ weight)
    late = torch.randn_like(a)  # some gradient arrives at the last layer
    (early,) = torch.autograd.grad(a, x, grad_outputs=late)
    return (early.norm() / late.norm()).item() ** (1 / 50)


print(f"sigmoid, Xavier: {factor_per_layer(nn.Sigmoid(), gain=1):.2f}")
print(f"tanh, Xavier:    {factor_per_layer(nn.Tanh(), gain=1):.2f}")
print(f"ReLU, He:        {factor_per_layer(nn.ReLU(), gain=2**0.5):.2f}")
# --8<-- [end:measure]
