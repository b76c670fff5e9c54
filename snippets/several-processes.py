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
DTYPE = torch.float64  # to compare losses; otherwise torch.float32

# 1. The group: torchrun numbers the processes; without it, this is the only one
torch.set_num_threads(1)  # the processes share the processor's cores
device, backend = torch.device("cpu"), "gloo"
if torch.cuda.is_available():
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    backend = "nccl"
    torch.cuda.set_device(device)
if dist.is_torchelastic_launched():
    dist.init_process_group(backend)
else:
    alone = {"store": dist.HashStore(), "rank": 0, "world_size": 1}
    dist.init_process_group(backend, **alone)
rank, world = dist.get_rank(), dist.get_world_size()
if BATCH % world:
    raise ValueError(f"{world} processes cannot share {BATCH} images equally")

# 2. Strategy B in eval mode: ImageNet's statistics, and no dropout
torch.manual_seed(0)
weights = MobileNet_V2_Weights.IMAGENET1K_V1
model = mobilenet_v2(weights=weights)
fine_tuning.prepare(model, len(defects.CLASSES), trainable_stages=STAGES)
model.to(device, DTYPE).eval()

# 3. The data. Frozen stages always answer the same, so they are asked once
surfaces = [data.brick() / 255, data.gravel() / 255, data.grass() / 255]
images, labels = defects.dataset(surfaces, 40, seed=1, test=False)
preprocess = weights.transforms(crop_size=96, resize_size=96)
frozen = len(model.features) - STAGES
with torch.no_grad():
    inputs = preprocess(torch.from_numpy(images)).to(device, DTYPE)
    features = model.features[:frozen](inputs)
model.features = model.features[frozen:]
dataset = TensorDataset(features, torch.from_numpy(labels).to(device))
sampler = DistributedSampler(dataset)  # deals every joined batch out
loader = DataLoader(dataset, batch_size=BATCH // world, sampler=sampler)

# 4. Two learning rates; go on where a checkpoint left off
optimizer = torch.optim.Adam(
    fine_tuning.parameter_groups(model, trainable_stages=STAGES, head_lr=1e-3),
)
history: list[list[float]] = []  # by epoch, the loss of each joined batch
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


# 5. Train. DDP waits here until all have loaded; backward() averages gradients
parallel = DistributedDataParallel(model)
for epoch in range(len(history), EPOCHS):
    sampler.set_epoch(epoch)  # the same new shuffle in all processes
    losses = []
    for inputs, targets in loader:
        loss = cross_entropy(parallel(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    means = torch.stack(losses)
    summed = dist.all_reduce(means, async_op=True)  # over the processes
    summed.wait()  # named, or a thread of gloo might drop it as Python ends
    history.append((means / world).tolist())
    if rank == 0:
        print(f"epoch {epoch + 1}:", *(f"{loss:.5f}" for loss in history[-1]))
        save()

dist.destroy_process_group()
# --8<-- [end:fine-tuning]
