# --8<-- [start:fine-tuning]
import os
from pathlib import Path

import torch
import torch.distributed as dist
from skimage import data
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

from cv7 import defects, fine_tuning

CHECKPOINT = Path("checkpoint.pt")
EPOCHS, STAGES = 3, 3
BATCH = 8  # of all processes together
DTYPE = torch.float64  # so that losses can be compared; otherwise torch.float32

# 1. The group: torchrun says who we are; started by python, we are a group of one
torch.set_num_threads(1)  # the processes share the processor's cores
device, backend = torch.device("cpu"), "gloo"
if torch.cuda.is_available():
    device, backend = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))), "nccl"
    torch.cuda.set_device(device)
if dist.is_torchelastic_launched():
    dist.init_process_group(backend)
else:
    dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
rank, world = dist.get_rank(), dist.get_world_size()
if BATCH % world:
    raise ValueError(f"{world} processes cannot share batches of {BATCH} equally")

# 2. Strategy B in eval mode: ImageNet's statistics, and no dropout
torch.manual_seed(0)
weights = MobileNet_V2_Weights.IMAGENET1K_V1
model = fine_tuning.prepare(
    mobilenet_v2(weights=weights), len(defects.CLASSES), trainable_stages=STAGES
)
model = model.to(device, DTYPE).eval()

# 3. The data. What frozen stages make of the images stays the same: compute it once
photographs = [getattr(data, name)() / 255 for name in ("brick", "gravel", "grass")]
images, labels = map(torch.from_numpy, defects.dataset(photographs, 40, seed=1, test=False))
frozen = len(model.features) - STAGES
with torch.no_grad():
    inputs = weights.transforms(crop_size=96, resize_size=96)(images).to(device, DTYPE)
    features = model.features[:frozen](inputs)
model.features = model.features[frozen:]
dataset = TensorDataset(features, labels.to(device))
sampler = DistributedSampler(dataset)  # one shuffle for all, and for each process its share
loader = DataLoader(dataset, batch_size=BATCH // world, sampler=sampler)
groups = fine_tuning.parameter_groups(model, trainable_stages=STAGES, head_lr=1e-3)
optimizer = torch.optim.Adam(groups)

# 4. Go on where a checkpoint left off
history: list[list[float]] = []  # of each epoch, the loss of each joined batch
if CHECKPOINT.exists():
    saved = torch.load(CHECKPOINT, map_location=device, weights_only=True)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    history = saved["history"]
    if rank == 0:
        print(f"resumed after epoch {len(history)}")


def save() -> None:
    """A whole checkpoint or none: a process may be killed while it writes."""
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": history,
    }
    part = CHECKPOINT.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, CHECKPOINT)


# 5. Train. DDP waits until all have loaded, and averages the gradients in backward()
parallel = DistributedDataParallel(model)
for epoch in range(len(history), EPOCHS):
    sampler.set_epoch(epoch)  # another shuffle in each epoch
    losses = []
    for inputs, targets in loader:
        loss = cross_entropy(parallel(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    means = torch.stack(losses)
    dist.all_reduce(means)  # sums over the processes
    history.append((means / world).tolist())
    if rank == 0:
        print(f"epoch {epoch + 1}:", *(f"{loss:.5f}" for loss in history[-1]))
        save()

dist.destroy_process_group()
# --8<-- [end:fine-tuning]
