"""Computer Vision Foundations, Week 7: the formulas and blocks behind the site.

`cv7.cost` and `cv7.gradient_flow` are plain Python. The blocks, such as
`cv7.residual_block.ResidualBlock`, need PyTorch: `pip install "cv7[torch]"`.
"""
