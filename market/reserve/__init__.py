"""The project reserve in three tiers: 基础库, 特色库, 战略库 (苏数发〔2025〕62号 四(十一))."""
