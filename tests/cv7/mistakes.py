"""Typical mistakes: edits of a right solution, and words of the answer that each must get."""

from typing import NamedTuple

from ..conftest import ROOT

SNIPPETS, SOLUTIONS = ROOT / "snippets", ROOT / "tests/cv7/solutions"


class Mistake(NamedTuple):
    name: str
    edits: tuple[tuple[str, str], ...]
    answer: str
    base: str = ""  # a file of tests/cv7/solutions instead of our own solution


def source(exercise: str, mistake: Mistake) -> str:
    """The solution with the mistake in it. ValueError where an edit does not fit."""
    path = SOLUTIONS / exercise / mistake.base if mistake.base else SNIPPETS / f"{exercise}.py"
    text = path.read_text(encoding="utf-8")
    for old, new in mistake.edits:
        if text.count(old) != 1:
            raise ValueError(f"{mistake.name}: {path.name} has {old!r} {text.count(old)} times")
        text = text.replace(old, new)
    return text


def one(name: str, old: str, new: str, answer: str, base: str = "") -> Mistake:
    return Mistake(name, ((old, new),), answer, base)


FORWARD_2 = "return torch.relu(self.residual(x) + self.shortcut(x))"
FORWARD_4 = "return nn.functional.relu6(self.bn2(self.pointwise(x)))"
LATE_6 = """for parameter in late.parameters():
    parameter.requires_grad = True
"""
GROUPS_6 = """        {"params": late.parameters(), "lr": 1e-4},
        {"params": model.classifier.parameters(), "lr": 1e-3},
"""
ADD_8 = 'optimizer.add_param_group({"params": late.parameters(), "lr": 1e-4})'

