"""cv7.fine_tuning against torch: what is trained, how fast, and what must not move."""

import math
from typing import Any

import pytest
import torch
import torchvision.models as models
from torch import nn

from cv7 import fine_tuning


def fresh(trainable_stages: int, classes: int = 5) -> nn.Module:
    torch.manual_seed(0)
    model = models.mobilenet_v2(weights=None)
    return fine_tuning.prepare(model, classes, trainable_stages=trainable_stages)


@pytest.mark.parametrize("classes", [2, 5, 10])
@pytest.mark.parametrize("trainable_stages", [0, 1, 3, 6, 19])
def test_trainable_parameters_are_the_modules(trainable_stages: int, classes: int) -> None:
    model = fresh(trainable_stages, classes)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    counted = fine_tuning.trainable_parameters(classes, trainable_stages=trainable_stages)
    assert counted == trained
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, classes)


def test_the_counts_of_the_lecture_corrected() -> None:
    assert fine_tuning.trainable_parameters(5, trainable_stages=0) == 6_405
    assert fine_tuning.trainable_parameters(5, trainable_stages=3) == 1_212_485
    assert fine_tuning.trainable_parameters(5, trainable_stages=19) == 2_230_277
    assert fine_tuning.head_parameters(4) == 5_124


def test_learning_rates_have_the_corrected_exponent() -> None:
    assert fine_tuning.learning_rates(1e-3, 3, decay=0.1) == pytest.approx([1e-5, 1e-4, 1e-3])
    assert fine_tuning.learning_rates(5e-4, 3, decay=0.3)[0] == pytest.approx(4.5e-5)
    assert fine_tuning.learning_rates(5e-4, 1, decay=0.3) == [5e-4]


def test_stage_groups_cover_the_trained_stages_once() -> None:
    assert fine_tuning.stage_groups(0, 1) == []
    assert fine_tuning.stage_groups(3, 1) == [range(16, 19)]
    assert fine_tuning.stage_groups(19, 2) == [range(9), range(9, 19)]
    for trained in range(1, 20):
        for groups in range(1, trained + 1):
            found = fine_tuning.stage_groups(trained, groups)
            assert [s for group in found for s in group] == list(range(19 - trained, 19))
            lengths = [len(group) for group in found]
            assert len(lengths) == groups
            assert max(lengths) - min(lengths) <= 1


def test_early_late_and_head_learn_at_the_rates_of_the_worked_example() -> None:
    groups = fine_tuning.parameter_groups(
        fresh(19), trainable_stages=19, head_lr=1e-3, backbone_groups=2
    )
    assert [g["lr"] for g in groups] == pytest.approx([1e-5, 1e-4, 1e-3])
    assert [sum(p.numel() for p in g["params"]) for g in groups] == [
        sum(stage.parameters for stage in fine_tuning.FEATURES[:9]),
        sum(stage.parameters for stage in fine_tuning.FEATURES[9:]),
        fine_tuning.head_parameters(5),
    ]


def test_adam_keeps_two_means_of_every_parameter() -> None:
    model = fresh(3)
    optimiser = torch.optim.Adam(p for p in model.parameters() if p.requires_grad)
    model(torch.randn(2, 3, 32, 32)).sum().backward()
    optimiser.step()
    held = [
        tensor.nbytes
        for state in optimiser.state.values()
        for name, tensor in state.items()
        if name != "step"
    ]
    trained = fine_tuning.trainable_parameters(5, trainable_stages=3)
    assert sum(held) == fine_tuning.adam_state_bytes(trained)
    assert fine_tuning.adam_state_bytes(0) == 0


@pytest.mark.parametrize("trainable_stages", [0, 3, 19])
def test_trained_batch_norm_learns_new_statistics_unless_told_otherwise(
    trainable_stages: int,
) -> None:
    model = fine_tuning.train(fresh(trainable_stages))
    modes = [
        {m.training for m in fine_tuning.batch_norms(stage)}
        for stage in model.get_submodule("features").children()
    ]
    assert modes == [{False}] * (19 - trainable_stages) + [{True}] * trainable_stages


@pytest.mark.parametrize("trainable_stages", [0, 3, 19])
def test_statistics_are_kept_where_asked(trainable_stages: int) -> None:
    model = fresh(trainable_stages)
    before = {n: b.clone() for n, b in model.named_buffers()}
    fine_tuning.train(model, keep_statistics=True)(torch.randn(4, 3, 64, 64))
    assert model.classifier.training
    for name, buffer in model.named_buffers():
        torch.testing.assert_close(buffer, before[name], rtol=0, atol=0)


