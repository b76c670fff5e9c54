// A choice as PyTorch code. tests/snippets/test_copied_code.py runs it for every choice.

const STAGES = 19;

/** 0.0003 as 3e-4, whatever floating point makes of it. */
function literal(rate) {
  return String(Number(rate.toPrecision(3)).toExponential());
}

function slice([start, stop]) {
  if (start === 0 && stop === STAGES) return "model.features";
  return `model.features[${start || ""}:${stop === STAGES ? "" : stop}]`;
}

/**
 * `groups` are [start, stop] of the trained stages, `rates` theirs and, last, the head's;
 * `statistics` is "keep" or "new".
 */
export function code({ name, groups, rates, classes, size, statistics }) {
  const trained = groups.length > 0;
  const frozen = trained ? groups[0][0] : STAGES;
  const lines = [
    "import torch",
    "from torch import nn",
    "from torchvision.models import MobileNet_V2_Weights, mobilenet_v2",
    "",
    `# ${name}`,
    "weights = MobileNet_V2_Weights.IMAGENET1K_V1",
    `preprocess = weights.transforms(crop_size=${size}, resize_size=${Math.round((size * 256) / 224)})`,
    "model = mobilenet_v2(weights=weights)",
  ];
  if (frozen > 0) {
    lines.push(
      `for parameter in ${slice([0, frozen])}.parameters():`,
      "    parameter.requires_grad = False",
    );
  }
  lines.push(
    "model.classifier = nn.Sequential(",
    "    nn.Dropout(0.2),",
    `    nn.Linear(model.last_channel, ${classes}),`,
    ")",
    "",
    "optimizer = torch.optim.Adam(",
    "    [",
    ...groups.map(
      (group, i) => `        {"params": ${slice(group)}.parameters(), "lr": ${literal(rates[i])}},`,
    ),
    `        {"params": model.classifier.parameters(), "lr": ${literal(rates.at(-1))}},`,
    "    ]",
    ")",
    "",
    "",
    "def train_mode(model: nn.Module) -> None:",
    '    """For every epoch, in place of model.train()."""',
    "    model.train()",
  );
  const kept = statistics === "keep" ? STAGES : frozen;
  if (kept > 0) {
    lines.push(`    ${slice([0, kept])}.eval()  # BatchNorm keeps ImageNet's statistics`);
  }
  lines.push(
    "",
    "",
    "train_mode(model)",
    "trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)",
    "total = sum(p.numel() for p in model.parameters())",
    'print(f"Trainable: {trainable:,} of {total:,} ({trainable / total:.1%})")',
  );
  return `${lines.join("\n")}\n`;
}