MISTAKES = {
    "exercise-2": [
        one(
            "the projection is forgotten",
            "self.shortcut = nn.Identity() if same else projection",
            "self.shortcut = nn.Identity()",
            "maps 32→64 channels with stride 2, but its shortcut stays the identity",
        ),
        one(
            "the projection has no stride",
            "projection = conv_bn(in_channels, out_channels, 1, stride)",
            "projection = conv_bn(in_channels, out_channels, 1)",
            "its 1×1 projection has stride 1",
        ),
        one(
            "the projection is not used",
            FORWARD_2,
            "return torch.relu(self.residual(x) + x)",
            "forward adds x itself",
        ),
        one(
            "the stride twice",
            "            conv_bn(out_channels, out_channels, 3),\n",
            "            conv_bn(out_channels, out_channels, 3, stride),\n",
            "have strides 2 and 2",
        ),
        one(
            "the stride in the shortcut alone",
            "conv_bn(in_channels, out_channels, 3, stride)",
            "conv_bn(in_channels, out_channels, 3)",
            "none of its 3×3 convolutions has the stride",
        ),
        one(
            "a projection for channels alone",
            "same = stride == 1 and in_channels == out_channels",
            "same = in_channels == out_channels",
            "maps 64→64 channels with stride 2, but its shortcut stays the identity",
        ),
        one(
            "a projection always",
            "self.shortcut = nn.Identity() if same else projection",
            "self.shortcut = projection",
            "has a 1×1 projection although neither channels nor stride change",
        ),
        one(
            "no padding", "padding=kernel_size // 2", "padding=0", "without padding loses a margin"
        ),
        one(
            "the addition is forgotten",
            FORWARD_2,
            "return torch.relu(self.residual(x))",
            "the input never reaches the output",
        ),
        one(
            "ReLU before the addition",
            FORWARD_2,
            "return torch.relu(self.residual(x)) + self.shortcut(x)",
            "The last ReLU stands before the addition",
        ),
        one(
            "no ReLU at the end",
            FORWARD_2,
            "return self.residual(x) + self.shortcut(x)",
            "No ReLU follows the addition",
        ),
        one(
            "no ReLU in between",
            "            nn.ReLU(),\n            conv_bn(out_channels, out_channels, 3),",
            "            conv_bn(out_channels, out_channels, 3),",
            "no ReLU stands between the two",
        ),
        one(
            "a BatchNorm is forgotten",
            "out = self.bn2(self.conv2(out))",
            "out = self.conv2(out)",
            "no BatchNorm follows the 3×3 convolution 32→32",
            "classic.py",
        ),
        one(
            "one BatchNorm for two convolutions",
            "out = self.bn2(self.conv2(out))",
            "out = self.bn1(self.conv2(out))",
            "one BatchNorm layer is used twice",
            "classic.py",
        ),
        one(
            "gradients are cut off",
            "identity = x\n",
            "identity = x.detach()\n        x = x.detach()\n",
            "No gradient reaches the input",
            "classic.py",
        ),
        one(
            "the stem is forgotten",
            "    conv_bn(3, 32, 3),  # the stem: the first block expects 32 channels\n"
            "    nn.ReLU(),\n",
            "",
            "made for 32 channels was given 3",
        ),
        Mistake(
            "the stem has a stride",
            (("conv_bn(3, 32, 3), ", "conv_bn(3, 32, 3, 2), "),),
            "hands (8, 32, 16, 16) to the first block",
        ),
        one(
            "flattened without pooling",
            "    nn.AdaptiveAvgPool2d(1),\n    nn.Flatten(),\n    nn.Linear(64, 10),",
            "    nn.Flatten(),\n    nn.Linear(64 * 16 * 16, 10),",
            "Flattening alone keeps every position",
        ),
        one(
            "not flattened",
            "    nn.Flatten(),\n    nn.Linear(64, 10),",
            "    nn.Linear(64, 10),",
            "made for 64 numbers an image was given 1",
        ),
        one(
            "the largest instead of the mean",
            "nn.AdaptiveAvgPool2d(1)",
            "nn.AdaptiveMaxPool2d(1)",
            "the largest value of each map",
        ),
        one(
            "softmax at the end",
            "    nn.Linear(64, 10),",
            "    nn.Linear(64, 10),\n    nn.Softmax(dim=1),",
            "ends with a softmax",
        ),
        one(
            "a block too few",
            "    ResidualBlock(64, 64),\n",
            "",
            "They are 32→32, 32→64 with stride 2",
        ),
        Mistake(
            "another name",
            (
                ("class ResidualBlock(", "class ResBlock("),
                ("ResidualBlock(32, 32)", "ResBlock(32, 32)"),
                ("ResidualBlock(32, 64", "ResBlock(32, 64"),
                ("ResidualBlock(64, 64)", "ResBlock(64, 64)"),
            ),
            "There is ResBlock: is that it?",
        ),
        one(
            "a layer that nothing uses",
            "self.fc = nn.Linear(64, num_classes)",
            "self.fc = nn.Linear(64, num_classes)\n        self.extra = nn.Linear(64, 64)",
            "Not used: extra",
            "classic.py",
        ),
        one(
            "the network is out of sight",
            "model = nn.Sequential(",
            "def make(width: int) -> None:\n    return nn.Sequential(",
            "name 'model' is not defined",
        ),
        one(
            "tensors are counted, not numbers",
            "sum(p.numel() for p in model.parameters())",
            "sum(1 for p in model.parameters())",
            "does not print how many parameters",
        ),
        one(
            "BatchNorm never uses its averages",
            "nn.BatchNorm2d(out_channels)",
            "nn.BatchNorm2d(out_channels, track_running_stats=False)",
            "depends on the images beside it",
        ),
    ],
    "exercise-4": [
        one(
            "groups is forgotten",
            "            groups=in_channels,  # one filter for each channel\n",
            "",
            "groups is missing",
        ),
        one("groups=out_channels", "groups=in_channels,", "groups=out_channels,", "not divide"),
        one(
            "the depthwise step changes the channels",
            "nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=in_channels, bias=False),\n"
            "            nn.BatchNorm2d(in_channels),\n"
            "            nn.ReLU6(inplace=True),\n"
            "            nn.Conv2d(in_channels, out_channels, 1, bias=False),",
            "nn.Conv2d(in_channels, out_channels, 3, stride, 1, groups=in_channels, bias=False),\n"
            "            nn.BatchNorm2d(out_channels),\n"
            "            nn.ReLU6(inplace=True),\n"
            "            nn.Conv2d(out_channels, out_channels, 1, bias=False),",
            "gives 128 channels",
            "layers.py",
        ),
        one(
            "a few groups only",
            "groups=in_channels,",
            "groups=8,",
            "because groups=8",
        ),
        Mistake(
            "the order is swapped",
            (
                (
                    'self.add("dw", in_channels, in_channels, 3, stride, in_channels)',
                    'self.add("dw", out_channels, out_channels, 3, stride, out_channels)',
                ),
                (
                    'F.relu6(self.run("pw", F.relu6(self.run("dw", x))))',
                    'F.relu6(self.run("dw", F.relu6(self.run("pw", x))))',
                ),
            ),
            "The pointwise convolution comes first",
            "parent.py",
        ),
        Mistake(
            "the stride is on the pointwise step",
            (
                (
                    "            stride=stride,\n            padding=1,\n            groups",
                    "            padding=1,\n            groups",
                ),
                ("out_channels, 1, bias=False)", "out_channels, 1, stride=stride, bias=False)"),
            ),
            "never looks at three of four positions",
        ),
        one(
            "no stride at all",
            "nn.Conv2d(in_channels, in_channels, 3, stride, 1,",
            "nn.Conv2d(in_channels, in_channels, 3, 1, 1,",
            "makes (2, 128, 16, 16) of (2, 64, 16, 16) instead of (2, 128, 8, 8)",
            "layers.py",
        ),
        one(
            "no padding",
            "            padding=1,\n            groups",
            "            groups",
            "without padding loses a margin",
        ),
        one(
            "ReLU, second",
            FORWARD_4,
            FORWARD_4.replace("relu6", "relu"),
            "The second activation does not stop at 6",
        ),
        one(
            "ReLU, first",
            "x = nn.functional.relu6(",
            "x = nn.functional.relu(",
            "The first activation does not stop at 6",
        ),
        one(
            "no second activation",
            FORWARD_4,
            "return self.bn2(self.pointwise(x))",
            "Behind the second BatchNorm there is no ReLU6",
        ),
        one(
            "a bias",
            "self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)",
            "self.pointwise = nn.Conv2d(in_channels, out_channels, 1)",
            "In DWSepConv the 1×1 convolution has 128 biases",
        ),
        one(
            "a BatchNorm is forgotten",
            "self.bn1(self.depthwise(x))",
            "self.depthwise(x)",
            "no BatchNorm follows the 3×3 convolution 64→64",
        ),
        one(
            "StandardConv with ReLU6",
            "return nn.functional.relu(self.bn(self.conv(x)))",
            "return nn.functional.relu6(self.bn(self.conv(x)))",
            "StandardConv ends with ReLU6",
        ),
        one(
            "all is counted as convolutions",
            '("convolutions", nn.Conv2d)',
            '("convolutions", nn.Module)',
            "Of the convolutions alone the file should print",
        ),
        one(
            "no ratio",
            ", {many / few:.2f} times",
            "",
            "The ratio for the convolutions alone is 8.41",
        ),
        Mistake(
            "another name",
            (
                ("class DWSepConv(nn.Module)", "class DwSepConv(nn.Module)"),
                ("= DWSepConv(64, 128)", "= DwSepConv(64, 128)"),
            ),
            "There is DwSepConv: is that it?",
        ),
        one(
            "a layer that nothing uses",
            "        self.bn2 = nn.BatchNorm2d(out_channels)\n",
            "        self.bn2 = nn.BatchNorm2d(out_channels)\n"
            "        self.bn3 = nn.BatchNorm2d(out_channels)\n",
            "it makes layers that it does not use",
        ),
        one(
            "stride has another name",
            "class StandardConv(nn.Module):\n"
            "    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):\n"
            "        super().__init__()\n",
            "class StandardConv(nn.Module):\n"
            "    def __init__(self, in_channels: int, out_channels: int, step: int = 1):\n"
            "        super().__init__()\n"
            "        stride = step\n",
            "StandardConv(64, 128, stride=2)",
        ),
    ],
    "exercise-6": [
        one(
            "random weights",
            "weights=MobileNet_V2_Weights.IMAGENET1K_V1",
            "weights=None",
            "it begins at random",
        ),
        one(
            "the old head",
            "model.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 4))\n",
            "",
            "ImageNet’s thousand classes",
        ),
        one(
            "ten classes", "nn.Linear(1280, 4)", "nn.Linear(1280, 10)", "the network gives (2, 10)"
        ),
        one("another dropout", "nn.Dropout(0.2)", "nn.Dropout(0.5)", "it has Dropout(0.5)"),
        one(
            "a layer more in front",
            "nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 4))",
            "nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000), nn.Linear(1000, 4))",
            "2 linear layers instead of one",
        ),
        one(
            "softmax in the head",
            "nn.Linear(1280, 4))",
            "nn.Linear(1280, 4), nn.Softmax(dim=1))",
            "The head ends with a softmax",
        ),
        one(
            "1,024 features",
            "nn.Linear(1280, 4)",
            "nn.Linear(1024, 4)",
            "which gives 1280 features an image",
        ),
        one(
            "requires_grad of the module",
            "for parameter in model.parameters():\n    parameter.requires_grad = False\n",
            "model.requires_grad = False\n",
            "Nothing is frozen",
        ),
        one(
            "frozen again at the end",
            'print(f"with 3 stages',
            'model.requires_grad_(False)\nprint(f"with 3 stages',
            "The new head is frozen and everything else with it",
        ),
        Mistake(
            "the head is frozen",
            (
                ("for parameter in model.parameters():\n    parameter.requires_grad = False\n", ""),
                ('print(f"new head:', 'model.requires_grad_(False)\nprint(f"new head:'),
            ),
            "The new head is frozen, so it cannot learn",
        ),
        one("nothing is unfrozen", LATE_6, "", "The last 3 stages are frozen still"),
        one(
            "only the last stage",
            "model.features[-3:]",
            "model.features[-1:]",
            "these are trainable: features[18]",
        ),
        one(
            "the first stages",
            "model.features[-3:]",
            "model.features[:3]",
            "these are trainable: 0, 1, 2",
        ),
        one("the wrong optimiser", "torch.optim.Adam(", "torch.optim.SGD(", "The optimiser is SGD"),
        one(
            "the rates are swapped",
            GROUPS_6,
            GROUPS_6.replace("1e-4", "x").replace("1e-3", "1e-4").replace("x", "1e-3"),
            "The learning rates are swapped",
        ),
        one(
            "one rate for all",
            GROUPS_6,
            '        {"params": [p for p in model.parameters() if p.requires_grad], "lr": 1e-4},\n',
            "Head and backbone have the same learning rate",
        ),
        one(
            "the head is not in the optimiser",
            '        {"params": model.classifier.parameters(), "lr": 1e-3},\n',
            "",
            "The head would not learn",
        ),
        one(
            "the stages are not in the optimiser",
            '        {"params": late.parameters(), "lr": 1e-4},\n',
            "",
            "The last stages would not learn",
        ),
        one(
            "everything twice",
            '{"params": late.parameters(), "lr": 1e-4}',
            '{"params": model.parameters(), "lr": 1e-4}',
            "A parameter is to be in two groups",
        ),
        Mistake(
            "the optimiser knows the old head",
            (
                (
                    "model.classifier = nn",
                    "old = list(model.classifier.parameters())\nmodel.classifier = nn",
                ),
                ('{"params": model.classifier.parameters()', '{"params": old'),
            ),
            "was it made before the head was replaced?",
        ),
        one(
            "the rate of the head is another",
            '"lr": 1e-3}',
            '"lr": 1e-2}',
            "The learning rate of the head is 0.01",
        ),
        one(
            "the count is not printed",
            'print(f"new head:      {trainable(model):>9,}")\n',
            "",
            "trainable with the new head: 5,124",
        ),
        one(
            "the optimiser is out of sight",
            "optimizer = torch.optim.Adam(",
            "def make() -> torch.optim.Optimizer:\n    return torch.optim.Adam(",
            "There is no optimiser at the top level",
        ),
        one(
            "the model is out of sight",
            "adam.add_param_group(",
            "network = [model]\ndel model\nadam.add_param_group(",
            "name 'model' is not defined",
            "whole_backbone.py",
        ),
    ],
    "exercise-8": [
        one(
            "random weights",
            "weights=MobileNet_V2_Weights.IMAGENET1K_V1",
            "weights=None",
            "it begins at random",
        ),
        one(
            "four classes",
            "nn.Linear(model.last_channel, CLASSES)",
            "nn.Linear(model.last_channel, 4)",
            "There is a label 4",
        ),
        one("a class too many", "CLASSES = 5", "CLASSES = 6", "The head should name 5 classes"),
        one(
            "softmax before the loss",
            "    nn.Linear(model.last_channel, CLASSES),\n",
            "    nn.Linear(model.last_channel, CLASSES),\n    nn.Softmax(dim=1),\n",
            "The head ends with a softmax",
        ),
        one("uniform noise", "torch.randn(100,", "torch.rand(100,", "torch.rand does not"),
        one(
            "labels to 3",
            "torch.randint(CLASSES, (100,)",
            "torch.randint(4, (100,)",
            "The labels are 0, 1, 2, 3",
        ),
        one("large batches", "batch_size=16", "batch_size=32", "batches of 32 instead of 16"),
        one("a batch is dropped", "batch_size=16,", "batch_size=16, drop_last=True,", "drop_last"),
        one(
            "nothing is frozen",
            "for parameter in model.parameters():\n    parameter.requires_grad = False\n",
            "",
            "but not frozen either",
        ),
        Mistake(
            "all of it is trained",
            (
                ("for parameter in model.parameters():\n    parameter.requires_grad = False\n", ""),
                ("Adam(model.classifier.parameters()", "Adam(model.parameters()"),
            ),
            "trains the backbone as well",
        ),
        one(
            "all of it in the optimiser",
            "Adam(model.classifier.parameters()",
            "Adam(model.parameters()",
            "A parameter is to be in two groups",
        ),
        one("a large rate", "lr=1e-3", "lr=1e-2", "The head’s learning rate is 0.01"),
        one("SGD", "torch.optim.Adam(", "torch.optim.SGD(", "The optimiser is SGD"),
        Mistake(
            "no step",
            (("        optimizer.step()\n", ""), ("in (1, 2, 3)", "in (1,)")),
            "No optimiser made a step",
        ),
        one("no zero_grad", "        optimizer.zero_grad()\n", "", "Gradients pile up"),
        one("not added", ADD_8, "pass", "the optimiser does not know them"),
        one("added without a rate", ', "lr": 1e-4}', "}", "trained with 0.001 instead of 0.0001"),
        one(
            "added but frozen",
            "parameter.requires_grad = True",
            "parameter.requires_grad = False",
            "but frozen still",
        ),
        one(
            "one stage",
            "late = model.features[-2:]",
            "late = model.features[-1:]",
            "Only a part of the last two stages",
        ),
        one(
            "unfrozen too late",
            "if epoch == 2:",
            "if epoch == 3:",
            "In the second epoch the head is trained alone",
        ),
        one(
            "two epochs",
            "for epoch in (1, 2, 3)",
            "for epoch in (1, 2)",
            "The optimiser made 14 steps",
        ),
        one(
            "no fresh images",
            'print(f"fresh images:                 {accuracy(fresh):.0%}")\n',
            "",
            "never sees an image that it was not trained on",
        ),
        one("judged in training mode", "    model.eval()\n", "", "judged in training mode"),
    ],
}
