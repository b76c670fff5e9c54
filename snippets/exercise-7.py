# --8<-- [start:solution]
from cv7 import cost, networks

V1 = cost.separable_parameters(32, 32, 3)
expand = cost.Conv2d(32, 192, kernel_size=1, bias=False)
depthwise = cost.Conv2d(192, 192, kernel_size=3, groups=192, bias=False)
contract = cost.Conv2d(192, 32, kernel_size=1, bias=False)
V2 = sum(layer.parameters for layer in (expand, depthwise, contract))
print(f"MobileNetV1 {V1:,}, MobileNetV2 {V2:,}: {V2 / V1:.1f} times")

# A projection for each block of MobileNetV2 that has no shortcut
channels, projections, shortcuts = 32, 0, 0
for _, out_channels, repeats, stride in networks.MOBILENET_V2_STAGES:
    first = cost.projection(channels, out_channels, stride=stride)
    projections += first.parameters
    shortcuts += repeats - 1  # all but the first of a stage keep shape
    channels = out_channels
total = networks.mobilenet_v2().parameters
print(f"shortcuts: {shortcuts} of 17 blocks")
print(f"projections for the others: {projections:,} parameters more,")
print(f"{projections / total:.1%} of {total:,}")
# --8<-- [end:solution]
