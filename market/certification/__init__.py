"""Certification of annotation bases (闽数据〔2024〕40号): rounds, applications, review, publication."""