@pytest.mark.parametrize("trainable_stages", [0, 3, 19])
def test_parameter_groups_hold_what_is_trained_once(trainable_stages: int) -> None:
    model = fresh(trainable_stages)
    groups = fine_tuning.parameter_groups(model, trainable_stages=trainable_stages, head_lr=1e-3)
    grouped = [p for group in groups for p in group["params"]]
    trained = [p for p in model.parameters() if p.requires_grad]
    assert {id(p) for p in grouped} == {id(p) for p in trained}
    assert len(grouped) == len(trained)
    assert [g["lr"] for g in groups] == pytest.approx(
        [1e-3] if trainable_stages == 0 else [1e-4, 1e-3]
    )
    torch.optim.Adam(groups)


@pytest.mark.parametrize("trainable_stages", [0, 3])
def test_training_moves_what_is_trained_and_nothing_else(trainable_stages: int) -> None:
    model = fresh(trainable_stages)
    frozen = list(model.features)[: 19 - trainable_stages]
    before = {k: v.clone() for k, v in nn.ModuleList(frozen).state_dict().items()}
    head = model.classifier[1].weight.clone()
    groups = fine_tuning.parameter_groups(model, trainable_stages=trainable_stages, head_lr=1e-3)
    optimiser = torch.optim.Adam(groups)
    for _ in range(2):
        fine_tuning.train(model)
        optimiser.zero_grad()
        output = model(torch.randn(4, 3, 64, 64))
        nn.functional.cross_entropy(output, torch.tensor([0, 1, 2, 3])).backward()
        optimiser.step()
    for key, value in nn.ModuleList(frozen).state_dict().items():
        torch.testing.assert_close(value, before[key], rtol=0, atol=0)
    assert not torch.equal(model.classifier[1].weight, head)
    assert model.classifier.training


def test_plain_training_mode_would_move_the_frozen_statistics() -> None:
    model = fresh(0)
    before = model.features[0][1].running_mean.clone()
    model.train()(torch.randn(4, 3, 64, 64))
    assert not torch.equal(model.features[0][1].running_mean, before)


def test_all_52_batch_norms_are_frozen_with_the_backbone() -> None:
    assert len(list(fine_tuning.frozen_batch_norms(fresh(0)))) == 52
    assert len(list(fine_tuning.frozen_batch_norms(fresh(19)))) == 0


def test_bad_input_is_named() -> None:
    model = models.mobilenet_v2(weights=None)
    stages: Any
    for stages in (-1, 20, 2.0, True):
        with pytest.raises(ValueError, match="trainable_stages must lie in 0 to 19"):
            fine_tuning.trainable_parameters(5, trainable_stages=stages)
        with pytest.raises(ValueError, match="trainable_stages must lie in 0 to 19"):
            fine_tuning.prepare(model, 5, trainable_stages=stages)
        with pytest.raises(ValueError, match="trainable_stages must lie in 0 to 19"):
            fine_tuning.parameter_groups(model, trainable_stages=stages, head_lr=1e-3)
    classes: Any
    groups: Any
    parameters: Any
    for classes in (1, 0, -3, 2.5, True):
        with pytest.raises(ValueError, match="at least 2 classes"):
            fine_tuning.head_parameters(classes)
        with pytest.raises(ValueError, match="at least 2 classes"):
            fine_tuning.prepare(model, classes, trainable_stages=0)
    for groups in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="at least 1 group of stages"):
            fine_tuning.stage_groups(3, groups)
    with pytest.raises(ValueError, match="3 stages do not make 4 groups"):
        fine_tuning.stage_groups(3, 4)
    for parameters in (-1, 2.0, True):
        with pytest.raises(ValueError, match="parameters must be a whole number"):
            fine_tuning.adam_state_bytes(parameters)
    for head in (0.0, -1e-3, math.nan, math.inf):
        with pytest.raises(ValueError, match="learning rate must be a positive number"):
            fine_tuning.learning_rates(head, 2, decay=0.1)
    for groups in (0, -1, 1.5):
        with pytest.raises(ValueError, match="need at least 1 group"):
            fine_tuning.learning_rates(1e-3, groups, decay=0.1)
    for decay in (0.0, -0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="decay must lie above 0"):
            fine_tuning.learning_rates(1e-3, 2, decay=decay)
