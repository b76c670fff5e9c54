# --8<-- [start:fixed-features]
import torch
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

torch.manual_seed(0)
model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)
image = torch.randn(1, 3, 96, 96)
company = {n: torch.randn(n, 3, 96, 96) for n in (3, 7)}


def difference(model: torch.nn.Module) -> float:
    """How far one image's features move when it sits in another batch."""
    with torch.no_grad():
        one, other = (
            model.features(torch.cat([image, others]))[0].mean(dim=(1, 2))
            for others in company.values()
        )
    return ((one - other).norm() / one.norm()).item()


print(f"eval mode:     {difference(model.eval()):.2%}")
print(f"training mode: {difference(model.train()):.2%}")
# --8<-- [end:fixed-features]
