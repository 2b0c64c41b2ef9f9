from __future__ import annotations

from dataclasses import replace

from simgen.assets.attribution import attribution, attribution_markdown
from simgen.records.asset import AssetInfo

CUP = AssetInfo(
    "sweethome3d/lib/cup",
    "cup",
    "cup",
    (1, 1, 1),
    1,
    0.5,
    0.1,
    "sweethome3d",
    "CC-BY-3.0",
    "A | B",
    "Lib 1.8",
    "ab",
)
SKY = replace(
    CUP, asset_id="blender-hdri/sky", category="environment", pack="blender-hdri", licence="CC0-1.0"
)
BOX = replace(CUP, asset_id="procedural/box", pack="procedural")


def test_each_third_party_asset_is_credited_once_in_order() -> None:
    credit = attribution([CUP, SKY, BOX, CUP])
    assert [c.asset_id for c in credit] == ["blender-hdri/sky", "sweethome3d/lib/cup"]
    assert credit[1].licence_url == "https://creativecommons.org/licenses/by/3.0/"
    assert (credit[0].changes, credit[1].changes) == ("none", "scaled, materials converted, simplified")


def test_the_markdown_names_author_and_licence() -> None:
    text = attribution_markdown(attribution([CUP]))
    assert "| `sweethome3d/lib/cup` | cup | A \\| B | [CC-BY-3.0](https://creativecommons.org/" in text


def test_an_unknown_licence_is_written_as_it_is() -> None:
    assert "| my terms |" in attribution_markdown(attribution([replace(CUP, licence="my terms")]))


def test_nothing_to_credit_is_said() -> None:
    assert "Nothing in this dataset is made by third parties." in attribution_markdown(attribution([BOX]))
