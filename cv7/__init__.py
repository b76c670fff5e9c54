"""Computer Vision Foundations, Week 7: the formulas and blocks behind the site.

`cv7.cost` and `cv7.gradient_flow` are plain Python. The blocks, such as
`cv7.residual_block.ResidualBlock`, need PyTorch: `pip install "cv7[torch]"`. `python -m cv7` lists
the modules. What a module names in `__all__` is public, and the version speaks of that.
"""
