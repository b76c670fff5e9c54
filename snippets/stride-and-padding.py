# --8<-- [start:sizes]
import torch
from torch import nn

for k, s, p in [(3, 1, 1), (3, 2, 1), (3, 2, 0), (1, 2, 0)]:
    conv = nn.Conv2d(1, 1, kernel_size=k, stride=s, padding=p)
    sizes = [conv(torch.zeros(1, 1, n, n)).shape[-1] for n in (7, 8)]
    print(f"kernel {k}, stride {s}, padding {p}: 7, 8 -> {sizes}")
# --8<-- [end:sizes]
